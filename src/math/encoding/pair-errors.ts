import { Cancelled } from '../../shared/errors';
import type { Split } from '../folds';
import type { Dense, Gemm } from '../gemm';
import { dot } from './band';
import { centredRows, leaveOneOut } from './left-out';
import { partialSet, partialTargets } from './partial';
import type { PartialSet, PartialTargets } from './partial';
import type { CentredRows } from './training-set';

/**
 * Mean squared left-out error of every pair of α, averaged over inner folds, f64 [targets, alphas (αₙ), alphas (αₓ)].
 * @param batch f64 [targets, training], and what the fit to all training rows found for it
 */
export type PairErrors = (batch: Dense, found: PartialTargets) => Promise<Float64Array>;

/** A split's held-out N − N̂_X of one αₓ as QR: its error is then ‖rest of e‖² + ‖(start of e) − R·u‖², no row per αₙ. */
interface HeldOut {
  readonly rank: number;
  /** v with Q = (I − v₀v₀ᵀ)(I − v₁v₁ᵀ)…, f64 [rank, rows] */
  readonly reflectors: Float64Array;
  /** R, f64 [rank, count] */
  readonly upper: Float64Array;
}

/** Inner folds by a factorisation of each one's training rows. Splits hold positions among the training rows. */
export async function leftOutErrors(
  gemm: Gemm,
  low: CentredRows,
  high: CentredRows,
  splits: readonly Split[],
  alphas: Float64Array,
  signal: AbortSignal,
): Promise<PairErrors> {
  const folds: { split: Split; fold: PartialSet; heldOut: HeldOut[] }[] = [];
  for (const split of splits) {
    if (signal.aborted) throw new Cancelled();
    const bands = [low, high].map(({ data, width }) => centredRows(data, width, split));
    const fold = await partialSet(gemm, bands[0]!, bands[1]!, alphas);
    const area = low.width * split.test.length;
    const heldOut = Array.from(alphas, (_, alpha) =>
      triangular(fold.outside.slice(alpha * area, (alpha + 1) * area), low.width, split.test.length),
    );
    folds.push({ split, fold, heldOut });
  }
  return async (batch) => {
    const targets = batch.dims[0]!;
    const errors = new Float64Array(targets * alphas.length ** 2);
    for (const { split, fold, heldOut } of folds) {
      const { set, count, values } = fold;
      const { means, x, products } = await partialTargets(gemm, fold, batch, split.train);
      const { data } = await gemm.multiply(x, set.beyond!);
      const rows = split.test.length;
      const share = 1 / rows / folds.length;
      const u = new Float64Array(count);
      for (let line = 0; line * rows < data.length; line++) {
        const [high, target] = [Math.floor(line / targets), line % targets];
        const e = data.subarray(line * rows, (line + 1) * rows);
        const from = target * batch.dims[1]!;
        for (let i = 0; i < rows; i++) e[i] = batch.data[from + split.test[i]!]! - means[target]! - e[i]!;
        const squares = squaresOf(e, heldOut[high]!, count);
        alphas.forEach((alpha, low) => {
          coefficients(u, values, products, high, target, alpha);
          errors[(target * alphas.length + low) * alphas.length + high]! += share * squares(u);
        });
      }
    }
    return errors;
  };
}

/** u along V's axes for one target and pair of α; `values` and `products` are a partial set's and its targets'. */
function coefficients(
  u: Float64Array,
  values: Float64Array,
  products: Float64Array,
  high: number,
  target: number,
  alpha: number,
): void {
  const count = u.length;
  const targets = products.length / values.length;
  for (let j = 0; j < count; j++) {
    const column = high * count + j;
    u[j] = products[column * targets + target]! / (values[column]! + alpha);
  }
}

/** ‖e − (N − N̂_X)u‖² as a function of u. @param e becomes Qᵀe */
function squaresOf(e: Float64Array, { rank, reflectors, upper }: HeldOut, count: number): (u: Float64Array) => number {
  for (let i = 0; i < rank; i++) reflect(e, reflectors.subarray(i * e.length, (i + 1) * e.length), i);
  const remaining = dot(e, e, rank);
  return (u) => {
    let sum = remaining;
    for (let i = 0; i < rank; i++) {
      let start = e[i]!;
      for (let j = i; j < count; j++) start -= upper[i * count + j]! * u[j]!;
      sum += start * start;
    }
    return sum;
  };
}

