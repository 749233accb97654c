import { l10n, ProgressLocation, window } from 'vscode';
import type { LogOutputChannel, Uri } from 'vscode';
import type { EngineClient, EstimateOutcome, Outcome } from '../engine/client';
import type { EngineCalls } from './enginePool';
import { describeProgress, PaceMeter } from '../shared/progress';
import type { JobRequest } from '../shared/protocol';
import { describeEstimate, endOf } from './estimateText';
import { RunPanel } from './runPanel';

/** Time between two lines of the notification: each is laid out anew, and nobody reads faster. */
const REPORT_MS = 250;
/** Time that what a run says of its needs stays, before its steps are reported. */
const FORETOLD_MS = 3000;
/** Phases that say what is to come: `Memory: about 1.2 GB of 4 GB`, `Estimated time of the windows: 3 min 20 s`. */
const FORETOLD = /^(Memory|Estimated time)\b.*: /;

export interface Run {
  readonly job: JobRequest;
  /** Absent where no model is run. */
  readonly estimate?: Promise<EstimateOutcome>;
  /** Title of a panel of curves that opens with the run; without it one opens with the first measure, if any comes. */
  readonly live?: string;
}

/** Who else follows the run, and may cancel it. */
export interface Follower {
  readonly abort: AbortController;
  /** @param share that is done, where it is known */
  step(message: string, share?: number): void;
}

/**
 * Runs a job under a progress notification with rate, time left and Cancel. The estimate comes first: a model that does
 * not fit is refused, and a cache file is announced with its size before it is written.
 */
export async function runWithProgress(
  title: string,
  {
    client,
    log,
    panelAssets,
  }: { readonly client: EngineCalls; readonly log: LogOutputChannel; readonly panelAssets: Uri },
  { job, estimate, live }: Run,
  { abort, step: follow }: Follower,
): Promise<Outcome> {
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  return window.withProgress(options, async (progress, token) => {
    token.onCancellationRequested(() => abort.abort());
    if (estimate !== undefined) {
      progress.report({ message: l10n.t('Reading the model') });
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
    const panel = new RunPanel(live ?? title, panelAssets, () => abort.abort());
    if (live !== undefined) panel.open();
    const pace = new PaceMeter();
    let reported = -Infinity;
    const onProgress: Parameters<EngineClient['run']>[1]['onProgress'] = (step) => {
      const now = performance.now();
      const foretold = FORETOLD.test(step.phase);
      const message = foretold ? step.phase : describeProgress(step, pace.measure(step, now));
      if (foretold) log.info(message);
      if (foretold || now - reported >= REPORT_MS) {
        progress.report({ message });
        reported = foretold ? now + FORETOLD_MS : now;
      }
      follow(message, step.total > 0 ? Math.min(1, step.done / step.total) : undefined);
      panel.step(step, message);
    };
    try {
      return await client.run(job, { signal: abort.signal, onProgress });
    } finally {
      panel.close();
    }
  });
}
