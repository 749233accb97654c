import { l10n } from 'vscode';
import type { RunState } from '../../study/state';

/** How the runs of an analysis stand, in a few words. */
export function inWords(states: readonly (RunState | undefined)[]): string[] {
  const known = states.filter((state) => state !== undefined);
  if (known.length === 0) return [];
  const count = (kind: RunState['kind']): number => known.filter((state) => state.kind === kind).length;
  if (count('up-to-date') === known.length) return [l10n.t('up to date')];
  const [only] = known;
  if (known.length === 1) return [oneInWords(only!)];
  const parts = [
    [count('up-to-date'), l10n.t('up to date')],
    [count('out-of-date'), l10n.t('out of date')],
    [count('missing'), l10n.t('not made yet')],
    [count('failed') + count('blocked'), l10n.t('failed')],
  ] as const;
  return [parts.flatMap(([n, words]) => (n > 0 ? [`${n} ${words}`] : [])).join(', ')];
}

function oneInWords(state: RunState): string {
  switch (state.kind) {
    case 'up-to-date':
      return l10n.t('up to date');
    case 'out-of-date':
      return l10n.t('out of date: {0}', state.reason);
    case 'missing':
      return l10n.t('not made yet');
    case 'failed':
      return l10n.t('failed: {0}', state.message);
    case 'blocked':
      return l10n.t('cannot be made: {0}', state.message);
  }
}
