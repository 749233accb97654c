import type { Gemm } from '../gemm';
import type { Random } from '../random';
import { covariance } from '../spectrum/covariance';
import { symmetricEigenvalues } from '../spectrum/eigenvalues';
import { principalVectors } from '../spectrum/principal';
import { rowSquares } from './pair-blocks';
import type { Discriminants } from './discriminants';

/** Directions of the differences' span that discriminant analysis discards, those of largest variance first. */
export interface RemovedDirections {
  /** f64 [count, width], orthonormal. */
  readonly directions: Float64Array;
  /** Share of the differences' variance along each. */
  readonly shares: Float64Array;
  /** Share of the differences' variance that is discarded in all. */
  readonly removed: number;
}

/**
 * What is left of the differences where the span of the discriminant directions is taken out of them, in its principal
 * axes: along these a projection onto the discriminants shows nothing.
 * @param rows f64 [n, width], n ≥ 2
 * @param count axes at most
 */
export async function removedDirections(
  gemm: Gemm,
  rows: Float64Array,
  width: number,
  discriminants: Discriminants,
  count: number,
  random: Random,
): Promise<RemovedDirections> {
  const n = rows.length / width;
  const basis = orthonormal(discriminants.directions, width);
  const kept = basis.length / width;
  const rest = rows.slice();
  if (kept > 0) {
    const axes = { data: basis, dims: [kept, width] };
    const along = await gemm.multiply({ data: rows, dims: [n, width] }, axes, { transposeB: true });
    const within = (await gemm.multiply(along, axes)).data;
    for (let i = 0; i < rest.length; i += 1) rest[i]! -= within[i]!;
  }
  const total = trace((await covariance(gemm, rows, n, width)).matrix, width);
  const { matrix } = await covariance(gemm, rest, n, width);
  const values = await symmetricEigenvalues(gemm, matrix, width);
  const some = Math.min(count, width - kept, n - 1);
  const directions = await principalVectors(gemm, matrix, values, some, random);
  return {
    directions,
    shares: values.slice(0, some).map((value) => value / total),
    removed: trace(matrix, width) / total,
  };
}

/** Gram–Schmidt, twice; rows that depend on those before them are left out. */
function orthonormal(rows: Float64Array, width: number): Float64Array {
  const basis: Float64Array[] = [];
  for (let at = 0; at < rows.length; at += width) {
    const row = rows.slice(at, at + width);
    const before = Math.sqrt(rowSquares(row, width)[0]!);
    for (let pass = 0; pass < 2; pass += 1) {
      for (const axis of basis) {
        const product = axis.reduce((sum, value, k) => sum + value * row[k]!, 0);
        for (let k = 0; k < width; k += 1) row[k]! -= product * axis[k]!;
      }
    }
    const length = Math.sqrt(rowSquares(row, width)[0]!);
    if (length > 1e-9 * before) basis.push(row.map((value) => value / length));
  }
  const flat = new Float64Array(basis.length * width);
  basis.forEach((axis, i) => flat.set(axis, i * width));
  return flat;
}

function trace(matrix: Float64Array, width: number): number {
  let sum = 0;
  for (let k = 0; k < width; k += 1) sum += matrix[k * width + k]!;
  return sum;
}
