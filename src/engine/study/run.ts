import { Cancelled, messageOf } from '../../shared/errors';
import type { JobRequest } from '../../shared/protocol';
import { jobOf } from '../../study/job';
import type { Turn } from '../../study/next';
import { runJob } from '../job';
import type { JobOutcome } from '../job';
import type { JobHooks } from '../parts';
import { forgetFailure, rememberFailure } from './failures';
import type { Surroundings } from './look';
import { recordOf } from './record';

/** What all jobs of a study share. */
export type StudyJob = Pick<JobRequest, 'threads' | 'memory' | 'executor' | 'provider' | 'cacheSize'> & Surroundings;

/**
 * Makes one run and writes its result; remembers that it failed, where it did.
 * @throws as `runJob`
 */
export async function makeRun(turn: Turn, study: StudyJob, hooks: JobHooks): Promise<JobOutcome> {
  const { out } = turn.run;
  try {
    const { seed, threads, memory, executor, provider, cacheFolder, cacheSize, workspace, file } = study;
    const shared = {
      ...{ seed, threads, memory, executor, cacheFolder, workspace },
      ...(provider === undefined ? {} : { provider }),
      ...(cacheSize === undefined ? {} : { cacheSize }),
    };
    const record = await recordOf(turn.run, turn.input, file, study);
    const outcome = await runJob(jobOf(turn, shared, record), hooks);
    await forgetFailure(out);
    return outcome;
  } catch (error) {
    if (!(error instanceof Cancelled)) await rememberFailure(out, messageOf(error));
    throw error;
  }
}
