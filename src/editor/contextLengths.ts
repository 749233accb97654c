import { l10n } from 'vscode';
import { catalog } from '../analyses/catalog';

/** The published way from a word alone to all that came before it. */
export const SUGGESTED = '1,2,5,10,20,50,100,full';
export const COARSE = '1,5,20,full';

/** "1, 2 full" as the spec has it: "1,2,full". */
export function asWritten(typed: string): string {
  return typed
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .join(',');
}

/** What is wrong with typed lengths, in the words of the spec; `undefined` where they can be used. */
export function problemOf(typed: string): string | undefined {
  const { spec } = catalog.find(({ id }) => id === 'context')!;
  const parsed = spec.safeParse({ model: 'model', dataset: 'dataset.yaml', lengths: asWritten(typed) });
  const issue = parsed.error?.issues.find(({ path }) => path[0] === 'lengths');
  return issue === undefined ? undefined : l10n.t('Lengths {0}', issue.message);
}

/** "1, 2, full" */
export function inWords(lengths: string): string {
  return lengths.replaceAll(',', ', ');
}
