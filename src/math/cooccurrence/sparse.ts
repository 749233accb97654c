import type { Chunk } from './chunk';
import { firingCounts } from './split';
import type { Split } from './split';

/** Every firing of a chunk by feature: where the later features begin and end that it is counted with. */
export interface Updates {
  /** i32 [features + 1]: firings of feature i are starts[i] … starts[i + 1] − 1. */
  readonly starts: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Lists that `from` and `to` of a dense feature index: the block's sparse features only. */
  readonly sparse: Int32Array;
  /** Lists of all features, which those of a sparse feature index. */
  readonly all: Int32Array;
  readonly split: Split;
}

/** Lays a chunk out by feature, so that one row of the triangle after another is updated within the cache. */
export function sparseUpdates({ blocks, starts, features: list }: Chunk, features: number, split: Split): Updates {
  const counts = firingCounts({ blocks, starts, features: list }, features);
  const byFeature = new Int32Array(features + 1);
  for (let i = 0; i < features; i++) byFeature[i + 1] = byFeature[i]! + counts[i]!;
  const next = byFeature.slice(0, features);
  const total = starts[blocks]!;
  const from = new Int32Array(total);
  const to = new Int32Array(total);
  const sparse = new Int32Array(total);
  let filled = 0;
  for (let b = 0; b < blocks; b++) {
    const end = starts[b + 1]!;
    const sparseFirst = filled;
    for (let e = starts[b]!; e < end; e++) {
      if (split.place[list[e]!]! < 0) sparse[filled++] = list[e]!;
    }
    let later = sparseFirst;
    for (let e = starts[b]!; e < end; e++) {
      const feature = list[e]!;
      const at = next[feature]!++;
      const dense = split.place[feature]! >= 0;
      from[at] = dense ? later : e;
      to[at] = dense ? filled : end;
      if (!dense) later += 1;
    }
  }
  return { starts: byFeature, from, to, sparse: sparse.subarray(0, filled), all: list, split };
}

/**
 * Adds to row i of the triangle the pairs of feature i that are not both dense.
 * @param row i32 [features − i]: n_ij for j = i, i + 1, …
 */
export function updateRow({ starts, from, to, sparse, all, split }: Updates, i: number, row: Int32Array): void {
  const list = split.place[i]! >= 0 ? sparse : all;
  for (let at = starts[i]!; at < starts[i + 1]!; at++) {
    const end = to[at]!;
    for (let e = from[at]!; e < end; e++) row[list[e]! - i]! += 1;
  }
}
