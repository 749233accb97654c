import { triangleIndex } from '../cooccurrence/cooccurrence';
import type { Cooccurrence } from '../cooccurrence/cooccurrence';
import type { SymmetricMatrix } from './symmetric';

/** Affinities of two features by the blocks in which they fire (Li et al. 2024). */
export const AFFINITIES = ['phi', 'jaccard', 'dice', 'overlap', 'simple-matching'] as const;
export type Affinity = (typeof AFFINITIES)[number];

/**
 * One affinity in float64, as it goes to clustering: `phi` is φ + 1, in [0, 2], with n₁₁n₀₀ − n₁₀n₀₁ = T·n₁₁ − nᵢ·nⱼ exact
 * below 2⁵³; 0/0 is 0 (φ = 0: affinity 1).
 * @param n11 blocks in which both fire
 * @param ni blocks of the one
 * @param nj blocks of the other
 * @param blocks T
 */
export function affinityValue(name: Affinity, n11: number, ni: number, nj: number, blocks: number): number {
  switch (name) {
    case 'phi':
      return phi(blocks * n11 - ni * nj, inverseSpread(ni, blocks) * inverseSpread(nj, blocks));
    case 'jaccard':
      return ratio(n11, ni + nj - n11);
    case 'dice':
      return ratio(2 * n11, ni + nj);
    case 'overlap':
      return ratio(n11, Math.min(ni, nj));
    case 'simple-matching':
      return ratio(blocks - ni - nj + 2 * n11, blocks);
  }
}

/**
 * The affinities of the features `kept`, computed from the counts whenever rows are read: float64 arithmetic, rounded to
 * float32. The diagonal holds each feature's affinity to itself.
 * @param kept i32: features in ascending order
 */
export function affinityMatrix(counts: Cooccurrence, kept: Int32Array, name: Affinity): SymmetricMatrix {
  const size = kept.length;
  const totals = Float64Array.from(kept, (i) => counts.counts[triangleIndex(i, i, counts.features)]!);
  const fill = rowFiller(name, totals, counts.blocks);
  return {
    size,
    rows(from, to, out) {
      // The counts stand where their affinities will: both are four bytes.
      const shared = new Int32Array(out.buffer, out.byteOffset, (to - from) * size);
      gatherCounts(counts, kept, [from, to], shared);
      for (let i = from; i < to; i++) {
        const first = (i - from) * size;
        fill(shared.subarray(first, first + size), i, out.subarray(first, first + size));
      }
      return Promise.resolve();
    },
  };
}

/** Writes row i of an affinity from row i of the counts, which may be the same memory. */
type RowFiller = (n11: Int32Array, i: number, out: Float32Array) => void;

/** One loop for each affinity, so that its formula is compiled into it. */
function rowFiller(name: Affinity, totals: Float64Array, blocks: number): RowFiller {
  const n = totals.length;
  switch (name) {
    case 'phi': {
      const inverse = totals.map((total) => inverseSpread(total, blocks));
      return (n11, i, out) => {
        const [ni, a] = [totals[i]!, inverse[i]!];
        for (let j = 0; j < n; j++) out[j] = phi(blocks * n11[j]! - ni * totals[j]!, a * inverse[j]!);
      };
    }
    case 'jaccard':
      return (n11, i, out) => {
        const ni = totals[i]!;
        for (let j = 0; j < n; j++) out[j] = ratio(n11[j]!, ni + totals[j]! - n11[j]!);
      };
    case 'dice':
      return (n11, i, out) => {
        const ni = totals[i]!;
        for (let j = 0; j < n; j++) out[j] = ratio(2 * n11[j]!, ni + totals[j]!);
      };
    case 'overlap':
      return (n11, i, out) => {
        const ni = totals[i]!;
        for (let j = 0; j < n; j++) out[j] = ratio(n11[j]!, ni < totals[j]! ? ni : totals[j]!);
      };
    case 'simple-matching':
      return (n11, i, out) => {
        const ni = totals[i]!;
        for (let j = 0; j < n; j++) out[j] = ratio(blocks - ni - totals[j]! + 2 * n11[j]!, blocks);
      };
  }
}

/** Features of a column strip: as many float32 as a cache line of the output holds. */
const STRIP = 16;

/** n_ij of kept features, i32 [to − from, kept]: from row i of the triangle where j ≥ i, else from row j. */
function gatherCounts(
  { counts, features }: Cooccurrence,
  kept: Int32Array,
  [from, to]: readonly [number, number],
  out: Int32Array,
): void {
  const size = kept.length;
  const rowStart = Float64Array.from(kept, (i) => triangleIndex(i, i, features) - i);
  for (let i = from; i < to; i++) {
    const start = rowStart[i]!;
    const first = (i - from) * size;
    for (let j = i; j < size; j++) out[first + j] = counts[start + kept[j]!]!;
  }
  for (let strip = 0; strip < to; strip += STRIP) {
    for (let i = Math.max(from, strip + 1); i < to; i++) {
      const first = (i - from) * size;
      const end = Math.min(strip + STRIP, i);
      for (let j = strip; j < end; j++) out[first + j] = counts[rowStart[j]! + kept[i]!]!;
    }
  }
}

/** φ + 1; rounding must not take φ = −1 below zero, for a graph has no negative weights. */
function phi(numerator: number, inverseSpreads: number): number {
  const value = 1 + numerator * inverseSpreads;
  return value > 0 ? value : 0;
}

/** 1/√(n·(T − n)), a root for each factor: products of four margins pass 2⁵³ from 10,000 blocks on. 0 where a margin is 0. */
function inverseSpread(n: number, blocks: number): number {
  return n > 0 && n < blocks ? 1 / (Math.sqrt(n) * Math.sqrt(blocks - n)) : 0;
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}
