import type { Uri } from 'vscode';
import { l10n, window, workspace } from 'vscode';
import type { Choice } from './steps';
import { basename, displayPath, parent } from './paths';

/** Networks that have a built-in stimulus set. */
export type BuiltInNetwork = 'language' | 'theory-of-mind' | 'multiple-demand';

/** Stimuli for a run: a built-in set, which names its network too, or files. */
export type Stimuli =
  | { readonly kind: 'built-in'; readonly network: BuiltInNetwork }
  | { readonly kind: 'files'; readonly files: readonly Uri[] }
  | { readonly kind: 'browse' };

const EXTENSIONS = ['csv', 'tsv', 'jsonl', 'parquet'];
const TELLING = '*{stim,Stim,localiz,Localiz,langloc,sentence,Sentence}*';
/** Tables named like stimuli, and tables in folders named so. */
const PATTERNS = [`**/${TELLING}.{${EXTENSIONS.join(',')}}`, `**/${TELLING}/**/*.{${EXTENSIONS.join(',')}}`];
const IGNORED = '**/{node_modules,.git,.brainlens,.venv}/**';
const LIMIT = 40;

/** The built-in sets first, then the stimulus files of the workspace by name, then any file. */
export async function stimuliChoices(): Promise<Choice<Stimuli>[]> {
  const files = await stimulusFiles();
  const folders = groupByFolder(files);
  return [
    {
      label: `$(book) ${l10n.t('Built-in: Sentences and Nonword Lists')}`,
      description: l10n.t('English, 240 of each'),
      value: { kind: 'built-in', network: 'language' },
    },
    {
      label: `$(book) ${l10n.t('Built-in: False Beliefs and False Photographs')}`,
      description: l10n.t('theory-of-mind network instead of language'),
      value: { kind: 'built-in', network: 'theory-of-mind' },
    },
    {
      label: `$(book) ${l10n.t('Built-in: Hard and Easy Sums')}`,
      description: l10n.t('multiple-demand network instead of language'),
      value: { kind: 'built-in', network: 'multiple-demand' },
    },
    ...folders
      .filter((group) => group.length > 1)
      .map((group) => ({
        label: `$(files) ${l10n.t('All {0} Files in {1}', group.length, basename(parent(group[0]!)))}`,
        description: displayPath(parent(group[0]!)),
        value: { kind: 'files', files: group } as const,
      })),
    ...files.map((file) => ({
      label: `$(file) ${basename(file)}`,
      description: displayPath(parent(file)),
      value: { kind: 'files', files: [file] } as const,
    })),
    {
      label: `$(folder-opened) ${l10n.t('Browse…')}`,
      description: l10n.t('CSV, TSV, JSON Lines or Parquet with a text and a condition column'),
      value: { kind: 'browse' },
    },
  ];
}

/** Lets the person choose stimulus files from disk; `undefined` when they leave. */
export async function browseStimuli(): Promise<readonly Uri[] | undefined> {
  return window.showOpenDialog({
    title: l10n.t('Stimuli with a text and a condition column'),
    openLabel: l10n.t('Use These Stimuli'),
    canSelectMany: true,
    filters: { [l10n.t('Stimuli')]: EXTENSIONS },
  });
}

/** Tables of the workspace that are named like stimuli, or lie in folders named so, by path. */
export async function stimulusFiles(): Promise<Uri[]> {
  const found = await Promise.all(PATTERNS.map((pattern) => workspace.findFiles(pattern, IGNORED, LIMIT)));
  const unique = new Map(found.flat().map((file) => [file.path, file]));
  return [...unique.values()].sort((a, b) => a.path.localeCompare(b.path)).slice(0, LIMIT);
}

function groupByFolder(files: readonly Uri[]): Uri[][] {
  const groups = new Map<string, Uri[]>();
  for (const file of files) {
    const folder = parent(file).toString();
    groups.set(folder, [...(groups.get(folder) ?? []), file]);
  }
  return [...groups.values()];
}
