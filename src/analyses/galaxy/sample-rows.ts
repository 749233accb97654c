import type { Random } from '../../math/random';

/** Some rows of a cloud and which of its rows they are. */
export interface SampledRows {
  readonly rows: Float32Array;
  /** i32 [rows]; absent where they are all. */
  readonly chosen?: Int32Array;
}

/** `count` rows without replacement in their order, or all where they are no more. */
export function sampleRows(rows: Float32Array, width: number, count: number, random: Random): SampledRows {
  const all = rows.length / width;
  if (all <= count) return { rows };
  const chosen = random.sample(all, count).sort();
  const some = new Float32Array(count * width);
  chosen.forEach((row, i) => some.set(rows.subarray(row * width, (row + 1) * width), i * width));
  return { rows: some, chosen };
}
