import { Cancelled, messageOf } from '../../shared/errors';
import type { JobRequest } from '../../shared/protocol';
import { checkJob, Run } from '../job';
import { engineParts } from '../engine-parts';
import type { JobHooks, JobParts } from '../parts';
import { ShardNotes } from './marks';
import type { ShardMark } from './marks';
import { ShardDone } from './share';
import type { Shard, ShardWork } from './share';

/** A stage that these settings have nothing of. */
const NOTHING: ShardWork = { pieces: 0, made: 0, work: 0, unit: 'pieces', bytes: 0 };

/**
 * Makes one shard of a job: its share of the pieces of a stage, and its mark. It writes no result.
 * @param digest of the inputs and settings, for the mark
 * @throws as `runJob`; the failure lies beside the marks then. What was made before stays.
 */
export async function runShard(
  request: JobRequest & { readonly shard: Shard },
  digest: string,
  hooks: JobHooks,
  parts: JobParts = engineParts,
): Promise<ShardMark> {
  const clock = performance.now();
  const { analysis, spec, out } = checkJob(request, parts);
  const notes = new ShardNotes(out, request.shard);
  await notes.begin();
  const onProgress: JobHooks['onProgress'] = (progress) => {
    notes.progress(progress);
    hooks.onProgress(progress);
  };
  const run = new Run(request, { ...hooks, onProgress }, parts, out);
  try {
    const work = await run.drain(analysis.run(spec, run.context)).then(() => NOTHING, workOf);
    const seconds = Math.round(performance.now() - clock) / 1000;
    return await notes.done(work, { digest, seconds, threads: request.threads });
  } catch (error) {
    if (error instanceof Cancelled) await notes.settled();
    else await notes.failed(messageOf(error));
    throw error;
  } finally {
    await run.dispose();
  }
}

function workOf(error: unknown): ShardWork {
  if (error instanceof ShardDone) return error.made;
  throw error;
}
