import { l10n, window } from 'vscode';
import type { Choice } from './steps';

/** How many units to select: a share of all units, or a number. */
export type Selection = { readonly fraction: number } | { readonly count: number } | { readonly custom: true };

/** The published 1 % first. */
export const selectionChoices: readonly Choice<Selection>[] = [
  { label: l10n.t('1 % of all units'), description: l10n.t('as published'), value: { fraction: 0.01 } },
  { label: l10n.t('0.5 % of all units'), value: { fraction: 0.005 } },
  { label: l10n.t('2 % of all units'), value: { fraction: 0.02 } },
  { label: l10n.t('5 % of all units'), value: { fraction: 0.05 } },
  { label: l10n.t('Another number of units…'), value: { custom: true } },
];

/** Asks for a number of units; `undefined` when the person leaves. */
export async function askCount(title: string): Promise<number | undefined> {
  const text = await window.showInputBox({
    title,
    prompt: l10n.t('Number of units to select, over all layers together'),
    value: '128',
    ignoreFocusOut: true,
    validateInput: (value) =>
      /^\s*[1-9]\d*\s*$/.test(value) ? undefined : l10n.t('A whole number of at least {0}', 1),
  });
  return text === undefined ? undefined : Number(text);
}
