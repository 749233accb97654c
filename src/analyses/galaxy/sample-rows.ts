import type { Random } from '../../math/random';

/** Some rows of a cloud and which of its rows they are. */
export interface SampledRows {
  readonly rows: Float32Array;
  /** i32 [rows]; absent where they are all. */
  readonly chosen?: Int32Array;
}

/**
 * `count` rows without replacement in their order, or all where they are no more.
 * @param among rows to draw from, ascending (default: all)
 */
export function sampleRows(
  rows: Float32Array,
  width: number,
  count: number,
  random: Random,
  among?: Int32Array,
): SampledRows {
  const all = among?.length ?? rows.length / width;
  if (all <= count && (among === undefined || all * width === rows.length)) return { rows };
  const places = all <= count ? undefined : random.sample(all, count).sort();
  const chosen = among === undefined ? places! : places === undefined ? among : places.map((place) => among[place]!);
  const some = new Float32Array(chosen.length * width);
  chosen.forEach((row, i) => some.set(rows.subarray(row * width, (row + 1) * width), i * width));
  return { rows: some, chosen };
}

/** The first of every set of rows that are the same to the bit, ascending. */
export function distinctRows(rows: Float32Array, width: number): Int32Array {
  const bits = new Int32Array(rows.buffer, rows.byteOffset, rows.length);
  const known = new Map<number, number[]>();
  const first: number[] = [];
  const isSame = (a: number, b: number): boolean => {
    for (let i = 0; i < width; i += 1) if (bits[a * width + i] !== bits[b * width + i]) return false;
    return true;
  };
  for (let row = 0; row * width < rows.length; row += 1) {
    let hash = 0;
    for (let i = row * width; i < (row + 1) * width; i += 1) hash = Math.imul(hash ^ bits[i]!, 0x9e3779b1);
    const alike = known.get(hash) ?? [];
    if (alike.some((other) => isSame(other, row))) continue;
    known.set(hash, [...alike, row]);
    first.push(row);
  }
  return Int32Array.from(first);
}
