import { ProgressLocation, window } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import type { EngineClient, EstimateOutcome, Outcome } from '../engine/client';
import { describeProgress, PaceMeter } from '../shared/progress';
import type { JobRequest } from '../shared/protocol';
import { describeEstimate, endOf } from './estimateText';

interface Run {
  readonly job: JobRequest;
  /** Absent where no model is run. */
  readonly estimate?: Promise<EstimateOutcome>;
}

/**
 * Runs a job under a progress notification with rate, time left and Cancel. The estimate comes first: a model that does
 * not fit is refused, and a cache file is announced with its size before it is written.
 */
export async function runWithProgress(
  title: string,
  { client, log }: { readonly client: EngineClient; readonly log: LogOutputChannel },
  { job, estimate }: Run,
): Promise<Outcome> {
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  return window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    if (estimate !== undefined) {
      progress.report({ message: 'Reading the model' });
      const cancelled = new Promise<EstimateOutcome>((resolve) => {
        abort.signal.addEventListener('abort', () => resolve({ kind: 'cancelled' }), { once: true });
      });
      const needed = await Promise.race([estimate, cancelled]);
      if (needed.kind !== 'done') return needed;
      const end = endOf(needed);
      if (end !== undefined) return end;
      log.info(describeEstimate(needed.estimate));
      progress.report({ message: describeEstimate(needed.estimate) });
    }
    const pace = new PaceMeter();
    const onProgress: Parameters<EngineClient['run']>[1]['onProgress'] = (step) => {
      progress.report({ message: describeProgress(step, pace.measure(step, performance.now())) });
    };
    return client.run(job, { signal: abort.signal, onProgress });
  });
}
