import type { Random } from './random';
import { circularShift, shiftsOf } from './timeseries/shift';

/** A stretch of rows that follow one another in time. */
export interface Stretch {
  readonly start: number;
  readonly length: number;
}

/** A way of tearing responses away from their stimuli: `draw` gives, for every row, the row whose response it takes. */
export interface Shuffle {
  /** Different outcomes, as far as they can be counted; the observed order is one of them where it can be drawn. */
  readonly outcomes: number;
  draw(random: Random): Int32Array;
}

/** Rows change places at random. */
export function shuffleRows(rows: number): Shuffle {
  return { outcomes: factorial(rows), draw: (random) => random.permutation(rows) };
}

/**
 * Whole groups change places: the rows of a group stay together and in order. Groups of unequal size are laid end to end,
 * so that a group may take rows of two.
 * @param groups the group of every row
 */
export function shuffleGroups(groups: readonly string[]): Shuffle {
  const members = new Map<string, number[]>();
  groups.forEach((group, row) => {
    const known = members.get(group);
    if (known === undefined) members.set(group, [row]);
    else known.push(row);
  });
  const blocks = [...members.values()];
  const places = blocks.flat();
  return {
    outcomes: factorial(blocks.length),
    draw: (random) => {
      const source = new Int32Array(groups.length);
      let at = 0;
      for (const b of random.permutation(blocks.length)) {
        for (const row of blocks[b]!) {
          source[places[at]!] = row;
          at += 1;
        }
      }
      return source;
    },
  };
}

/**
 * The responses of every stretch are shifted around it by more than `span` rows either way, each stretch by a number of
 * its own. Autocorrelation within a stretch is kept, which exchange of rows would destroy.
 * @returns undefined where a stretch is too short for any such shift
 */
export function shiftStretches(stretches: readonly Stretch[], span: number): Shuffle | undefined {
  const choices = stretches.map(({ length }) => shiftsOf(length, span));
  if (choices.some((count) => count < 1)) return undefined;
  const rows = stretches.reduce((sum, { length }) => sum + length, 0);
  const runs = stretches.map((stretch, i) => ({ ...stretch, run: String(i) }));
  return {
    outcomes: choices.reduce((product, count) => product * count, 1),
    draw: (random) => circularShift(rows, runs, span, random),
  };
}

/**
 * Responses of several draws side by side: f64 [rows, draws × columns], the columns of one draw together. A missing value
 * (NaN) stays where it is, and the others change places among themselves in the order of the draw: rows that a column
 * lacks are the same in every draw, and so are its folds.
 */
export function shuffled(data: Float64Array, columns: number, draws: readonly Int32Array[]): Float64Array {
  const rows = data.length / columns;
  const width = draws.length * columns;
  const out = new Float64Array(rows * width).fill(NaN);
  for (let column = 0; column < columns; column += 1) {
    const present = Int32Array.from({ length: rows }, (_, row) => row).filter(
      (row) => !Number.isNaN(data[row * columns + column]!),
    );
    draws.forEach((source, d) => {
      let next = 0;
      for (let at = 0; at < rows; at += 1) {
        const value = data[source[at]! * columns + column]!;
        if (Number.isNaN(value)) continue;
        out[present[next]! * width + d * columns + column] = value;
        next += 1;
      }
    });
  }
  return out;
}

/** Scores nearer than this are equal: a fit repeated in another batch differs by rounding, which must not decide a p. */
const EQUAL = 1e-9;

/** One-sided p of a value among draws of its null: (1 + #{null ≥ value})/(1 + draws), draws that are NaN left out. NaN for NaN. */
export function empiricalP(value: number, null_: ArrayLike<number>): number {
  if (Number.isNaN(value)) return NaN;
  const least = value - EQUAL * Math.abs(value);
  let draws = 0;
  let atLeast = 0;
  for (let i = 0; i < null_.length; i += 1) {
    if (Number.isNaN(null_[i]!)) continue;
    draws += 1;
    atLeast += Number(null_[i]! >= least);
  }
  return draws === 0 ? NaN : (1 + atLeast) / (1 + draws);
}

function factorial(n: number): number {
  let product = 1;
  for (let i = 2; i <= n && Number.isFinite(product); i += 1) product *= i;
  return product;
}
