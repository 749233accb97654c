import type { Dense, Gemm } from '../gemm';

/** Rows multiplied at once: 38 MB of float64 at width 2,304. */
const ROWS = 2048;
/** Columns of one tile: tiles above the diagonal, which mirror those below, save nearly half of the products. */
const COLUMNS = 384;
/** Rows, and columns, of a matrix that the processor's cache holds while they change places. */
const SQUARE = 32;

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
  const means = columnMeans(values, width);
  const matrix = await scatter(gemm, values, means);
  for (let i = 0; i < matrix.length; i += 1) matrix[i]! /= rows - 1;
  return { matrix, means };
}

/**
 * Σ (x − m)·(x − m)ᵀ over rows x, f64 [width, width].
 * @param values [rows, width]
 * @param means m, f64 [width]
 * @param members rows that are summed (default: all)
 */
export async function scatter(
  gemm: Gemm,
  values: Float32Array | Float64Array,
  means: Float64Array,
  members = Int32Array.from({ length: values.length / means.length }, (_, row) => row),
): Promise<Float64Array> {
  const width = means.length;
  const matrix = new Float64Array(width * width);
  for (let from = 0; from < members.length; from += ROWS) {
    const some = members.subarray(from, from + ROWS);
    const strips: Dense[] = [];
    for (let column = 0; column < width; column += COLUMNS) {
      strips.push(strip(values, means, some, column, Math.min(width, column + COLUMNS)));
      const right = strips.at(-1)!;
      for (const [index, left] of strips.entries()) {
        const { data } = await gemm.multiply(left, right, { transposeB: true });
        add(matrix, width, { data, dims: [left.dims[0]!, right.dims[0]!] }, index * COLUMNS, column);
      }
    }
  }
  mirror(matrix, width);
  return matrix;
}

/** Copies what is above the diagonal of f64 [n, n] to below it, in place. */
export function mirror(matrix: Float64Array, n: number): void {
  for (let top = 0; top < n; top += SQUARE) {
    for (let left = 0; left <= top; left += SQUARE) {
      for (let i = top; i < Math.min(n, top + SQUARE); i += 1) {
        for (let j = left; j < Math.min(i, left + SQUARE); j += 1) matrix[i * n + j] = matrix[j * n + i]!;
      }
    }
  }
}

/** Centred columns `first` … `end` − 1 of some rows, a row each: [columns, rows]. */
function strip(
  values: Float32Array | Float64Array,
  means: Float64Array,
  rows: Int32Array,
  first: number,
  end: number,
): Dense {
  const width = means.length;
  const count = rows.length;
  const data = new Float64Array((end - first) * count);
  for (let top = 0; top < count; top += SQUARE) {
    const bottom = Math.min(count, top + SQUARE);
    for (let column = first; column < end; column += 1) {
      const mean = means[column]!;
      const to = (column - first) * count;
      for (let i = top; i < bottom; i += 1) data[to + i] = values[rows[i]! * width + column]! - mean;
    }
  }
  return { data, dims: [end - first, count] };
}

function add(matrix: Float64Array, width: number, tile: Dense, row: number, column: number): void {
  const [height, columns] = tile.dims as [number, number];
  for (let i = 0; i < height; i += 1) {
    const to = (row + i) * width + column;
    for (let j = 0; j < columns; j += 1) matrix[to + j]! += tile.data[i * columns + j]!;
  }
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

/** f64 [width]. */
export function columnMeans(values: Float32Array | Float64Array, width: number): Float64Array {
  const means = new Float64Array(width);
  for (let at = 0; at < values.length; at += width) {
    for (let i = 0; i < width; i += 1) means[i]! += values[at + i]!;
  }
  const rows = values.length / width;
  return means.map((sum) => sum / rows);
}
