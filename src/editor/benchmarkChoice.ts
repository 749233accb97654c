import { l10n, window, workspace } from 'vscode';
import type { Uri } from 'vscode';
import { readResult } from '../engine/store';
import type { ChosenAlignment } from './alignmentChoice';
import { namesOf } from './alignmentFacts';
import { benchmarkModels, modelsIn, taskFacts, taskGroups } from './benchmarkFacts';
import type { TaskFacts } from './benchmarkFacts';
import { basename, displayPath } from './paths';
import { askStep } from './steps';
import type { Answer, Choice, Place } from './steps';
import type { WorkspaceResults } from './workspaceResults';

/** How well the models perform: a table, results of `ablate`, or not known. */
export type Benchmarks =
  | { readonly kind: 'none' }
  | { readonly kind: 'table'; readonly file: Uri }
  | { readonly kind: 'tasks'; readonly folders: readonly Uri[] };

const IGNORED = '**/{node_modules,.git,.brainlens,.venv}/**';
const LIMIT = 200;
/** A table of benchmarks has a row per model. */
const MOST_BYTES = 1e6;

/** Asks what brain scores are held against: nothing, tables of the workspace or accuracies that `ablate` found. */
export async function askBenchmarks(
  title: string,
  place: Place,
  alignments: readonly ChosenAlignment[],
  results: WorkspaceResults,
): Promise<Answer<Benchmarks>> {
  const choices: Choice<Benchmarks | 'browse'>[] = [
    {
      label: l10n.t('No Benchmarks'),
      description: l10n.t('hierarchies of the models side by side'),
      value: { kind: 'none' },
    },
    ...(await tables(alignments)),
    ...(await accuracies(alignments, results)),
    {
      label: `$(folder-opened) ${l10n.t('Browse for a Table…')}`,
      description: l10n.t('CSV or TSV with the columns model, score and, where known, family'),
      value: 'browse',
    },
  ];
  for (;;) {
    const placeholder = l10n.t('Which performance are brain scores held against?');
    const pick = await askStep({ title, ...place, placeholder, choices });
    if (pick?.kind !== 'chosen') return pick;
    const value = pick.value === 'browse' ? await browse() : pick.value;
    if (value !== undefined) return { kind: 'chosen', value };
  }
}

async function tables(alignments: readonly ChosenAlignment[]): Promise<Choice<Benchmarks>[]> {
  const names = namesOf(alignments.map(({ folder, facts }) => ({ model: facts.model, folder: basename(folder) })));
  const files = await workspace.findFiles('**/*.{csv,tsv}', IGNORED, LIMIT);
  const found = await Promise.all(
    files.map(async (file) => {
      const models = await modelsOf(file);
      return models === undefined ? [] : [{ file, known: modelsIn(models, names) }];
    }),
  );
  return found
    .flat()
    .sort((a, b) => b.known - a.known || a.file.path.localeCompare(b.file.path))
    .map(({ file, known }) => ({
      label: `$(${known > 0 ? 'table' : 'circle-slash'}) ${basename(file)}`,
      description: l10n.t('{0} · models known: {1} of {2}', displayPath(file), known, names.length),
      ...(known > 0
        ? { value: { kind: 'table', file } as const }
        : { detail: l10n.t('None of its rows is called {0}', names.join(', ')) }),
    }));
}

async function modelsOf(file: Uri): Promise<readonly string[] | undefined> {
  try {
    if ((await workspace.fs.stat(file)).size > MOST_BYTES) return undefined;
    const text = new TextDecoder().decode(await workspace.fs.readFile(file));
    return benchmarkModels(text, file.path.toLowerCase().endsWith('.tsv') ? '\t' : ',');
  } catch {
    return undefined;
  }
}

async function accuracies(
  alignments: readonly ChosenAlignment[],
  results: WorkspaceResults,
): Promise<Choice<Benchmarks>[]> {
  const stored = await results.list('ablate');
  const read = await Promise.all(stored.map(({ folder }) => tasksOf(folder)));
  const hashes = [...new Set(alignments.map(({ facts }) => facts.hashes))];
  return taskGroups(
    read.filter((one) => one !== undefined),
    hashes,
  ).map(({ tasks, results: group }) => ({
    label: `$(checklist) ${l10n.t('Accuracy on {0}', tasks.join(', '))}`,
    description: l10n.t('before ablation · models: {0} of {1}', group.length, hashes.length),
    value: { kind: 'tasks', folders: group.map(({ folder }) => folder) },
  }));
}

async function tasksOf(folder: Uri): Promise<(TaskFacts & { readonly folder: Uri }) | undefined> {
  try {
    const facts = taskFacts(await readResult(folder.fsPath));
    return facts && { ...facts, folder };
  } catch {
    return undefined;
  }
}

async function browse(): Promise<Benchmarks | undefined> {
  const [file] =
    (await window.showOpenDialog({
      title: l10n.t('Table of benchmarks: columns model and score'),
      openLabel: l10n.t('Use This Table'),
      filters: { [l10n.t('Tables')]: ['csv', 'tsv'] },
    })) ?? [];
  return file && { kind: 'table', file };
}
