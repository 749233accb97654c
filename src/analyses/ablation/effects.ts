import type { Random } from '../../math/random';
import { percentile } from '../../math/statistics';
import type { ItemScores } from './plan';

/** Bootstrap resamples of a task's items. */
const RESAMPLES = 10_000;

/** Σ score / Σ weight: an accuracy, or a mean loss per token. */
export function valueOf({ scores, weights }: ItemScores): number {
  return total(scores) / total(weights);
}

/** Baseline − ablated for accuracies, ablated − baseline for losses: positive is worse. */
export function deficitOf(metric: 'accuracy' | 'loss', baseline: number, ablated: number): number {
  return metric === 'accuracy' ? baseline - ablated : ablated - baseline;
}

/**
 * Deficits of resampled items, the same for baseline and ablated (paired) and for every condition.
 * @param conditions item scores under each condition
 * @returns per condition f64 [10,000 resamples]
 */
export function bootstrapDeficits(
  metric: 'accuracy' | 'loss',
  baseline: ItemScores,
  conditions: readonly ItemScores[],
  random: Random,
): Float64Array[] {
  const items = baseline.scores.length;
  const sign = metric === 'accuracy' ? -1 : 1;
  const differences = conditions.map(({ scores }) => scores.map((score, i) => sign * (score - baseline.scores[i]!)));
  const changed = differences.map((of) => Int32Array.from(of.keys()).filter((i) => of[i] !== 0));
  const draws = conditions.map(() => new Float64Array(RESAMPLES));
  const drawn = new Int32Array(items);
  for (let resample = 0; resample < RESAMPLES; resample += 1) {
    drawn.fill(0);
    for (let i = 0; i < items; i += 1) drawn[random.below(items)]! += 1;
    const weight = baseline.weights.reduce((sum, of, i) => sum + of * drawn[i]!, 0);
    for (let c = 0; c < differences.length; c += 1) {
      const difference = differences[c]!;
      const indices = changed[c]!;
      let sum = 0;
      for (let at = 0; at < indices.length; at += 1) sum += difference[indices[at]!]! * drawn[indices[at]!]!;
      draws[c]![resample] = sum / weight;
    }
  }
  return draws;
}

/** 95 % percentile interval of bootstrap draws (NaN, where only items without weight were drawn, left out). */
export function intervalOf(draws: Float64Array): readonly [low: number, high: number] {
  return [percentile(draws, 2.5), percentile(draws, 97.5)];
}

/** How the selected units' deficit stands among the controls' of one kind. */
export interface Effect {
  /** (selected − mean)/s.d. (ddof 1); NaN with fewer than three draws or none that differ. */
  readonly d: number;
  /** (1 + #{control ≥ selected})/(1 + R), one-sided. */
  readonly p: number;
  readonly median: number;
  readonly range: readonly [number, number];
  readonly mean: number;
  readonly sd: number;
  /** A draw lies more than five interquartile ranges (five items, where that is more) above the median: mean, s.d. and d mean little. */
  readonly heavyTail: boolean;
}

/** Means over tasks round differently where the same items fall: deficits this near count as equal, against the selected units. */
const TIE = 1e-9;

/**
 * @param controls deficits of the draws, at least one
 * @param resolution the smallest deficit that can be, 1/items for accuracies: where most draws agree, one item more is no tail
 */
export function effectOf(selected: number, controls: Float64Array, resolution = 0): Effect {
  const mean = total(controls) / controls.length;
  const sd = Math.sqrt(
    controls.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, controls.length - 1),
  );
  const median = percentile(controls, 50);
  const spread = Math.max(resolution, percentile(controls, 75) - percentile(controls, 25));
  const lowest = Math.min(...controls);
  const highest = Math.max(...controls);
  return {
    d: controls.length < 3 || lowest === highest ? NaN : (selected - mean) / sd,
    p: (1 + controls.filter((value) => value >= selected - TIE).length) / (1 + controls.length),
    median,
    range: [lowest, highest],
    mean,
    sd,
    heavyTail: controls.length >= 5 && highest > median && highest - median > 5 * spread,
  };
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
