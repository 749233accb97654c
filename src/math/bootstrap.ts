import type { Gemm } from './gemm';
import type { Random } from './random';
import { percentile } from './statistics';

/** 95 % percentile interval of bootstrap draws; draws that are NaN are left out; NaN where all are. */
export function intervalOf(draws: ArrayLike<number>): readonly [low: number, high: number] {
  return [percentile(draws, 2.5), percentile(draws, 97.5)];
}

/**
 * How often each of `clusters` is drawn in each resample of as many, with replacement. The same generator gives the same
 * resamples, so that several statistics can be drawn together.
 * @param visit gets the counts f64 [clusters] of one resample after the other; the array is used again
 */
export function resample(
  clusters: number,
  resamples: number,
  random: Random,
  visit: (counts: Float64Array, resample: number) => void,
): void {
  const counts = new Float64Array(clusters);
  for (let b = 0; b < resamples; b += 1) {
    counts.fill(0);
    for (let i = 0; i < clusters; i += 1) counts[random.below(clusters)]! += 1;
    visit(counts, b);
  }
}

/** Means of values over resamples of their entries (subjects, items), NaN entries left out. @returns f64 [resamples] */
export function bootstrapMeans(values: ArrayLike<number>, resamples: number, random: Random): Float64Array {
  const draws = new Float64Array(resamples);
  resample(values.length, resamples, random, (counts, b) => {
    let sum = 0;
    let weight = 0;
    for (let i = 0; i < values.length; i += 1) {
      if (Number.isNaN(values[i]!)) continue;
      sum += counts[i]! * values[i]!;
      weight += counts[i]!;
    }
    draws[b] = sum / weight;
  });
  return draws;
}

/** Out-of-fold predictions with the responses that they predict, for `CorrelationBootstrap`. */
export interface HeldOut {
  /** f64 [rows, targets], NaN = missing. */
  readonly responses: Float64Array;
  /** f64 [rows, targets], NaN where a row was never held out. */
  readonly predictions: Float64Array;
  readonly targets: number;
  /** Held-out rows of every fold. */
  readonly folds: readonly Int32Array[];
  /** What is drawn: i32 [rows], the cluster of every row (a row by itself, its group, its run), numbered from 0. */
  readonly clusterOf: Int32Array;
  readonly clusters: number;
}

/** Sums over rows per target: n, Σy, Σŷ, Σy², Σŷ², Σyŷ. */
const MOMENTS = 6;
/** Resamples that are multiplied at once at most, and numbers of their sums: 16 MB. */
const MOST_AT_ONCE = 1000;
const SUMS_AT_ONCE = 2e6;

/** One fold: the clusters among its held-out rows, and the moments of each. */
interface FoldMoments {
  readonly rows: number;
  readonly clusters: Int32Array;
  /** Held-out rows per cluster, as in `clusters`. */
  readonly sizes: Float64Array;
  /** f64 [clusters, targets, MOMENTS] */
  readonly moments: Float64Array;
}

/**
 * Scores of resampled stimuli with the predictions fixed: within each fold Pearson r over the held-out rows, each counted
 * as often as its cluster was drawn; then the mean over folds, each weighted by its drawn share of rows. Without
 * resampling this is the score itself: the mean over folds of r (0 when either side is constant, a fold left out where a
 * target has fewer than two rows).
 */
export class CorrelationBootstrap {
  private readonly folds: readonly FoldMoments[];
  private readonly targets: number;
  private readonly clusters: number;

  constructor(
    heldOut: HeldOut,
    private readonly gemm: Pick<Gemm, 'multiply'>,
  ) {
    this.targets = heldOut.targets;
    this.clusters = heldOut.clusters;
    this.folds = heldOut.folds.map((rows) => momentsOf(heldOut, rows));
  }

