import type { Random } from '../../math/random';

/** `count` rows without replacement in their order, or all where they are no more. */
export function sampleRows(rows: Float32Array, width: number, count: number, random: Random): Float32Array {
  const all = rows.length / width;
  if (all <= count) return rows;
  const chosen = random.sample(all, count).sort();
  const some = new Float32Array(count * width);
  chosen.forEach((row, i) => some.set(rows.subarray(row * width, (row + 1) * width), i * width));
  return some;
}
