import { window } from 'vscode';
import type { Choice } from './steps';

/** How many units to select: a share of all units, or a number. */
export type Selection = { readonly fraction: number } | { readonly count: number } | { readonly custom: true };

/** The published 1 % first. */
export const selectionChoices: readonly Choice<Selection>[] = [
  { label: '1 % of all units', description: 'as published', value: { fraction: 0.01 } },
  { label: '0.5 % of all units', value: { fraction: 0.005 } },
  { label: '2 % of all units', value: { fraction: 0.02 } },
  { label: '5 % of all units', value: { fraction: 0.05 } },
  { label: 'Another number of units…', value: { custom: true } },
];

/** Asks for a number of units; `undefined` when the person leaves. */
export async function askCount(title: string): Promise<number | undefined> {
  const text = await window.showInputBox({
    title,
    prompt: 'Number of units to select, over all layers together',
    value: '128',
    ignoreFocusOut: true,
    validateInput: (value) => (/^\s*[1-9]\d*\s*$/.test(value) ? undefined : 'A whole number of at least 1'),
  });
  return text === undefined ? undefined : Number(text);
}
