import { symmetricEigen } from '../eigen';
import type { Gemm } from '../gemm';
import type { Random } from '../random';
import { orthonormalRows, without } from './orthonormal';

/** Up to this order all eigenvectors are computed at once. */
const SMALL = 256;
/** Vectors carried along beyond those asked for: they make the gap behind the last one wide. */
const GUARD = 48;
/** Largest degree of a Chebyshev filter. */
const DEGREE = 12;
/**
 * The filter may grow the largest eigenvalue that is left this much more than the last that is wanted: beyond, all vectors turn
 * towards the first, and rounding takes what else they hold.
 */
const GROWTH = 1e12;
/** Least half width of what is damped, over the largest eigenvalue: where the rest of the spectrum is zero, it has none. */
const NARROWEST = 1e-12;
const MOST_ROUNDS = 200;
/** Residual ‖A·v − λ·v‖ over the largest eigenvalue that rounding leaves. */
const ROUNDING = 1e-13;
/** Residual over the vector's own eigenvalue at which a vector is done. */
const TOLERANCE = 1e-11;

/** The largest eigenvalues of a symmetric matrix, descending, and their vectors. */
export interface PrincipalPairs {
  /** f64 [count]. */
  readonly values: Float64Array;
  /** Orthonormal, f64 [count or more, n]: those beyond the first `count` lie near the next ones, and are a good start. */
  readonly vectors: Float64Array;
}

/** How far to go, and from where. */
export interface SubspaceOptions {
  readonly random: Random;
  /** Residual over the pair's eigenvalue; a value's own relative error is about its square. */
  readonly tolerance?: number;
  /** Orthonormal vectors that lie near the wanted ones, f64 [some, n]. */
  readonly start?: Float64Array | undefined;
  /** All eigenvalues, descending, where they are known: rounds are fewer. */
  readonly eigenvalues?: Float64Array;
  readonly mostRounds?: number;
}

/**
 * The `count` largest eigenvalues of a positive semidefinite matrix and their vectors, by Chebyshev-filtered subspace
 * iteration (Zhou et al. 2006): every round damps the unwanted end of the spectrum by orders of magnitude. The last Ritz value
 * is never beyond the eigenvalue of its rank, so that it tells where that end begins. Vectors that are done are taken out of
 * the others' way: a few massive directions, as activations have, would hide them.
 * @param a f64 [n, n], symmetric
 * @returns undefined where `mostRounds` are not enough
 */
export async function principalPairs(
  gemm: Gemm,
  a: Float64Array,
  n: number,
  count: number,
  { random, tolerance = TOLERANCE, start, eigenvalues, mostRounds = MOST_ROUNDS }: SubspaceOptions,
): Promise<PrincipalPairs | undefined> {
  const carried = count + GUARD;
  if (n <= SMALL || carried >= n) {
    const { values, vectors } = symmetricEigen(a, n);
    return { values: values.subarray(0, count), vectors };
  }
  const matrix = { data: a, dims: [n, n] };
  const apply = async (rows: Float64Array): Promise<Float64Array> =>
    (await gemm.multiply({ data: rows, dims: [rows.length / n, n] }, matrix)).data;
  const first = startingRows(start, carried, n, random);
  const seen = start === undefined ? await apply(first) : first;
  let done: Float64Array = new Float64Array(0);
  let ritz = await rotate(gemm, await orthonormalRows(gemm, seen, done, n, random), apply, n);
  for (let round = 0; ; round += 1) {
    const largest = ritz.values[0]!;
    const excess = ritz.residuals.map((left, i) => left / Math.max(tolerance * ritz.values[i]!, ROUNDING * largest));
    const worse = excess.findIndex((times) => times > 1);
    const ready = worse < 0 ? carried : worse;
    if (ready >= count) return { values: ritz.values.slice(0, count), vectors: ritz.vectors };
    if (round === mostRounds) return undefined;
    const high = eigenvalues?.[carried] ?? ritz.values[carried - 1]!;
    const low = eigenvalues?.[n - 1] ?? 0;
    const damped = { centre: (high + low) / 2, half: Math.max((high - low) / 2, NARROWEST * largest) };
    const missing = excess.subarray(ready, count).reduce((most, times) => Math.max(most, times), 1);
    const degree = degreeFor(damped, ritz.values[ready]!, ritz.values[count - 1]!, missing);
    done = ritz.vectors.slice(0, ready * n);
    const deflated = async (rows: Float64Array): Promise<Float64Array> => without(gemm, await apply(rows), done, n);
    const filtered = await filter(ritz.vectors.slice(ready * n), deflated, { ...damped, degree });
    const basis = joined(done, await orthonormalRows(gemm, filtered, done, n, random));
    ritz = await rotate(gemm, basis, apply, n);
  }
}

