import { fillNormal } from './normal';
import { empiricalP } from './permutation';
import type { Random } from './random';
import { mean, standardDeviation } from './statistics';

/** A value among the draws of its null. */
export interface NullSummary {
  readonly value: number;
  /** Draws that gave a number; the others are left out of all that follows. */
  readonly draws: number;
  readonly nullMean: number;
  /** Standard deviation of the draws, ddof 0. */
  readonly nullSd: number;
  /** (value − nullMean)/nullSd: a distance, not a Gaussian p. NaN where `reason` says why. */
  readonly z: number;
  /** Empirical p = (1 + #{null ≥ value})/(1 + draws). */
  readonly p: number;
  /** The smallest p that so many draws can give: 1/(1 + draws). */
  readonly smallestP: number;
  /** Why there is no z, where there is none. */
  readonly reason?: string | undefined;
}

/** Where a value lies among its null draws. NaN draws are left out. */
export function nullSummary(value: number, draws: ArrayLike<number>): NullSummary {
  const finite = Float64Array.from(draws).filter((draw) => !Number.isNaN(draw));
  const summary = {
    value,
    draws: finite.length,
    nullMean: finite.length === 0 ? NaN : mean(finite),
    nullSd: finite.length === 0 ? NaN : spread(finite),
    p: empiricalP(value, finite),
    smallestP: 1 / (1 + finite.length),
  };
  const reason = reasonForNoZ(summary);
  return reason === undefined
    ? { ...summary, z: (value - summary.nullMean) / summary.nullSd }
    : { ...summary, z: NaN, reason };
}

/** Draws that are all the same have no spread, whatever rounding the mean took on. */
function spread(draws: Float64Array): number {
  return draws.every((draw) => draw === draws[0]) ? 0 : standardDeviation(draws, 0);
}

function reasonForNoZ({ value, draws, nullSd }: { value: number; draws: number; nullSd: number }): string | undefined {
  if (Number.isNaN(value)) return 'the value itself is not a number';
  if (draws === 0) return 'no null draw gave a number';
  if (nullSd === 0) return 'all null draws are equal';
  return undefined;
}

/**
 * The null of decoder directions: `n` rows of `width` independent standard normals, each divided by its length.
 * @returns f32 [n, width]
 */
export function gaussianDecoder(n: number, width: number, random: Random): Float32Array {
  const rows = new Float32Array(n * width);
  fillNormal(rows, random);
  for (let start = 0; start < rows.length; start += width) {
    let squares = 0;
    for (let j = start; j < start + width; j += 1) squares += rows[j]! * rows[j]!;
    const scale = 1 / Math.sqrt(squares);
    for (let j = start; j < start + width; j += 1) rows[j]! *= scale;
  }
  return rows;
}
