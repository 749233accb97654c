import type { EstimateOutcome, Outcome } from '../engine/client';
import type { Estimate } from '../shared/protocol';
import { formatBytes } from '../shared/progress';

/** "Needs 640 MB of memory; first writes a cache file of 538 MB." */
export function describeEstimate(estimate: Estimate): string {
  const bytes = bytesOf(estimate);
  const how = estimate.executor === 'resident' ? '' : ', layer by layer';
  const cache =
    estimate.cache > 0 ? `; first writes its weights to a cache file of ${formatBytes(estimate.cache)}` : '';
  return `Needs ${formatBytes(bytes)} of memory${how}${cache}.`;
}

/** Why a run cannot start within the memory budget, and the remedy; `undefined` when it can. */
function refusal({ model, executor, resident, streaming, budget }: Estimate): string | undefined {
  if (executor !== 'refused') return undefined;
  const limit = `but the memory budget is ${formatBytes(budget)}`;
  if (streaming <= budget) {
    const remedy = 'Set brainlens.executor to auto, or raise the setting brainlens.memory.';
    return `${model} needs ${formatBytes(resident)} of memory to be held as a whole, ${limit}. ${remedy}`;
  }
  const remedy = 'Raise the setting brainlens.memory, or choose a smaller model.';
  return `${model} needs ${formatBytes(streaming)} of memory even layer by layer, ${limit}. ${remedy}`;
}

/** The end of a run that an estimate has already decided; an estimate that lets it start decides nothing. */
export function endOf(estimate: EstimateOutcome): Exclude<Outcome, { kind: 'done' }> | undefined {
  if (estimate.kind !== 'done') return estimate;
  const message = refusal(estimate.estimate);
  return message === undefined ? undefined : { kind: 'failed', user: true, message };
}

/** Of several estimates the first that lets nothing start, else that of the most memory with all cache files in it. */
export function mostNeeding(outcomes: readonly EstimateOutcome[]): EstimateOutcome {
  const refused = outcomes.find((outcome) => endOf(outcome) !== undefined);
  if (refused !== undefined) return refused;
  const estimates = outcomes.flatMap((outcome) => (outcome.kind === 'done' ? [outcome.estimate] : []));
  const [first] = estimates.toSorted((a, b) => bytesOf(b) - bytesOf(a));
  const cache = estimates.reduce((sum, one) => sum + one.cache, 0);
  return { kind: 'done', estimate: { ...first!, cache } };
}

/** Bytes of memory that a run takes, as it would run. */
function bytesOf({ executor, resident, streaming }: Estimate): number {
  return executor === 'resident' ? resident : streaming;
}
