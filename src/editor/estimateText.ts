import { l10n } from 'vscode';
import type { EstimateOutcome, Outcome } from '../engine/client';
import type { Estimate } from '../shared/protocol';
import { formatBytes } from '../shared/progress';

/** "Needs 640 MB of memory; first writes a cache file of 538 MB." */
export function describeEstimate(estimate: Estimate): string {
  const [needs, cache] = [formatBytes(bytesOf(estimate)), formatBytes(estimate.cache)];
  if (estimate.executor === 'resident')
    return estimate.cache > 0
      ? l10n.t('Needs {0} of memory; first writes its weights to a cache file of {1}.', needs, cache)
      : l10n.t('Needs {0} of memory.', needs);
  return estimate.cache > 0
    ? l10n.t('Needs {0} of memory, layer by layer; first writes its weights to a cache file of {1}.', needs, cache)
    : l10n.t('Needs {0} of memory, layer by layer.', needs);
}

/** Why a run cannot start within the memory budget, and the remedy; `undefined` when it can. */
function refusal({ model, executor, resident, streaming, budget }: Estimate): string | undefined {
  if (executor !== 'refused') return undefined;
  const limit = formatBytes(budget);
  if (streaming <= budget) {
    const remedy = l10n.t('Set brainlens.executor to auto, or raise the setting brainlens.memory.');
    return l10n.t(
      '{0} needs {1} of memory to be held as a whole, but the memory budget is {2}. {3}',
      model,
      formatBytes(resident),
      limit,
      remedy,
    );
  }
  const remedy = l10n.t('Raise the setting brainlens.memory, or choose a smaller model.');
  return l10n.t(
    '{0} needs {1} of memory even layer by layer, but the memory budget is {2}. {3}',
    model,
    formatBytes(streaming),
    limit,
    remedy,
  );
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
