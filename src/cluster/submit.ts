import { chmod } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { jobNameOf, keyOf, scriptNameOf } from './jobs';
import type { ClusterJob, Surroundings } from './jobs';
import { readRecord, withJob, writeRecord, writeWhole } from './record';
import type { ClusterRecord, SubmittedJob, SubmittedRun } from './record';
import { scriptOf } from './script';
import type { Slurm } from './slurm';
import type { LiveJob, Submission } from './submission';
import { stateOf } from './states';
import type { TaskReport } from './states';

/** What became of a submission. */
export interface Submitted {
  readonly jobs: readonly SubmittedJob[];
  /** Of earlier submissions, that waited for what is made anew. */
  readonly cancelled: readonly SubmittedJob[];
}

/**
 * Writes the scripts of jobs and gives them to Slurm in their order; each is recorded as soon as Slurm has it, so that
 * nothing that was submitted is forgotten where a later one is refused.
 * @param runs of this submission, in the order of the plan
 * @throws UserError with what Slurm says
 */
export async function submitJobs(
  { cancel, jobs }: Submission,
  runs: readonly SubmittedRun[],
  around: Surroundings,
  slurm: Pick<Slurm, 'submit' | 'cancel' | 'cluster'>,
): Promise<Submitted> {
  const { file, workspace, folder } = around;
  const before = await readRecord(folder);
  let record: ClusterRecord = {
    schema: 'brainlens/slurm@1',
    file,
    workspace,
    folder,
    runs: merged(before?.runs ?? [], runs),
    jobs: (before?.jobs ?? []).filter(({ id }) => !cancel.includes(id)),
  };
  const given = (before?.jobs ?? []).filter(({ id }) => cancel.includes(id));
  const ended = await slurm.cancel(given);
  const cancelled = given.filter(({ id }) => ended.includes(id));
  const cluster = await slurm.cluster();
  const user = userName();
  const submitted: SubmittedJob[] = [];
  for (const job of jobs) {
    const script = scriptNameOf(job);
    await writeWhole(join(folder, script), scriptOf(job, around));
    await chmod(join(folder, script), 0o755);
    const ids = submitted.filter((one) => job.after.includes(keyOf(one))).map(({ id }) => id);
    const after = [...ids, ...job.afterIds];
    const at = new Date().toISOString();
    const name = `${jobNameOf(job, around.study)}.${randomBytes(6).toString('hex')}`;
    const id = await slurm.submit(script, folder, after, name);
    const { run, stage, shards, of } = job;
    submitted.push({ id, name, user, cluster, run, stage, shards: [...shards], of, after, submitted: at });
    record = withJob(record, submitted.at(-1)!);
    await writeRecord(folder, record);
  }
  return { jobs: submitted, cancelled };
}

/** As Slurm shows it: the number where this machine has no name for it. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 0);
  }
}

/** Runs of this submission as they are now; of earlier ones what they were. */
function merged(before: readonly SubmittedRun[], now: readonly SubmittedRun[]): SubmittedRun[] {
  return [...before.filter((run) => !now.some(({ id }) => id === run.id)), ...now];
}

/** What of a record waits or runs. @param reports of its jobs */
export function liveJobs({ jobs }: Pick<ClusterRecord, 'jobs'>, reports: readonly TaskReport[]): LiveJob[] {
  return jobs.flatMap((job): LiveJob[] => {
    const open = reports.filter((one) => one.job === job.id && ['pending', 'running'].includes(stateOf(one.state)));
    if (open.length === 0) return [];
    const whole = open.some(({ task }) => task === undefined);
    const told = (shard: number): boolean => reports.some((one) => one.job === job.id && one.task === shard);
    const shards = job.shards.filter((shard) => open.some(({ task }) => task === shard) || (whole && !told(shard)));
    const { id, run, stage, of } = job;
    return [{ id, run, stage, of, shards }];
  });
}

/** The scripts of jobs one after another, each under its name: to be read before they are submitted. */
export function scriptsText(jobs: readonly ClusterJob[], around: Surroundings): string {
  return jobs
    .map((job) => `# ${'='.repeat(8)} ${join(around.folder, scriptNameOf(job))}\n${scriptOf(job, around)}`)
    .join('\n');
}
