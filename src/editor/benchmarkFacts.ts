import { z } from 'zod';
import { fields } from '../yaml/folder-view';
import type { ResultFile } from '../shared/result';
import { modelHashes } from './alignmentFacts';

const MODELS = ['model', 'name'];
const SCORE = 'score';

const tasks = z.looseObject({
  tasks: z.array(z.looseObject({ name: z.string(), kind: z.string(), baseline: z.number().nullable() })),
});

/** Models that a table of benchmarks has a row for; `undefined` for a table without the columns model and score. */
export function benchmarkModels(text: string, separator: ',' | '\t'): readonly string[] | undefined {
  const [header, ...rows] = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .map((line) => fields(line, separator));
  const column = header?.findIndex((name) => name === MODELS.find((one) => header.includes(one))) ?? -1;
  if (header === undefined || column < 0 || !header.includes(SCORE)) return undefined;
  return rows.map((row) => row[column] ?? '');
}

/** How many of some models are in a table, whatever their case and the ending of a file. */
export function modelsIn(table: readonly string[], models: readonly string[]): number {
  const known = new Set(table.map(plain));
  return models.filter((model) => known.has(plain(model))).length;
}

/** A result of `ablate` whose accuracies before ablation can be held against brain scores. */
export interface TaskFacts {
  readonly hashes: string;
  /** Names of the tasks with an accuracy. */
  readonly tasks: readonly string[];
}

/** Reads off a result of `ablate` its model and tasks; `undefined` where it has no accuracies. */
export function taskFacts({ result, provenance }: ResultFile): TaskFacts | undefined {
  const parsed = tasks.safeParse(result);
  if (!parsed.success) return undefined;
  const scored = parsed.data.tasks.filter(({ kind, baseline }) => kind !== 'text' && baseline !== null);
  if (scored.length === 0) return undefined;
  return { hashes: modelHashes(provenance), tasks: scored.map(({ name }) => name) };
}

/** Results of the same tasks, one for every model. */
export interface TaskGroup<T> {
  readonly tasks: readonly string[];
  readonly results: readonly T[];
}

/**
 * Groups results of `ablate` by their tasks, those of the aligned models only; of several of one model the first stands.
 * @param aligned hashes of the aligned models
 * @returns groups of most models first
 */
export function taskGroups<T extends TaskFacts>(results: readonly T[], aligned: readonly string[]): TaskGroup<T>[] {
  const groups = new Map<string, Map<string, T>>();
  for (const result of results) {
    if (result.hashes === '' || !aligned.includes(result.hashes)) continue;
    const key = JSON.stringify(result.tasks);
    const group = groups.get(key) ?? new Map<string, T>();
    if (!group.has(result.hashes)) group.set(result.hashes, result);
    groups.set(key, group);
  }
  return [...groups.values()]
    .map((group) => ({ tasks: [...group.values()][0]!.tasks, results: [...group.values()] }))
    .sort((a, b) => b.results.length - a.results.length);
}

function plain(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/\.gguf$/, '');
}
