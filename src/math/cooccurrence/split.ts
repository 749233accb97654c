import type { Chunk } from './chunk';

/** Nanoseconds that counting takes: of one multiply-add of the integer product, one sum into the triangle, one sparse update. */
export interface Costs {
  readonly product: number;
  readonly sum: number;
  readonly update: number;
}

/**
 * What was measured with AMX (about 0.012 ns of one core for a multiply-add; updates wait for the cache); a machine that
 * differs only loses time, never exactness.
 * @param threads cores of the integer product; sums and updates are one thread's
 */
export function typicalCosts(threads: number): Costs {
  return { product: 0.012 / threads, sum: 1.5, update: 4 };
}

/** Which features of a chunk are counted by dense products; pairs with any other feature by sparse updates. */
export interface Split {
  /** i32: features of the dense product, ascending. */
  readonly dense: Int32Array;
  /** i32 [features]: place in `dense`, or −1. */
  readonly place: Int32Array;
}

const CANDIDATES = 32;

/**
 * The split of least predicted time among thirty-two: the m features that fire most are dense, m from none to all that
 * fire. Updates are counted exactly; the product takes m²/2 · blocks multiply-adds.
 * @param limit most dense features that the buffers allow
 */
export function chooseSplit(chunk: Chunk, features: number, costs: Costs, limit = features): Split {
  const counts = firingCounts(chunk, features);
  const order = Array.from({ length: features }, (_, i) => i)
    .filter((i) => counts[i]! > 0)
    .sort((a, b) => counts[b]! - counts[a]! || a - b);
  const sizes = Array.from({ length: CANDIDATES + 1 }, (_, c) => Math.floor((order.length * c) / CANDIDATES));
  const updates = updatesBySize(chunk, Int32Array.from(order), sizes, features);
  let best = 0;
  let least = Infinity;
  sizes.forEach((m, c) => {
    const dense = ((m * (m + 1)) / 2) * (costs.product * chunk.blocks + costs.sum);
    const time = dense + updates[c]! * costs.update;
    if (m <= limit && time < least) {
      least = time;
      best = m;
    }
  });
  return splitOf(order.slice(0, best), features);
}

/** The split in which these features are dense. */
export function splitOf(chosen: readonly number[], features: number): Split {
  const dense = Int32Array.from(chosen).sort();
  const place = new Int32Array(features).fill(-1);
  dense.forEach((feature, i) => {
    place[feature] = i;
  });
  return { dense, place };
}

/** i32 [features]: blocks of the chunk in which each fires. */
export function firingCounts({ blocks, starts, features: list }: Chunk, features: number): Int32Array {
  const counts = new Int32Array(features);
  const end = starts[blocks]!;
  for (let e = 0; e < end; e++) counts[list[e]!]! += 1;
  return counts;
}

/** Pairs of a chunk, a feature with itself included, that are not among the first `sizes[c]` features of `order`. */
function updatesBySize(
  { blocks, starts, features: list }: Chunk,
  order: Int32Array,
  sizes: readonly number[],
  features: number,
): Float64Array {
  const bin = new Uint8Array(features);
  sizes.forEach((size, c) => {
    for (let rank = c === 0 ? 0 : sizes[c - 1]!; rank < size; rank++) bin[order[rank]!] = c;
  });
  const updates = new Float64Array(sizes.length);
  const inBin = new Int32Array(sizes.length);
  for (let b = 0; b < blocks; b++) {
    inBin.fill(0);
    for (let e = starts[b]!; e < starts[b + 1]!; e++) inBin[bin[list[e]!]!]! += 1;
    const all = starts[b + 1]! - starts[b]!;
    let dense = 0;
    for (let c = 0; c < sizes.length; c++) {
      dense += inBin[c]!;
      updates[c]! += (all * (all + 1) - dense * (dense + 1)) / 2;
    }
  }
  return updates;
}
