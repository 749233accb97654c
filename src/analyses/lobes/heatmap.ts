import { affinityMatrix } from '../../math/clustering/affinities';
import { Cancelled } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { AffinityLabelling } from './clustering';
import type { Counting } from './counting';
import type { Kept } from './kept';
import { remembered } from './work';
import type { Work } from './work';

/** Cells on a side at most. */
const SIDE = 128;
const ROWS_AT_ONCE = 256;

/** Mean affinity of groups of features, ordered by lobe. */
export interface Heatmap {
  readonly side: number;
  /** f64 [side, side]; NaN where a cell holds a feature with itself only. */
  readonly cells: Float64Array;
  /** First cell of every lobe. */
  readonly bounds: readonly number[];
}

/**
 * The main affinity between all kept features, those of a lobe side by side and within it from the most frequent to the
 * rarest, as means over equal groups of them; a feature with itself does not count. φ is given as φ.
 */
export async function* affinityHeatmap(
  work: Work,
  counting: Counting,
  kept: Kept,
  { affinity, lobes, labels }: AffinityLabelling,
  counts: Int32Array,
): AsyncGenerator<Progress, Heatmap> {
  const n = kept.features.length;
  const side = Math.min(SIDE, n);
  const order = Int32Array.from(labels.keys()).sort(
    (a, b) => labels[a]! - labels[b]! || counts[kept.features[b]!]! - counts[kept.features[a]!]! || a - b,
  );
  const cellOf = new Int32Array(n);
  order.forEach((feature, rank) => (cellOf[feature] = Math.floor((rank * side) / n)));
  const cells = yield* remembered(
    work,
    `heatmap/${side}/${affinity}/${lobes}`,
    (data) => data,
    async function* () {
      const matrix = affinityMatrix(yield* counting.cooccurrence(), kept.features, affinity);
      const sums = new Float64Array(side * side);
      const rows = new Float32Array(Math.min(n, ROWS_AT_ONCE) * n);
      for (let from = 0; from < n; from += ROWS_AT_ONCE) {
        if (work.context.signal.aborted) throw new Cancelled();
        const to = Math.min(n, from + ROWS_AT_ONCE);
        await matrix.rows(from, to, rows.subarray(0, (to - from) * n));
        for (let i = from; i < to; i += 1) addRow(sums, rows.subarray((i - from) * n, (i - from + 1) * n), i, cellOf);
        yield { phase: 'Affinities by lobe', done: to, total: n, unit: 'features' };
      }
      return means(sums, cellOf, side, affinity === 'phi' ? 1 : 0);
    },
  );
  const firsts = Array.from({ length: lobes }, (_, lobe) => order.findIndex((feature) => labels[feature] === lobe));
  return { side, cells, bounds: firsts.map((rank) => Math.floor((rank * side) / n)) };
}

function addRow(sums: Float64Array, row: Float32Array, i: number, cellOf: Int32Array): void {
  const side = Math.sqrt(sums.length);
  const first = cellOf[i]! * side;
  for (let j = 0; j < row.length; j += 1) if (j !== i) sums[first + cellOf[j]!]! += row[j]!;
}

function means(sums: Float64Array, cellOf: Int32Array, side: number, offset: number): Float64Array {
  const members = new Int32Array(side);
  for (const cell of cellOf) members[cell]! += 1;
  return sums.map((sum, at) => {
    const [i, j] = [Math.floor(at / side), at % side];
    const pairs = members[i]! * members[j]! - (i === j ? members[i]! : 0);
    return pairs === 0 ? NaN : sum / pairs - offset;
  });
}
