import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { StudyStatus } from '../cluster/gather';
import { keyOf } from '../cluster/jobs';
import { clusterFolder } from '../cluster/record';
import type { SubmittedJob } from '../cluster/record';
import { UserError } from '../shared/errors';
import { RESULTS_FOLDER } from '../shared/results-folder';
import { statusText } from './status-table';
import { openedStudy } from './study';
import type { Streams } from './verbs';

/** Options of `brainlens status` as they were typed. */
export interface StatusOptions {
  readonly json?: boolean;
  readonly cancel?: boolean;
  readonly results?: string;
}

/**
 * Prints how studies stand on the cluster: from what was submitted, what Slurm says, and the marks of shards.
 * @param target a study file, its folder of results, or a result folder; absent: all studies here
 * @returns the exit code: 0, or 2 where something failed
 * @throws UserError where nothing was submitted, or a shard was ever made
 */
export async function status(
  target: string | undefined,
  options: StatusOptions,
  { stdout, stderr }: Streams,
): Promise<number> {
  const { cancelStudy, readStatus, statusOfMarks } = await import('../cluster/gather');
  const places = await placesOf(target, options);
  if (options.cancel === true) return cancel(places, cancelStudy, { stdout, stderr });
  const found: StudyStatus[] = [];
  for (const { folder, out } of places) {
    const study = await readStatus(folder);
    const runs = study?.runs.filter((run) => out === undefined || run.out === out) ?? [];
    if (study !== undefined && runs.length > 0) found.push({ ...study, runs });
    else if (out !== undefined) found.push(...[await statusOfMarks(out)].flatMap((one) => one ?? []));
  }
  if (found.length === 0) {
    const what = target === undefined ? 'No study here was' : `Nothing of ${target} was`;
    throw new UserError(
      `${what} submitted to Slurm, and no shards are under way`,
      'Submit one: brainlens run STUDY --engine slurm.',
    );
  }
  for (const { problem } of found) if (problem !== undefined) stderr.write(`Warning: ${problem}\n`);
  const text =
    options.json === true ? `${JSON.stringify({ studies: found }, undefined, 2)}\n` : found.map(statusText).join('\n');
  stdout.write(text);
  return found.some(({ runs }) => runs.some(hasFailed)) ? 2 : 0;
}

async function cancel(
  places: readonly Place[],
  cancelStudy: (folder: string) => Promise<readonly SubmittedJob[]>,
  { stdout }: Streams,
): Promise<number> {
  const jobs: SubmittedJob[] = [];
  for (const { folder, out } of places) {
    if (out !== undefined)
      throw new UserError('Jobs of a single result cannot be cancelled here', 'Give the study, or use scancel.');
    jobs.push(...(await cancelStudy(folder)));
  }
  stdout.write(
    jobs.length === 0
      ? 'Nothing waits or runs.\n'
      : `scancel was asked to end ${jobs.length} job${jobs.length === 1 ? '' : 's'}; what was made stays.\n`,
  );
  for (const job of jobs) stdout.write(`  ${job.id}  ${keyOf(job)}\n`);
  return 0;
}

function hasFailed({ stages }: StudyStatus['runs'][number]): boolean {
  return stages.some(({ shards }) => shards.some(({ standing }) => standing === 'failed'));
}

/** Where scripts of a study lie; with the one result that is asked for. */
interface Place {
  readonly folder: string;
  readonly out?: string;
}

async function placesOf(target: string | undefined, options: StatusOptions): Promise<Place[]> {
  if (target === undefined) {
    const results = resolve(options.results ?? RESULTS_FOLDER);
    const names = await readdir(results).catch(() => []);
    return names
      .map((name) => ({ folder: clusterFolder(join(results, name)) }))
      .filter(({ folder }) => existsSync(folder));
  }
  if (/\.ya?ml$/i.test(target)) {
    const { plan } = await openedStudy(target, options.results === undefined ? {} : { results: options.results });
    const [first] = plan.runs;
    return first === undefined ? [] : [{ folder: clusterFolder(dirname(first.out)) }];
  }
  const path = resolve(target.replace(/[\\/]?result\.json$/, '') || '.');
  if (existsSync(join(clusterFolder(path), 'jobs.json'))) return [{ folder: clusterFolder(path) }];
  if (basename(path) === 'slurm' && existsSync(join(path, 'jobs.json'))) return [{ folder: path }];
  return [{ folder: clusterFolder(dirname(path)), out: path }];
}
