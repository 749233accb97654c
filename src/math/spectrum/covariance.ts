import type { Dense, Gemm } from '../gemm';

/** Rows multiplied at once: 64 MB of float64 at width 2,304 is about 3,600. */
const ROWS = 4096;

export interface Covariance {
  /** f64 [width, width], ddof 1. */
  readonly matrix: Float64Array;
  /** f64 [width]. */
  readonly means: Float64Array;
}

/**
 * Covariance (ddof 1) of the columns, in float64, by blocks of centred rows through GEMM.
 * @param values [rows, width], rows ≥ 2
 */
export async function covariance(
  gemm: Gemm,
  values: Float32Array | Float64Array,
  rows: number,
  width: number,
): Promise<Covariance> {
  const means = columnMeans(values, rows, width);
  const matrix = new Float64Array(width * width);
  for (let from = 0; from < rows; from += ROWS) {
    const some = centredRows(values, means, from, Math.min(rows, from + ROWS));
    const { data } = await gemm.multiply(some, some, { transposeA: true });
    for (let i = 0; i < matrix.length; i += 1) matrix[i]! += data[i]!;
  }
  for (let i = 0; i < matrix.length; i += 1) matrix[i]! /= rows - 1;
  return { matrix, means };
}

/** Rows `from` … `to` − 1 minus the means, in float64. */
export function centredRows(values: Float32Array | Float64Array, means: Float64Array, from: number, to: number): Dense {
  const width = means.length;
  const data = new Float64Array((to - from) * width);
  for (let row = from; row < to; row += 1) {
    for (let i = 0; i < width; i += 1) data[(row - from) * width + i] = values[row * width + i]! - means[i]!;
  }
  return { data, dims: [to - from, width] };
}

function columnMeans(values: Float32Array | Float64Array, rows: number, width: number): Float64Array {
  const means = new Float64Array(width);
  for (let row = 0; row < rows; row += 1) {
    for (let i = 0; i < width; i += 1) means[i]! += values[row * width + i]!;
  }
  return means.map((sum) => sum / rows);
}
