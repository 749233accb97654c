import { symmetricEigen } from '../eigen';
import type { Dense, Gemm } from '../gemm';
import { centredTargets } from './left-out';
import { solve, trainingSet } from './training-set';
import type { CentredRows, TrainingSet } from './training-set';

/**
 * Ridge of the features on one training set at every αₓ, and what it leaves of a few nuisance columns N. With I − H its
 * residual operator and Nᵀ(I − H)N = VᵀΛV, block elimination of min ‖y − N·u − X·v‖² + αₙ‖u‖² + αₓ‖v‖² gives
 *
 *   Vu = (Λ + αₙI)⁻¹·V·Nᵀ(I − H)y,  y − ŷ = (y − ŷ_X) − (N − N̂_X)·u,
 *
 * ŷ_X and N̂_X the features' predictions of y and N: one factorisation serves every αₙ (Woodbury; Hager 1989).
 */
export interface PartialSet {
  readonly set: TrainingSet;
  readonly count: number;
  /** Λ, f64 [alphas, count] */
  readonly values: Float64Array;
  /** V, f64 [alphas, count, count] */
  readonly axes: Dense;
  /** Nᵀ of the training rows, f64 [count, training], and `solve`'s of it, f64 [alphas · count, order] */
  readonly nuisance: Dense;
  readonly x: Dense;
  /** V·Nᵀ(I − H), f64 [alphas, count, training] */
  readonly inside: Dense;
  /** V·(N − N̂_X)ᵀ of the rows outside, f64 [alphas, count, outside]; empty where there are none */
  readonly outside: Float64Array;
}

/** What the features' ridge leaves of some targets at every αₓ. */
export interface PartialTargets {
  /** y on the training rows minus its mean, f64 [targets, training] */
  readonly centred: Dense;
  readonly means: Float64Array;
  /** `solve`'s, f64 [alphas · targets, order] */
  readonly x: Dense;
  /** V·Nᵀ(I − H)y, f64 [alphas, count, targets] */
  readonly products: Float64Array;
}

/**
 * Factorises the features of a training set and takes them out of the nuisance columns.
 * @param high features, `low` nuisance columns, of the same rows
 */
export async function partialSet(
  gemm: Gemm,
  low: CentredRows,
  high: CentredRows,
  alphas: Float64Array,
): Promise<PartialSet> {
  const { training } = high;
  const count = low.width;
  const set = await trainingSet(gemm, high, alphas, high.width >= training - 1);
  const { within, beyond } = columnsOf(low);
  const x = await solve(gemm, set, await gemm.multiply(within, set.basis, { transposeB: true }), false);
  const stack = (data: Float64Array): Dense => ({
    data,
    dims: [alphas.length, count, data.length / alphas.length / count],
  });
  const kept = stack(residuals(set, within.data, (await gemm.multiply(x, set.basis)).data));
  const grams = await gemm.multiply(kept, { data: within.data, dims: [1, count, training] }, { transposeB: true });
  const values = new Float64Array(alphas.length * count);
  const axes = stack(new Float64Array(grams.data.length));
  for (let alpha = 0; alpha < alphas.length; alpha++) {
    const from = alpha * count * count;
    const found = symmetricEigen(symmetric(grams.data.slice(from, from + count * count), count), count);
    // Below 0 only by rounding.
    values.set(
      found.values.map((value) => Math.max(value, 0)),
      alpha * count,
    );
    axes.data.set(found.vectors, from);
  }
  const inside = await gemm.multiply(axes, kept);
  let outside = new Float64Array(0);
  if (beyond !== undefined) {
    const left = stack(rest(beyond, (await gemm.multiply(x, set.beyond!)).data));
    outside = Float64Array.from((await gemm.multiply(axes, left)).data);
  }
  return { set, count, values, axes, nuisance: within, x, inside, outside };
}

/** @param targets f64 [targets, rows], complete; `rows` are those of the training set */
export async function partialTargets(
  gemm: Gemm,
  { set, inside, count }: PartialSet,
  targets: Dense,
  rows: Int32Array,
): Promise<PartialTargets> {
  const { centred, means } = centredTargets(targets, rows);
  const x = await solve(gemm, set, await gemm.multiply(centred, set.basis, { transposeB: true }), false);
  const flat = { data: inside.data, dims: [set.factors.alphas.length * count, set.training] };
  const { data: products } = await gemm.multiply(flat, centred, { transposeB: true });
  return { centred, means, x, products };
}

/** Columns as rows: f64 [width, training], and those of the rows outside. */
function columnsOf({ data, width, training, outside }: CentredRows): {
  within: Dense;
  beyond: Float64Array | undefined;
} {
  const within = new Float64Array(width * training);
  const beyond = new Float64Array(width * outside);
  for (let j = 0; j < width; j++) {
    for (let row = 0; row < training; row++) within[j * training + row] = data[row * width + j]!;
    for (let row = 0; row < outside; row++) beyond[j * outside + row] = data[(training + row) * width + j]!;
  }
  return { within: { data: within, dims: [width, training] }, beyond: outside === 0 ? undefined : beyond };
}

/** (I − H)v of every row v, from `fitted` = xᵀBᵀ: v − Hv in the primal form, αₓ times it in the dual. */
function residuals({ dual, factors: { alphas } }: TrainingSet, v: Float64Array, fitted: Float64Array): Float64Array {
  if (!dual) return rest(v, fitted);
  return fitted.map((value, i) => value * alphas[Math.floor(i / v.length)]!);
}

/** v minus every one of the stacked `fitted`. */
function rest(v: Float64Array, fitted: Float64Array): Float64Array {
  return fitted.map((value, i) => v[i % v.length]! - value);
}

function symmetric(a: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) a[i * n + j] = a[j * n + i] = (a[i * n + j]! + a[j * n + i]!) / 2;
  }
  return a;
}
