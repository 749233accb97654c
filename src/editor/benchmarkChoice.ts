import { window, workspace } from 'vscode';
import type { Uri } from 'vscode';
import { readResult } from '../engine/store';
import { counted } from '../shared/words';
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
    { label: 'No Benchmarks', description: 'hierarchies of the models side by side', value: { kind: 'none' } },
    ...(await tables(alignments)),
    ...(await accuracies(alignments, results)),
    {
      label: '$(folder-opened) Browse for a Table…',
      description: 'CSV or TSV with the columns model, score and, where known, family',
      value: 'browse',
    },
  ];
  for (;;) {
    const placeholder = 'Which performance are brain scores held against?';
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
      description: `${displayPath(file)} · knows ${known} of ${counted(names.length, 'model')}`,
      ...(known > 0
        ? { value: { kind: 'table', file } as const }
        : { detail: `None of its rows is called ${names.join(' or ')}` }),
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
    label: `$(checklist) Accuracy on ${tasks.join(', ')}`,
    description: `before ablation · ${group.length} of ${counted(hashes.length, 'model')}`,
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
      title: 'Table of benchmarks: columns model and score',
      openLabel: 'Use This Table',
      filters: { Tables: ['csv', 'tsv'] },
    })) ?? [];
  return file && { kind: 'table', file };
}
