import type { Gemm } from '../gemm';
import { pairBlocks } from './pair-blocks';

/**
 * Mean silhouette (Rousseeuw 1987) of rows by group, Euclidean, as scikit-learn's `silhouette_score`: (b − a)/max(a, b)
 * with a the mean distance from the own group's others and b the least mean distance from another group; 0 for a row
 * alone in its group. Distances come in blocks.
 * @param rows f64 [n, width]
 * @param labels group of every row, 0 … groups − 1
 * @returns NaN where fewer than two groups have rows, or every row is a group
 */
export async function silhouetteOf(
  rows: Float64Array,
  width: number,
  labels: Int32Array,
  groups: number,
  gemm: Gemm,
): Promise<number> {
  const n = labels.length;
  const sizes = new Float64Array(groups);
  for (const label of labels) sizes[label]! += 1;
  const present = sizes.filter((size) => size > 0).length;
  if (present < 2 || present === n) return NaN;
  const sums = new Float64Array(n * groups);
  for await (const { fromRow, toRow, fromColumn, toColumn, distances } of pairBlocks(rows, width, 'all', gemm)) {
    for (let i = fromRow, at = 0; i < toRow; i += 1) {
      const own = i * groups;
      for (let j = fromColumn; j < toColumn; j += 1, at += 1) sums[own + labels[j]!]! += distances[at]!;
    }
  }
  let total = 0;
  for (let i = 0; i < n; i += 1) total += silhouette(sums.subarray(i * groups, (i + 1) * groups), sizes, labels[i]!);
  return total / n;
}

function silhouette(sums: Float64Array, sizes: Float64Array, own: number): number {
  if (sizes[own] === 1) return 0;
  const within = sums[own]! / (sizes[own]! - 1);
  let nearest = Infinity;
  sums.forEach((sum, group) => {
    if (group !== own && sizes[group]! > 0) nearest = Math.min(nearest, sum / sizes[group]!);
  });
  const larger = Math.max(within, nearest);
  return larger === 0 ? 0 : (nearest - within) / larger;
}