/** Householder QR of the columns, f64 [count, rows], which become Rᵀ. */
function triangular(columns: Float64Array, count: number, rows: number): HeldOut {
  const rank = Math.min(count, rows);
  const reflectors = new Float64Array(rank * rows);
  for (let i = 0; i < rank; i++) {
    const own = columns.subarray(i * rows, (i + 1) * rows);
    const norm = Math.sqrt(dot(own, own, i));
    if (norm === 0) continue;
    const v = reflectors.subarray(i * rows, (i + 1) * rows);
    v.set(own.subarray(i), i);
    v[i]! += v[i]! > 0 ? norm : -norm;
    const scale = Math.sqrt(2 / dot(v, v, i));
    for (let row = i; row < rows; row++) v[row]! *= scale;
    for (let j = i; j < count; j++) reflect(columns.subarray(j * rows, (j + 1) * rows), v, i);
  }
  const upper = new Float64Array(rank * count);
  for (let i = 0; i < rank; i++) for (let j = i; j < count; j++) upper[i * count + j] = columns[j * rows + i]!;
  return { rank, reflectors, upper };
}

/** e ← (I − vvᵀ)e, v being 0 before `from`. */
function reflect(e: Float64Array, v: Float64Array, from: number): void {
  const share = dot(v, e, from);
  for (let i = from; i < e.length; i++) e[i]! -= share * v[i]!;
}

/**
 * Leaving out single rows, both bands from the one fit: with the features' own errors e of y and f of the nuisance,
 * (e − f·u)/(1 − Σ (I − H)N·f/(λ + αₙ)), all in the axes V.
 */
export async function leaveOneOutErrors(gemm: Gemm, whole: PartialSet): Promise<PairErrors> {
  const { set, count, values, axes, inside } = whole;
  const { alphas } = set.factors;
  const rows = set.training;
  const leftOut = await leaveOneOut(gemm, set);
  const plain = await leftOut.errors(whole.nuisance, whole.x);
  const f = (await gemm.multiply(axes, { data: plain, dims: [alphas.length, count, rows] })).data;
  return async (_, { centred, x, products }) => {
    const e = await leftOut.errors(centred, x);
    const targets = centred.dims[0]!;
    const errors = new Float64Array(targets * alphas.length ** 2);
    const u = new Float64Array(count);
    for (let pair = 0; pair < alphas.length ** 2; pair++) {
      const [low, high] = [Math.floor(pair / alphas.length), pair % alphas.length];
      const own = { inside: part(inside.data, high), f: part(f, high), values: part(values, high) };
      const kept = keptShares(own, alphas[low]!);
      for (let target = 0; target < targets; target++) {
        const from = (high * targets + target) * rows;
        coefficients(u, values, products, high, target, alphas[low]!);
        errors[target * alphas.length ** 2 + pair] = meanSquare(e.subarray(from, from + rows), own.f, u, kept);
      }
    }
    return errors;
  };

  function part(data: Float64Array, alpha: number): Float64Array {
    const size = data.length / alphas.length;
    return data.subarray(alpha * size, (alpha + 1) * size);
  }
}

/** 1 − Σ (I − H)N·f/(λ + αₙ) of every row: what the nuisance leaves of 1 − h. */
function keptShares(
  { inside, f, values }: { inside: Float64Array; f: Float64Array; values: Float64Array },
  alpha: number,
): Float64Array {
  const rows = f.length / values.length;
  const kept = new Float64Array(rows).fill(1);
  values.forEach((value, j) => {
    for (let row = 0; row < rows; row++) kept[row]! -= (inside[j * rows + row]! * f[j * rows + row]!) / (value + alpha);
  });
  return kept;
}

/** Mean square of (e − f·u)/kept. */
function meanSquare(e: Float64Array, f: Float64Array, u: Float64Array, kept: Float64Array): number {
  const own = e.slice();
  u.forEach((coefficient, j) => {
    for (let row = 0; row < own.length; row++) own[row]! -= coefficient * f[j * own.length + row]!;
  });
  return own.reduce((sum, value, row) => sum + (value / kept[row]!) ** 2, 0) / own.length;
}
