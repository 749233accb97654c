import type { Gemm } from '../gemm';
import type { Random } from '../random';
import { centredRows, covariance } from './covariance';
import { symmetricEigenvalues } from './eigenvalues';
import { principalVectors } from './principal';

/** Points in their principal axes. */
export interface Projection {
  /** f64 [count, components], centred. */
  readonly points: Float64Array;
  readonly count: number;
  /** Principal variances (ddof 1), f64 [components]. */
  readonly eigenvalues: Float64Array;
}

/** A variance below this share of the largest is rounding: the points do not extend in that direction. */
const NOTHING = 1e-12;
const ROWS_AT_ONCE = 2048;

/** The whole spectrum, descending, f64 [width], beside the covariance that it is of. */
export interface Spectrum {
  readonly matrix: Float64Array;
  readonly means: Float64Array;
  readonly eigenvalues: Float64Array;
}

/** @param rows [count, width] */
export async function spectrumOf(gemm: Gemm, rows: Float32Array | Float64Array, width: number): Promise<Spectrum> {
  const { matrix, means } = await covariance(gemm, rows, rows.length / width, width);
  return { matrix, means, eigenvalues: await symmetricEigenvalues(gemm, matrix, width) };
}

/** Centred rows on their first principal components, as many as asked for or as they extend in. */
export async function project(
  gemm: Gemm,
  rows: Float32Array | Float64Array,
  { matrix, means, eigenvalues }: Spectrum,
  components: number,
  random: Random,
): Promise<Projection> {
  const width = means.length;
  const count = rows.length / width;
  const end = eigenvalues.findIndex((value) => !(value > NOTHING * eigenvalues[0]!));
  const kept = Math.min(components, end < 0 ? width : end);
  const vectors = await principalVectors(gemm, matrix, eigenvalues, kept, random);
  const points = new Float64Array(count * kept);
  for (let from = 0; from < count; from += ROWS_AT_ONCE) {
    const block = centredRows(rows, means, from, Math.min(count, from + ROWS_AT_ONCE));
    const { data } = await gemm.multiply(block, { data: vectors, dims: [kept, width] }, { transposeB: true });
    points.set(data, from * kept);
  }
  return { points, count, eigenvalues: eigenvalues.slice(0, kept) };
}
