import type { Progress } from '../../shared/progress';
import type { Gemm } from '../gemm';
import { gaussianCloud } from '../gaussian-cloud';
import { nearestNeighbours } from '../neighbours/nearest';
import type { Random } from '../random';
import { gaussianEntropy, kozachenkoLeonenko } from './entropy';

/** Entropies of one cloud, in nats. */
export interface CloudEntropy {
  /** Kozachenko–Leonenko. */
  readonly entropy: number;
  /** Of the Gaussian with the same covariance. */
  readonly gaussian: number;
  /** gaussian − entropy: how far from Gaussian, clusters above all; biased in high dimension. */
  readonly clustering: number;
  /** Of every point to its k-th neighbour, f64 [n]. */
  readonly distances: Float64Array;
}

interface Search {
  readonly gemm: Gemm;
  readonly signal: AbortSignal;
  readonly k: number;
}

/**
 * Entropy of points that lie in their principal axes.
 * @param points f64 [n, d], centred
 * @param eigenvalues their d principal variances (ddof 1)
 */
export async function* cloudEntropy(
  points: Float64Array,
  eigenvalues: Float64Array,
  { gemm, signal, k }: Search,
): AsyncGenerator<Progress, CloudEntropy> {
  const d = eigenvalues.length;
  const found = yield* nearestNeighbours(points, d, k, { gemm, signal });
  const distances = Float64Array.from({ length: points.length / d }, (_, i) => found.distances[i * k + k - 1]!);
  const entropy = kozachenkoLeonenko(distances, d, k);
  const gaussian = gaussianEntropy(eigenvalues);
  return { entropy, gaussian, clustering: gaussian - entropy, distances };
}

/**
 * Clustering entropies of Gaussian clouds of the same covariance: what the estimator gives where there is nothing to find.
 * @param eigenvalues the principal variances of the data, all positive; rows are more than these
 * @returns f64 [draws]
 */
export async function* gaussianClouds(
  rows: number,
  eigenvalues: Float64Array,
  draws: number,
  random: Random,
  search: Search,
): AsyncGenerator<Progress, Float64Array> {
  const values = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw += 1) {
    const points = await gaussianCloud(search.gemm, rows, eigenvalues, random.fork(`gaussian-cloud/${draw}`));
    const steps = cloudEntropy(points, eigenvalues, search);
    for (;;) {
      const step = await steps.next();
      if (step.done === true) {
        values[draw] = step.value.clustering;
        break;
      }
      yield { phase: 'Gaussian clouds', done: draw, total: draws, unit: 'clouds' };
    }
  }
  return values;
}
