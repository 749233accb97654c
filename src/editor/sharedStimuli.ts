import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { l10n, Uri } from 'vscode';
import { browseDataset, datasetChoices, rowsOf } from './datasetChoice';
import type { DatasetPick } from './datasetChoice';
import { basename, displayPath, parent } from './paths';
import { askStep } from './steps';
import type { Answer, Choice, Place, Step } from './steps';
import { browseStimuli, stimulusFiles } from './stimuliChoice';

/** What all models are given: the part of `similarity`'s settings that says so. */
export type SharedStimuli =
  | { readonly stimuli: readonly string[]; readonly level: 'text' | 'word' }
  | { readonly dataset: string; readonly level: 'text' | 'word' };

type Given = DatasetPick | { readonly kind: 'stimuli'; readonly file: Uri } | { readonly kind: 'browse-stimuli' };

type Question = Pick<Step<unknown>, 'title' | 'step' | 'steps' | 'signal'>;

/** Below the folder of our samples. */
const SENTENCES = 'stimuli/language.csv';

const LEVELS: readonly Choice<'text' | 'word'>[] = [
  { label: l10n.t('Whole Texts'), description: l10n.t('a row is a stimulus, read to its end'), value: 'text' },
  { label: l10n.t('Words in Context'), description: l10n.t('a row is a word with those before it'), value: 'word' },
];

/** Asks for stimuli or a dataset, and for texts whether they are compared as wholes or word by word. */
export async function askSharedStimuli(
  title: string,
  place: Place,
  samples: string,
  signal?: AbortSignal,
): Promise<Answer<SharedStimuli>> {
  const step = { title, ...place, ...(signal && { signal }) };
  const choices = await choicesOf(samples);
  for (;;) {
    const pick = await askStep<Given>({ ...step, placeholder: l10n.t('On the same stimuli: which?'), choices });
    if (pick?.kind !== 'chosen') return pick;
    const value = await given(pick.value, step);
    if (value === undefined) return undefined;
    if (value !== 'again') return { kind: 'chosen', value };
  }
}

async function choicesOf(samples: string): Promise<Choice<Given>[]> {
  const shipped = join(samples, SENTENCES);
  const datasets = await datasetChoices(samples);
  return [
    ...(await stimulusFiles()).map((file) => ({
      label: `$(file) ${basename(file)}`,
      description: displayPath(parent(file)),
      value: { kind: 'stimuli', file } as const,
    })),
    ...(existsSync(shipped)
      ? [
          {
            label: `$(book) ${l10n.t('Built-in: Sentences and Nonword Lists')}`,
            description: l10n.t('English, 240 of each'),
            value: { kind: 'stimuli', file: Uri.file(shipped) } as const,
          },
        ]
      : []),
    ...datasets.filter(({ value }) => value?.kind !== 'browse'),
    {
      label: `$(folder-opened) ${l10n.t('Browse for Stimuli…')}`,
      description: l10n.t('CSV, TSV, JSON Lines or Parquet with a column of texts'),
      value: { kind: 'browse-stimuli' },
    },
    {
      label: `$(folder-opened) ${l10n.t('Browse for a Dataset…')}`,
      description: 'dataset.yaml',
      value: { kind: 'browse' },
    },
  ];
}

async function given(pick: Given, step: Question): Promise<SharedStimuli | 'again' | undefined> {
  if (pick.kind === 'stimuli') return withLevel({ stimuli: [pick.file.fsPath] }, step);
  if (pick.kind === 'browse-stimuli') {
    const files = await browseStimuli();
    return files === undefined ? 'again' : withLevel({ stimuli: files.map(({ fsPath }) => fsPath) }, step);
  }
  const file = pick.kind === 'manifest' ? pick.file : await browseDataset();
  if (file === undefined) return 'again';
  const rows = await rowsOf(file);
  // Rows of words stay words, whatever the level.
  if (rows === 'word' || rows === 'timeseries') return { dataset: file.fsPath, level: 'text' };
  return withLevel({ dataset: file.fsPath }, step);
}

async function withLevel(
  of: { readonly stimuli: readonly string[] } | { readonly dataset: string },
  step: Question,
): Promise<SharedStimuli | 'again' | undefined> {
  const answer = await askStep({ ...step, placeholder: l10n.t('What is compared?'), choices: LEVELS });
  if (answer === undefined) return undefined;
  return answer.kind === 'back' ? 'again' : { ...of, level: answer.value };
}
