import type { Progress } from '../../shared/progress';
import { Cancelled } from '../../shared/errors';
import type { Gemm } from '../gemm';
import { pairBlocks, rowSquares } from './pair-blocks';

/** How alike the differences of one relation are; 1 is perfect for both, NaN where there are fewer than two. */
export interface Quality {
  /** Trapezoid quality: mean cos(vᵢ, vⱼ) over pairs of pairs. */
  readonly cosine: number;
  /** Parallelogram quality: 1 − mean ‖vᵢ − vⱼ‖/(‖vᵢ‖ + ‖vⱼ‖). */
  readonly parallelogram: number;
}

/**
 * Both qualities of every group of rows. The mean cosine is (‖Σu‖² − Σ‖u‖²)/(n(n − 1)) over the directions u; distances
 * come in blocks. A row of zeros has no direction: its cosines are 0 (as scikit-learn has them), and so is its
 * parallelogram quality with any other.
 * @param rows f64 [n, width]
 * @param labels group of every row, 0 … groups − 1; negative: in none
 */
export async function qualitiesOf(
  rows: Float64Array,
  width: number,
  labels: Int32Array,
  groups: number,
  gemm: Gemm,
): Promise<Quality[]> {
  const qualities: Quality[] = [];
  for (const members of membersOf(labels, groups)) {
    const own = gather(rows, width, members);
    const one = new Int32Array(members.length);
    const cosine = meanCosines(own, width, one, 1)[0]!;
    const sum = new Float64Array(1);
    const lengths = rowSquares(own, width).map(Math.sqrt);
    for await (const { fromRow, toRow, fromColumn, toColumn, distances } of pairBlocks(own, width, 'upper', gemm)) {
      const columns = toColumn - fromColumn;
      for (let i = fromRow; i < toRow; i += 1) {
        const start = (i - fromRow) * columns - fromColumn;
        for (let j = Math.max(i + 1, fromColumn); j < toColumn; j += 1) {
          sum[0]! += gap(distances[start + j]!, lengths[i]! + lengths[j]!);
        }
      }
    }
    qualities.push({ cosine, parallelogram: parallelogram(sum[0]!, members.length) });
  }
  return qualities;
}

/**
 * Both qualities under many labellings of the same rows, with one pass over the distances of all rows.
 * @param labellings each as for `qualitiesOf`
 * @returns of every labelling, of every group
 * @throws Cancelled
 */
export async function* qualitiesUnder(
  rows: Float64Array,
  width: number,
  labellings: readonly Int32Array[],
  groups: number,
  { gemm, signal, phase }: { readonly gemm: Gemm; readonly signal: AbortSignal; readonly phase: string },
): AsyncGenerator<Progress, Quality[][]> {
  const n = rows.length / width;
  const lengths = rowSquares(rows, width).map(Math.sqrt);
  const sums = labellings.map(() => new Float64Array(groups));
  for await (const block of pairBlocks(rows, width, 'upper', gemm)) {
    if (signal.aborted) throw new Cancelled();
    const { fromRow, toRow, fromColumn, toColumn, distances } = block;
    const columns = toColumn - fromColumn;
    for (let i = fromRow, at = 0; i < toRow; i += 1) {
      for (let j = fromColumn; j < toColumn; j += 1, at += 1) {
        distances[at] = j > i ? gap(distances[at]!, lengths[i]! + lengths[j]!) : 0;
      }
    }
    labellings.forEach((labels, draw) => {
      const sum = sums[draw]!;
      const members = membersOf(labels.subarray(fromColumn, toColumn), groups);
      for (let i = fromRow; i < toRow; i += 1) {
        const label = labels[i]!;
        if (label < 0) continue;
        const start = (i - fromRow) * columns;
        const same = members[label]!;
        let own = 0;
        for (let m = 0; m < same.length; m += 1) own += distances[start + same[m]!]!;
        sum[label]! += own;
      }
    });
    yield { phase, done: toRow, total: n, unit: 'pairs' };
  }
  return labellings.map((labels, draw) => {
    const sizes = sizesOf(labels, groups);
    const cosines = meanCosines(rows, width, labels, groups);
    return Array.from({ length: groups }, (_, group) => ({
      cosine: cosines[group]!,
      parallelogram: parallelogram(sums[draw]![group]!, sizes[group]!),
    }));
  });
}

/** Indices of every group's rows, ascending. */
export function membersOf(labels: Int32Array, groups: number): Int32Array[] {
  const members = Array.from(sizesOf(labels, groups), (size) => new Int32Array(size));
  const filled = new Int32Array(groups);
  labels.forEach((label, i) => {
    if (label < 0) return;
    members[label]![filled[label]!] = i;
    filled[label]! += 1;
  });
  return members;
}

/** Some rows, one after the other. */
export function gather(rows: Float64Array, width: number, which: Int32Array): Float64Array {
  const some = new Float64Array(which.length * width);
  which.forEach((row, i) => some.set(rows.subarray(row * width, (row + 1) * width), i * width));
  return some;
}

function sizesOf(labels: Int32Array, groups: number): Int32Array {
  const sizes = new Int32Array(groups);
  for (const label of labels) if (label >= 0) sizes[label]! += 1;
  return sizes;
}

/** Two vectors of length 0 are as far from a parallelogram as can be: they show nothing. */
function gap(distance: number, lengths: number): number {
  return lengths === 0 ? 1 : distance / lengths;
}

function parallelogram(sum: number, n: number): number {
  return n < 2 ? NaN : 1 - sum / ((n * (n - 1)) / 2);
}

function meanCosines(rows: Float64Array, width: number, labels: Int32Array, groups: number): Float64Array {
  const sums = new Float64Array(groups * width);
  const directions = new Float64Array(groups);
  const lengths = rowSquares(rows, width).map(Math.sqrt);
  for (let i = 0; i < labels.length; i += 1) {
    const label = labels[i]!;
    if (label < 0 || lengths[i] === 0) continue;
    directions[label]! += 1;
    const scale = 1 / lengths[i]!;
    for (let k = 0, from = i * width, to = label * width; k < width; k += 1) sums[to + k]! += rows[from + k]! * scale;
  }
  const sizes = sizesOf(labels, groups);
  return rowSquares(sums, width).map((square, group) => {
    const n = sizes[group]!;
    return n < 2 ? NaN : (square - directions[group]!) / (n * (n - 1));
  });
}
