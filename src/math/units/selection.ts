import type { Random } from '../random';
import { argsort, percentile } from '../statistics';
import { UserError } from '../../shared/errors';

/**
 * k: `--count`, or ⌊fraction · units⌋.
 * @throws UserError when that is none, or more than there are
 */
export function countOf(
  { count, fraction }: { readonly count?: number | undefined; readonly fraction: number },
  units: number,
): number {
  const k = count ?? shareOf(fraction, units);
  if (k === 0) {
    throw new UserError(
      `A fraction of ${fraction} of ${units} units selects none`,
      `Use --fraction ${shareOfOne(units)} or more, or --count.`,
    );
  }
  if (k > units) throw new UserError(`${k} units were asked for, and the model has ${units}`, 'Lower --count.');
  return k;
}

/** ⌊fraction · units⌋ */
export function shareOf(fraction: number, units: number): number {
  // 0.29 · 100 is 28.999999999999996 in floating point and means 29.
  return Math.floor(fraction * units + 1e-9);
}

/**
 * The k units of largest t, ties to the lower unit; NaN is never selected.
 * @param t [units]
 * @returns u8 [units]; fewer than k ones only where fewer than k units have a t
 */
export function selectLargest(t: Float64Array, k: number): Uint8Array {
  return selectFirst(t, k, -1);
}

/** The k units of smallest t, ties to the lower unit; NaN is never selected. @returns u8 [units] */
export function selectSmallest(t: Float64Array, k: number): Uint8Array {
  return selectFirst(t, k, 1);
}

/**
 * k random units whose t lies between two percentiles of all t, ends included; 0–0 gives the k smallest instead, as
 * [LLN]'s code has it.
 * @returns u8 [units]; all of the range where it holds fewer than k
 */
export function selectBetween(
  t: Float64Array,
  k: number,
  [low, high]: readonly [number, number],
  random: Random,
): Uint8Array {
  if (low === 0 && high === 0) return selectSmallest(t, k);
  const from = percentile(t, low);
  const to = percentile(t, high);
  const inside = Uint32Array.from(t.keys()).filter((unit) => t[unit]! >= from && t[unit]! <= to);
  const drawn = random.sample(inside.length, Math.min(k, inside.length));
  const selected = new Uint8Array(t.length);
  for (const i of drawn) selected[inside[i]!] = 1;
  return selected;
}

/** Indices of the ones in a mask, ascending. */
export function unitsIn(mask: Uint8Array): Uint32Array {
  return Uint32Array.from(mask.keys()).filter((unit) => mask[unit] === 1);
}

/** How many units a mask holds. */
export function sizeOf(mask: Uint8Array): number {
  return mask.reduce((sum, bit) => sum + bit, 0);
}

function selectFirst(t: Float64Array, k: number, sign: 1 | -1): Uint8Array {
  const selected = new Uint8Array(t.length);
  const order = argsort(t.map((value) => sign * value));
  for (const unit of order.subarray(0, k)) {
    if (!Number.isNaN(t[unit]!)) selected[unit] = 1;
  }
  return selected;
}

/** The smallest share, in about two digits, that selects one unit. */
function shareOfOne(units: number): number {
  const scale = 10 ** (Math.ceil(Math.log10(units)) + 1);
  return Math.ceil(scale / units) / scale;
}
