import type { EngineClient, EstimateOutcome, Outcome } from '../engine/client';
import type { EstimateRequest } from '../shared/protocol';
import { describeEstimate, endOf } from './estimateText';

/** Whether a model can be run, asked while the person answers questions. */
export interface Fit {
  readonly estimate: Promise<EstimateOutcome>;
  /** The question with what the run needs behind it; `undefined` where it cannot be run. */
  readonly note: Promise<string | undefined>;
  /** Fires when the model turns out not to be one that can be run: there is no more point in asking. */
  readonly unfit: AbortSignal;
  /** How the run has ended before it began, where the model cannot be run. */
  end(): Promise<Exclude<Outcome, { kind: 'done' }> | undefined>;
}

/**
 * Asked while the person reads the first question: what the run needs then stands beside the last one, and a model that
 * cannot be run is refused before more is asked.
 * @param question the placeholder that the note takes the place of
 */
export function askFit(client: Pick<EngineClient, 'estimate'>, request: EstimateRequest, question: string): Fit {
  const estimate = client.estimate(request);
  const unfit = new AbortController();
  const note = estimate.then((outcome) => {
    if (outcome.kind === 'done' && endOf(outcome) === undefined)
      return `${question} ${describeEstimate(outcome.estimate)}`;
    unfit.abort();
    return undefined;
  });
  return {
    estimate,
    note,
    unfit: unfit.signal,
    end: async () => (unfit.signal.aborted ? endOf(await estimate) : undefined),
  };
}