/**
 * The eigenvectors of the `count` largest eigenvalues of a positive semidefinite matrix (`principalPairs`).
 * @param a f64 [n, n], symmetric
 * @param eigenvalues all of them, descending (`symmetricEigenvalues`)
 * @returns f64 [count, n], one orthonormal vector per row
 */
export async function principalVectors(
  gemm: Gemm,
  a: Float64Array,
  eigenvalues: Float64Array,
  count: number,
  random: Random,
): Promise<Float64Array> {
  const n = eigenvalues.length;
  const pairs = await principalPairs(gemm, a, n, count, { random, eigenvalues });
  if (pairs === undefined) throw new Error(`principal components did not converge in ${MOST_ROUNDS} rounds`);
  return pairs.vectors.slice(0, count * n);
}

/** The first `carried` rows of a start, random ones where it has fewer. */
function startingRows(start: Float64Array | undefined, carried: number, n: number, random: Random): Float64Array {
  const rows = new Float64Array(carried * n);
  const given = (start ?? rows.subarray(0, 0)).subarray(0, rows.length);
  rows.set(given);
  for (let i = given.length; i < rows.length; i += 1) rows[i] = random.normal();
  return rows;
}

interface Damped {
  readonly centre: number;
  readonly half: number;
}

/**
 * The least degree that makes residuals `missing` times smaller, as far as the growth of the largest eigenvalue lets it:
 * T_degree grows like (x + √(x² − 1))^degree/2 beyond 1.
 */
function degreeFor({ centre, half }: Damped, largest: number, last: number, missing: number): number {
  const growth = (value: number): number => {
    const x = Math.max(1, (value - centre) / half);
    return Math.log(x + Math.sqrt(x * x - 1));
  };
  const enough = Math.ceil(Math.log(4 * missing) / growth(last));
  const most = Math.floor(Math.log(GROWTH) / (growth(largest) - growth(last)));
  return Math.max(1, Math.min(DEGREE, enough, most));
}

function joined(first: Float64Array, second: Float64Array): Float64Array {
  const all = new Float64Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** T_degree of the matrix, shifted and scaled so that what is damped goes to [−1, 1], applied to every row. */
async function filter(
  rows: Float64Array,
  apply: (rows: Float64Array) => Promise<Float64Array>,
  { centre, half, degree: most }: Damped & { readonly degree: number },
): Promise<Float64Array> {
  let before = rows;
  let now = await apply(rows);
  for (let i = 0; i < now.length; i += 1) now[i] = (now[i]! - centre * rows[i]!) / half;
  for (let degree = 2; degree <= most; degree += 1) {
    const next = await apply(now);
    for (let i = 0; i < next.length; i += 1) next[i] = (2 * (next[i]! - centre * now[i]!)) / half - before[i]!;
    [before, now] = [now, next];
  }
  return now;
}

interface Ritz {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
  readonly residuals: Float64Array;
}

/** Rayleigh–Ritz: the basis turned to the best approximations, descending, and the residual of each. */
async function rotate(
  gemm: Gemm,
  basis: Float64Array,
  apply: (rows: Float64Array) => Promise<Float64Array>,
  n: number,
): Promise<Ritz> {
  const carried = basis.length / n;
  const image = await apply(basis);
  const dims = [carried, n];
  const { data: small } = await gemm.multiply({ data: image, dims }, { data: basis, dims }, { transposeB: true });
  for (let i = 0; i < carried; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const even = (small[i * carried + j]! + small[j * carried + i]!) / 2;
      small[i * carried + j] = even;
      small[j * carried + i] = even;
    }
  }
  const { values, vectors: turn } = symmetricEigen(small, carried);
  const square = { data: turn, dims: [carried, carried] };
  const { data: vectors } = await gemm.multiply(square, { data: basis, dims });
  const { data: images } = await gemm.multiply(square, { data: image, dims });
  const residuals = values.map((value, i) => residual(images, vectors, value, i * n, (i + 1) * n));
  return { values, vectors, residuals };
}

function residual(images: Float64Array, vectors: Float64Array, value: number, from: number, end: number): number {
  let sum = 0;
  for (let k = from; k < end; k += 1) {
    const left = images[k]! - value * vectors[k]!;
    sum += left * left;
  }
  return Math.sqrt(sum);
}
