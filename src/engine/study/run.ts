import { Cancelled, messageOf } from '../../shared/errors';
import type { JobRequest } from '../../shared/protocol';
import type { Turn } from '../../study/next';
import { runJob } from '../job';
import type { JobOutcome } from '../job';
import type { JobHooks } from '../parts';
import { forgetFailure, rememberFailure } from './failures';
import type { Surroundings } from './look';
import { recordOf } from './record';

/** What all jobs of a study share. */
export type StudyJob = Pick<JobRequest, 'threads' | 'memory' | 'executor' | 'cacheSize'> & Surroundings;

/** The job of one run; what its inputs are is noted now. */
export async function jobOf({ run, input, leftOut }: Turn, study: StudyJob): Promise<JobRequest> {
  const { seed, threads, memory, executor, cacheFolder, cacheSize, workspace, file } = study;
  const missing = `Left out of this study, for runs of their models failed: ${leftOut.join(', ')}.`;
  return {
    ...{ seed, threads, memory, executor, cacheFolder, workspace },
    ...(cacheSize === undefined ? {} : { cacheSize }),
    analysis: run.spec.id,
    spec: { ...input },
    out: run.out,
    // What lies there was looked at: it is of this study, or to be replaced.
    force: true,
    study: await recordOf(run, input, file, study),
    ...(leftOut.length > 0 && { warnings: [missing] }),
  };
}

/**
 * Makes one run and writes its result; remembers that it failed, where it did.
 * @throws as `runJob`
 */
export async function makeRun(turn: Turn, study: StudyJob, hooks: JobHooks): Promise<JobOutcome> {
  const { out } = turn.run;
  try {
    const outcome = await runJob(await jobOf(turn, study), hooks);
    await forgetFailure(out);
    return outcome;
  } catch (error) {
    if (!(error instanceof Cancelled)) await rememberFailure(out, messageOf(error));
    throw error;
  }
}
