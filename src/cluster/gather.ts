import { open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readShardState } from '../engine/shards/marks';
import { failureNote } from '../engine/study/failures';
import { logNameOf } from './jobs';
import { pollSlurm } from './poll';
import { readRecord } from './record';
import type { SubmittedJob, SubmittedRun } from './record';
import { Slurm } from './slurm';
import { statusOf } from './status';
import type { RunFiles, RunStatus, ShardStatus } from './status';

/** How a study stands on the cluster. */
export interface StudyStatus {
  /** The study file, absolute. */
  readonly file: string;
  readonly workspace: string;
  readonly runs: readonly RunStatus[];
  /** Milliseconds since 1970 at which Slurm was asked last. */
  readonly asked: number;
  /** Why Slurm could not be asked, where it could not: then the rest is from marks and from what it said before. */
  readonly problem?: string;
}

const slurmHere = new Slurm();

/**
 * Reads how a study stands on the cluster; Slurm is asked at most every ten seconds.
 * @param folder of its scripts
 * @returns `undefined` where nothing of it was submitted
 */
export async function readStatus(
  folder: string,
  slurm: Pick<Slurm, 'reports'> = slurmHere,
): Promise<StudyStatus | undefined> {
  const record = await readRecord(folder);
  if (record === undefined) return undefined;
  const { reports, at, problem } = await pollSlurm(folder, record.jobs, slurm);
  const files = new Map<string, RunFiles>();
  for (const run of record.runs) files.set(run.id, await filesOf(run, folder));
  const runs = await Promise.all(statusOf(record, reports, files).map((run) => withLogs(run, folder)));
  const { file, workspace } = record;
  return { file, workspace, runs, asked: at, ...(problem !== undefined && { problem }) };
}

/**
 * How a run stands whose shards were made without Slurm.
 * @param out its result folder
 * @returns `undefined` where no shard left a mark
 */
export async function statusOfMarks(out: string): Promise<StudyStatus | undefined> {
  const shards = await readShardState(out);
  if (shards.length === 0) return undefined;
  const stages = [...new Map(shards.map(({ stage, count }) => [`${stage} ${count}`, { stage, of: count }])).values()];
  const run = { id: basename(out), label: basename(out), out, verb: '', stages };
  const record = {
    schema: 'brainlens/slurm@1' as const,
    file: '',
    workspace: dirname(out),
    folder: '',
    runs: [run],
    jobs: [],
  };
  const runs = statusOf(record, [], new Map([[run.id, await filesOf(run)]]));
  return { file: '', workspace: dirname(out), runs, asked: Date.now() };
}

/**
 * Cancels what waits or runs of a study. @param run only what is of this one; what waits for it is given up by Slurm
 * @returns the jobs that were given to scancel: those that the queue confirms as ours
 * @throws UserError where Slurm does not answer
 */
export async function cancelStudy(
  folder: string,
  run?: string,
  slurm: Pick<Slurm, 'cancel' | 'reports'> = slurmHere,
): Promise<SubmittedJob[]> {
  const record = await readRecord(folder);
  const status = await readStatus(folder, slurm);
  if (record === undefined || status === undefined) return [];
  const open = status.runs
    .filter(({ id }) => run === undefined || id === run)
    .flatMap(({ stages }) => stages.flatMap(({ shards }) => shards))
    .filter(({ standing }) => standing === 'pending' || standing === 'running')
    .map(({ job }) => job?.split('_')[0]);
  const jobs = record.jobs.filter(({ id }) => open.includes(id));
  // What waits for others first: it would be released, or given up, while they end.
  const cancelled = await slurm.cancel(jobs.toReversed());
  return jobs.filter(({ id }) => cancelled.includes(id));
}

/** @param folder of scripts, where the reduce leaves the marks of a run that is over */
async function filesOf({ id, out }: Pick<SubmittedRun, 'id' | 'out'>, folder?: string): Promise<RunFiles> {
  const result = await stat(join(out, 'result.json')).catch(() => undefined);
  const failure = await failureNote(out);
  const shards = await readShardState(out);
  return {
    shards: shards.length === 0 && folder !== undefined ? await readShardState(join(folder, id)) : shards,
    ...(result !== undefined && { made: result.mtimeMs }),
    ...(failure !== undefined && { failure }),
  };
}

async function withLogs(run: RunStatus, folder: string): Promise<RunStatus> {
  const logged = async (stage: string, shard: ShardStatus): Promise<ShardStatus> => {
    if (shard.standing !== 'failed') return shard;
    const name = logNameOf({ run: run.id, stage }, shard.shard === 0 ? undefined : shard.shard);
    const log = await lastLines(join(folder, name));
    return log.length === 0 ? shard : { ...shard, log };
  };
  const stages = run.stages.map(async (stage) => ({
    ...stage,
    shards: await Promise.all(stage.shards.map((shard) => logged(stage.stage, shard))),
  }));
  return { ...run, stages: await Promise.all(stages) };
}

const TAIL_BYTES = 4096;
const TAIL_LINES = 6;

/** The last lines of a file; none where it cannot be read. */
async function lastLines(path: string): Promise<string[]> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const from = Math.max(0, size - TAIL_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, from);
      const lines = buffer
        .toString('utf8', 0, bytesRead)
        .split(/[\r\n]+/)
        .filter((line) => line.trim() !== '');
      return lines.slice(-TAIL_LINES);
    } finally {
      await file.close();
    }
  } catch {
    return [];
  }
}
