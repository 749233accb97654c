import { l10n } from 'vscode';
import { age } from '../shared/age';

/** How long ago something was, in the language of VS Code. */
export function ageText(then: Date, now: Date): string {
  const words = age(then, now);
  const [, amount = '', unit] = /^(\d+) (min|h|d) ago$/.exec(words) ?? [];
  if (unit === 'min') return l10n.t('{0} min ago', amount);
  if (unit === 'h') return l10n.t('{0} h ago', amount);
  return unit === 'd' ? l10n.t('{0} d ago', amount) : l10n.t('just now');
}
