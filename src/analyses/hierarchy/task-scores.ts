import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { readJson } from '../../data/tasks/json-file';
import { mean } from '../../math/statistics';
import { UserError } from '../../shared/errors';
import { resultSchema } from '../../shared/result';
import { modelHashes } from './alignments';
import type { Alignment } from './alignments';
import type { Benchmarks } from './benchmarks';

const fields = z.looseObject({
  tasks: z.array(z.looseObject({ name: z.string(), kind: z.string(), baseline: z.number().nullable() })),
});

/**
 * Performance of models on tasks that `ablate` ran on them: the mean of their accuracies before ablation. A model is found
 * again by the contents of its files.
 * @param paths result folders of ablate, of the same tasks
 * @throws UserError that names the one that is no such result, has no accuracies, is of other tasks than the first, or of
 *   a model that was not aligned or that another one is of
 */
export async function readTaskScores(paths: readonly string[], alignments: readonly Alignment[]): Promise<Benchmarks> {
  const rows: { model: string; score: number; family: string; folder: string; names: string }[] = [];
  for (const path of paths) {
    const folder = resolve(basename(path) === 'result.json' ? join(path, '..') : path);
    const { hashes, tasks } = await readTasks(folder);
    const names = tasks.map(({ name }) => name).join(', ');
    const [first] = rows;
    if (first !== undefined && first.names !== names) {
      throw new UserError(
        `${folder} is of other tasks (${names}) than ${first.folder} (${first.names})`,
        'Run the same tasks on every model.',
      );
    }
    const aligned = alignments.filter((one) => one.model !== '' && one.model === hashes);
    if (aligned.length === 0) {
      throw new UserError(
        `${folder} is of a model that is not among the alignments`,
        'Leave it out, or align that model.',
      );
    }
    for (const { name } of aligned) {
      const other = rows.find(({ model }) => model === name);
      if (other !== undefined) throw new UserError(`${folder} and ${other.folder} are of one model`, 'Leave one out.');
      rows.push({ model: name, score: mean(tasks.map(({ baseline }) => baseline)), family: name, folder, names });
    }
  }
  const { names } = rows[0]!;
  return {
    column: `mean accuracy (${names})`,
    families: false,
    rows: rows.map(({ model, score, family }) => ({ model, score, family })),
    files: rows.map(({ folder }) => join(folder, 'result.json')),
  };
}

async function readTasks(folder: string): Promise<{
  readonly hashes: string;
  readonly tasks: readonly { readonly name: string; readonly baseline: number }[];
}> {
  const parsed = resultSchema.safeParse(await readJson(join(folder, 'result.json')));
  const known = parsed.success ? fields.safeParse(parsed.data.result) : undefined;
  if (!parsed.success || known?.success !== true || !parsed.data.schema.startsWith('brainlens/ablation@')) {
    throw new UserError(`${folder} is no result of ablate`, 'Give result folders of ablate.');
  }
  // Loss of texts is no accuracy, and falls where a model is better.
  const tasks = known.data.tasks.flatMap(({ name, kind, baseline }) =>
    kind === 'text' || baseline === null ? [] : [{ name, baseline }],
  );
  if (tasks.length === 0) throw new UserError(`${folder} has no task with an accuracy`, 'Give results of other tasks.');
  return { hashes: modelHashes(parsed.data), tasks };
}
