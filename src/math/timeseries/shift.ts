import type { Random } from '../random';
import type { RunRows } from './fir';

/**
 * A permutation for the null of time series: within each run rows move on by one random number of rows, those beyond the
 * end to the start, by more than `span` in either direction, so that no row keeps a response that its delayed features
 * could explain. Row i of the result takes row `shifted[i]`.
 * @param span longest FIR delay, in rows
 * @throws RangeError for a run shorter than 2 · span + 2 rows, in which no such move exists
 */
export function circularShift(rows: number, runs: readonly RunRows[], span: number, random: Random): Int32Array {
  const shifted = Int32Array.from({ length: rows }, (_, row) => row);
  for (const { start, length } of runs) {
    const choices = shiftsOf(length, span);
    if (choices < 1) throw new RangeError(`a run of ${length} rows cannot be shifted by more than ${span}`);
    const by = span + 1 + random.below(choices);
    for (let row = 0; row < length; row += 1) shifted[start + row] = start + ((row - by + length) % length);
  }
  return shifted;
}

/** How many different shifts a run of this length has: span + 1 … length − span − 1. */
export function shiftsOf(length: number, span: number): number {
  return Math.max(0, length - 2 * span - 1);
}
