import { Cancelled, messageOf } from '../../shared/errors';
import type { JobRequest } from '../../shared/protocol';
import { jobOf } from '../../study/job';
import type { Turn } from '../../study/next';
import { runJob } from '../job';
import type { JobOutcome } from '../job';
import type { JobHooks } from '../parts';
import { makeShards } from '../shards/local';
import type { LocalShards } from '../shards/local';
import { removeMarks } from '../shards/marks';
import type { ShardMark } from '../shards/marks';
import { shardDigest } from '../shards/plan';
import { warningsOfShards } from '../shards/reduce';
import { runShard } from '../shards/run-shard';
import type { Shard } from '../shards/share';
import { forgetFailure, rememberFailure } from './failures';
import type { Surroundings } from './look';
import { recordOf } from './record';

/** What all jobs of a study share. */
export type StudyJob = Pick<JobRequest, 'threads' | 'memory' | 'executor' | 'provider' | 'cacheSize' | 'selfCheck'> &
  Surroundings;

/**
 * Makes one run and writes its result; remembers that it failed, where it did. What its shards have made is found there,
 * and their marks go with the result.
 * @throws as `runJob`
 */
export async function makeRun(turn: Turn, study: StudyJob, hooks: JobHooks): Promise<JobOutcome> {
  const { out } = turn.run;
  return rememberingFailure(out, async () => {
    const job = await jobFor(turn, study);
    const warnings = [...(job.warnings ?? []), ...(await warningsOfShards(out))];
    const outcome = await runJob({ ...job, ...(warnings.length > 0 && { warnings }) }, hooks);
    await removeMarks(out);
    return outcome;
  });
}

/**
 * Makes one run of which the divisible stages run as shards in child processes, and merges them.
 * @throws as `makeShards` and `makeRun`
 */
export async function makeShardedRun(
  turn: Turn,
  study: StudyJob,
  local: LocalShards,
  hooks: JobHooks,
): Promise<JobOutcome> {
  await rememberingFailure(turn.run.out, () => makeShards(turn, study, local, hooks));
  return makeRun(turn, study, hooks);
}

/** Makes one shard of a run: its pieces and its mark, no result. @throws as `runShard` */
export async function makeShard(turn: Turn, study: StudyJob, shard: Shard, hooks: JobHooks): Promise<ShardMark> {
  const digest = await shardDigest({ ...turn.run, input: turn.input }, study);
  return runShard({ ...(await jobFor(turn, study)), shard }, digest, hooks);
}

/** The job of one run, with the settings that all jobs of its study share. */
export async function jobFor(turn: Turn, study: StudyJob): Promise<JobRequest> {
  const { seed, threads, memory, executor, provider, cacheFolder, cacheSize, selfCheck, workspace, file } = study;
  const shared = {
    ...{ seed, threads, memory, executor, cacheFolder, workspace },
    ...(provider === undefined ? {} : { provider }),
    ...(cacheSize === undefined ? {} : { cacheSize }),
    ...(selfCheck === undefined ? {} : { selfCheck }),
  };
  return jobOf(turn, shared, await recordOf(turn.run, turn.input, file, study));
}

async function rememberingFailure<T>(out: string, make: () => Promise<T>): Promise<T> {
  try {
    const made = await make();
    await forgetFailure(out);
    return made;
  } catch (error) {
    if (!(error instanceof Cancelled)) await rememberFailure(out, messageOf(error));
    throw error;
  }
}
