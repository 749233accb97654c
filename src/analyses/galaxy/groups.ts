import type { Gemm } from '../../math/gemm';
import type { Random } from '../../math/random';
import { columnMeans, mirror, scatter } from '../../math/spectrum/covariance';
import type { Covariance } from '../../math/spectrum/covariance';

/** Groups of rows whose products are summed once; a half is four of them, and there are 70 such halves. */
export const GROUPS = 8;

interface Group {
  readonly count: number;
  /** Σ x and Σ x·xᵀ of rows minus the mean of all. */
  readonly sum: Float64Array;
  readonly products: Float64Array;
}

/** A cloud in groups, from which covariances of its halves, and of the whole, are had without another pass over its points. */
export interface Groups {
  readonly means: Float64Array;
  readonly parts: readonly Group[];
}

/**
 * Products of eight random groups of rows. Memory: 8 · width² float64.
 * @param rows f32 [points, width]
 */
export async function groupsOf(gemm: Gemm, rows: Float32Array, width: number, random: Random): Promise<Groups> {
  const means = columnMeans(rows, width);
  const count = rows.length / width;
  const order = random.permutation(count);
  const parts: Group[] = [];
  for (let g = 0; g < GROUPS; g += 1) {
    const members = order.slice(Math.round((g * count) / GROUPS), Math.round(((g + 1) * count) / GROUPS)).sort();
    const sum = new Float64Array(width);
    for (const row of members) {
      for (let i = 0; i < width; i += 1) sum[i]! += rows[row * width + i]! - means[i]!;
    }
    parts.push({ count: members.length, sum, products: await scatter(gemm, rows, means, members) });
  }
  return { means, parts };
}

/** Rows of the smallest half of some points that four groups make up. */
export function fewestInHalf(count: number): number {
  // Groups differ by one row at most; `count % GROUPS` of them have it.
  return (GROUPS / 2) * Math.floor(count / GROUPS) + Math.max(0, (count % GROUPS) - GROUPS / 2);
}

/** Covariance (ddof 1) of all rows. */
export function wholeCovariance({ means, parts }: Groups): Covariance {
  return { matrix: covarianceOf(parts, means.length), means };
}

/** Covariance (ddof 1) of a random half, f64 [width, width]: four of the groups. */
export function halfCovariance({ means, parts }: Groups, random: Random): Float64Array {
  const chosen = random.sample(GROUPS, GROUPS / 2);
  return covarianceOf(
    Array.from(chosen, (g) => parts[g]!),
    means.length,
  );
}

function covarianceOf(parts: readonly Group[], width: number): Float64Array {
  const count = parts.reduce((total, part) => total + part.count, 0);
  const matrix = new Float64Array(width * width);
  const sum = new Float64Array(width);
  for (const part of parts) part.sum.forEach((value, i) => (sum[i]! += value));
  for (let i = 0; i < width; i += 1) {
    const [from, end] = [i * width + i, (i + 1) * width];
    for (const { products } of parts) for (let at = from; at < end; at += 1) matrix[at]! += products[at]!;
    for (let j = i; j < width; j += 1) {
      matrix[i * width + j] = (matrix[i * width + j]! - (sum[i]! * sum[j]!) / count) / (count - 1);
    }
  }
  mirror(matrix, width);
  return matrix;
}
