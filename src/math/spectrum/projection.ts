import type { Gemm } from '../gemm';
import type { Random } from '../random';
import { centredRows, covariance } from './covariance';
import type { Covariance } from './covariance';
import { symmetricEigenvalues } from './eigenvalues';
import { principalPairs } from './principal';

/** Points in their principal axes. */
export interface Projection {
  /** f64 [count, components], centred. */
  readonly points: Float64Array;
  readonly count: number;
  /** Principal variances (ddof 1), f64 [components]. */
  readonly eigenvalues: Float64Array;
  /** Orthonormal, f64 [components or more, width]: the axes, then directions near the next ones. */
  readonly axes: Float64Array;
}

/** A variance below this share of the largest is rounding: the points do not extend in that direction. */
const NOTHING = 1e-12;
const ROWS_AT_ONCE = 2048;
/** Rounds of the subspace, after which the whole spectrum is sooner had. */
const MOST_ROUNDS = 6;

/** The whole spectrum, descending, f64 [width], beside the covariance that it is of. */
export interface Spectrum extends Covariance {
  readonly eigenvalues: Float64Array;
}

/** @param rows [count, width] */
export async function spectrumOf(gemm: Gemm, rows: Float32Array | Float64Array, width: number): Promise<Spectrum> {
  return spectrumOfCovariance(gemm, await covariance(gemm, rows, rows.length / width, width));
}

/** The spectrum of a covariance that is there already. */
export async function spectrumOfCovariance(gemm: Gemm, { matrix, means }: Covariance): Promise<Spectrum> {
  return { matrix, means, eigenvalues: await symmetricEigenvalues(gemm, matrix, means.length) };
}

/** Centred rows on their first principal components, as many as asked for or as they extend in. */
export async function project(
  gemm: Gemm,
  rows: Float32Array | Float64Array,
  { matrix, means, eigenvalues }: Spectrum,
  components: number,
  random: Random,
): Promise<Projection> {
  const kept = extent(eigenvalues, components);
  const pairs = await principalPairs(gemm, matrix, means.length, kept, { random, eigenvalues });
  if (pairs === undefined) throw new Error('principal components did not converge');
  return projected(gemm, rows, means, eigenvalues.slice(0, kept), pairs.vectors);
}

/** As `project`, where no more of the spectrum is wanted. */
export async function projectLeading(
  gemm: Gemm,
  rows: Float32Array | Float64Array,
  width: number,
  components: number,
  random: Random,
): Promise<Projection> {
  const { matrix, means } = await covariance(gemm, rows, rows.length / width, width);
  const count = Math.min(components, width);
  const pairs = await principalPairs(gemm, matrix, width, count, { random, mostRounds: MOST_ROUNDS });
  if (pairs === undefined) {
    return project(gemm, rows, await spectrumOfCovariance(gemm, { matrix, means }), components, random);
  }
  const kept = extent(pairs.values, count);
  return projected(gemm, rows, means, pairs.values.slice(0, kept), pairs.vectors);
}

/** How many of the first `most` directions points extend in. */
function extent(eigenvalues: Float64Array, most: number): number {
  const end = eigenvalues.findIndex((value) => !(value > NOTHING * eigenvalues[0]!));
  return Math.min(most, end < 0 ? eigenvalues.length : end);
}

async function projected(
  gemm: Gemm,
  rows: Float32Array | Float64Array,
  means: Float64Array,
  eigenvalues: Float64Array,
  axes: Float64Array,
): Promise<Projection> {
  const width = means.length;
  const count = rows.length / width;
  const kept = eigenvalues.length;
  const points = new Float64Array(count * kept);
  const vectors = { data: axes.subarray(0, kept * width), dims: [kept, width] };
  for (let from = 0; from < count; from += ROWS_AT_ONCE) {
    const block = centredRows(rows, means, from, Math.min(count, from + ROWS_AT_ONCE));
    points.set((await gemm.multiply(block, vectors, { transposeB: true })).data, from * kept);
  }
  return { points, count, eigenvalues, axes };
}
