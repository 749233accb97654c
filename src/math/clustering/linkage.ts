/** One step of an agglomeration: the clusters `a` < `b` become one. Leaves are 0…n − 1, the i-th merge makes cluster n + i. */
export interface Merge {
  readonly a: number;
  readonly b: number;
  /** Mean distance between the members of the two. */
  readonly distance: number;
  /** Leaves of the new cluster. */
  readonly size: number;
}

/**
 * Agglomerative clustering by average linkage (UPGMA; Sokal & Michener 1958): the two clusters whose members are nearest
 * on average merge first. The merges are the rows of `scipy.cluster.hierarchy.linkage(…, 'average')`; of equal
 * distances the pair of lower numbers is first. n ≤ a few hundred: O(n³).
 * @param distances f64 [n, n], symmetric; the diagonal is not read
 */
export function averageLinkage(distances: Float64Array, n: number): Merge[] {
  const between = distances.slice();
  // The cluster that lives in each row of `between`, and its size; 0 = merged into another row.
  const cluster = Int32Array.from({ length: n }, (_, i) => i);
  const sizes = new Int32Array(n).fill(1);
  const merges: Merge[] = [];
  while (merges.length < n - 1) {
    const { i, j } = nearestPair(between, cluster, sizes, n);
    const size = sizes[i]! + sizes[j]!;
    const [a, b] = [cluster[i]!, cluster[j]!].sort((x, y) => x - y) as [number, number];
    merges.push({ a, b, distance: between[i * n + j]!, size });
    for (let k = 0; k < n; k += 1) {
      const mean = (sizes[i]! * between[i * n + k]! + sizes[j]! * between[j * n + k]!) / size;
      between[i * n + k] = mean;
      between[k * n + i] = mean;
    }
    sizes[i] = size;
    sizes[j] = 0;
    cluster[i] = n + merges.length - 1;
  }
  return merges;
}

/** Leaves from left to right, the lower cluster of each merge on the left: as `scipy.cluster.hierarchy.leaves_list`. */
export function leavesOf(merges: readonly Merge[]): Int32Array {
  const n = merges.length + 1;
  const order: number[] = [];
  const open = [2 * n - 2];
  while (open.length > 0) {
    const cluster = open.pop()!;
    if (cluster < n) order.push(cluster);
    else open.push(merges[cluster - n]!.b, merges[cluster - n]!.a);
  }
  return Int32Array.from(order);
}

function nearestPair(
  between: Float64Array,
  cluster: Int32Array,
  sizes: Int32Array,
  n: number,
): { readonly i: number; readonly j: number } {
  const rows = Array.from({ length: n }, (_, i) => i)
    .filter((i) => sizes[i]! > 0)
    .sort((i, j) => cluster[i]! - cluster[j]!);
  let [i, j] = [rows[0]!, rows[1]!];
  for (const [at, row] of rows.entries()) {
    for (const column of rows.slice(at + 1)) {
      if (between[row * n + column]! < between[i * n + j]!) [i, j] = [row, column];
    }
  }
  return { i, j };
}