  /**
   * Yields the number of resamples done after every few, so that a caller can show progress and stop.
   * @param visit gets the scores f64 [targets] of one resample after the other; NaN where no fold has two rows
   */
  async *draws(
    resamples: number,
    random: Random,
    visit: (scores: Float64Array, resample: number) => void,
  ): AsyncGenerator<number, void> {
    const columns = this.targets * MOMENTS;
    const each = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(SUMS_AT_ONCE / columns)));
    for (let from = 0; from < resamples; from += each) {
      const many = Math.min(each, resamples - from);
      const counts = new Float64Array(many * this.clusters);
      resample(this.clusters, many, random, (drawn, b) => counts.set(drawn, b * this.clusters));
      const scores = await this.scores(counts, many);
      for (let b = 0; b < many; b += 1) visit(scores.subarray(b * this.targets, (b + 1) * this.targets), from + b);
      yield from + many;
    }
  }

  /**
   * @param counts f64 [many, clusters], how often each cluster was drawn
   * @returns f64 [many, targets]
   */
  async scores(counts: Float64Array, many: number): Promise<Float64Array> {
    const scores = new Float64Array(many * this.targets);
    const weights = new Float64Array(many * this.targets);
    const columns = this.targets * MOMENTS;
    for (const { rows, clusters, sizes, moments } of this.folds) {
      const drawn = new Float64Array(many * clusters.length);
      for (let b = 0; b < many; b += 1) {
        for (let c = 0; c < clusters.length; c += 1) {
          drawn[b * clusters.length + c] = counts[b * this.clusters + clusters[c]!]!;
        }
      }
      const sums = await this.gemm.multiply(
        { data: drawn, dims: [many, clusters.length] },
        { data: moments, dims: [clusters.length, columns] },
      );
      for (let b = 0; b < many; b += 1) {
        let share = 0;
        for (let c = 0; c < clusters.length; c += 1) share += drawn[b * clusters.length + c]! * sizes[c]!;
        if (share === 0) continue;
        const ofDraw = sums.data.subarray(b * columns, (b + 1) * columns);
        addFold(ofDraw, share / rows, scores, weights, b * this.targets, this.targets);
      }
    }
    return scores.map((score, i) => score / weights[i]!);
  }
}

function addFold(
  sums: Float64Array,
  share: number,
  scores: Float64Array,
  weights: Float64Array,
  start: number,
  targets: number,
): void {
  for (let u = 0; u < targets; u += 1) {
    const at = u * MOMENTS;
    if (sums[at]! < 2) continue;
    scores[start + u]! += share * correlation(sums, at);
    weights[start + u]! += share;
  }
}

/** Pearson r of sums about a point near the mean; 0 when either side is constant but for rounding. */
function correlation(sums: Float64Array, at: number): number {
  const n = sums[at]!;
  const [y, p, yy, pp, yp] = [sums[at + 1]!, sums[at + 2]!, sums[at + 3]!, sums[at + 4]!, sums[at + 5]!];
  const varianceY = yy - (y * y) / n;
  const varianceP = pp - (p * p) / n;
  if (!(varianceY > 1e-13 * yy) || !(varianceP > 1e-13 * pp)) return 0;
  return Math.max(-1, Math.min(1, (yp - (y * p) / n) / Math.sqrt(varianceY * varianceP)));
}

function momentsOf({ responses, predictions, targets, clusterOf }: HeldOut, rows: Int32Array): FoldMoments {
  const clusters = Int32Array.from(new Set(Array.from(rows, (row) => clusterOf[row]!)));
  const place = new Map(Array.from(clusters, (cluster, c) => [cluster, c]));
  const sizes = new Float64Array(clusters.length);
  for (const row of rows) sizes[place.get(clusterOf[row]!)!]! += 1;
  const moments = new Float64Array(clusters.length * targets * MOMENTS);
  for (let u = 0; u < targets; u += 1) {
    const present = rows.filter(
      (row) => !Number.isNaN(responses[row * targets + u]!) && !Number.isNaN(predictions[row * targets + u]!),
    );
    // Sums of squares about the fold's own means keep their digits.
    const meanY = meanAt(responses, present, targets, u);
    const meanP = meanAt(predictions, present, targets, u);
    for (const row of present) {
      const y = responses[row * targets + u]! - meanY;
      const p = predictions[row * targets + u]! - meanP;
      const at = (place.get(clusterOf[row]!)! * targets + u) * MOMENTS;
      moments[at]! += 1;
      moments[at + 1]! += y;
      moments[at + 2]! += p;
      moments[at + 3]! += y * y;
      moments[at + 4]! += p * p;
      moments[at + 5]! += y * p;
    }
  }
  return { rows: rows.length, clusters, sizes, moments };
}

function meanAt(data: Float64Array, rows: Int32Array, targets: number, target: number): number {
  let sum = 0;
  for (const row of rows) sum += data[row * targets + target]!;
  return sum / rows.length;
}
