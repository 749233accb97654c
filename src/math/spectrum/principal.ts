import { symmetricEigen } from '../eigen';
import type { Gemm } from '../gemm';
import type { Random } from '../random';

/** Up to this order all eigenvectors are computed at once. */
const SMALL = 256;
/** Vectors carried along beyond those asked for: they make the gap behind the last one wide. */
const GUARD = 48;
/** Largest degree of a Chebyshev filter. */
const DEGREE = 12;
/**
 * The filter may grow the largest eigenvalue that is left this much more than those it damps: beyond, all vectors turn
 * towards the first, and rounding takes what else they hold.
 */
const GROWTH = 1e12;
/** Least half width of what is damped, over the largest eigenvalue: where the rest of the spectrum is zero, it has none. */
const NARROWEST = 1e-12;
const MOST_ROUNDS = 200;
/** What is left of a row of length 1 that lies in the span of others. */
const ROUNDING = 1e-12;
/** Residual ‖A·v − λ·v‖ over the largest eigenvalue at which a vector is done. */
const TOLERANCE = 1e-13;

/**
 * The eigenvectors of the `count` largest eigenvalues of a positive semidefinite matrix, by Chebyshev-filtered subspace
 * iteration (Zhou et al. 2006): the unwanted end of the spectrum is known, so every round damps it by orders of magnitude.
 * Vectors that are done are taken out of the others' way: a few massive directions, as activations have, would hide them.
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
  const carried = count + GUARD;
  if (n <= SMALL || carried >= n) return symmetricEigen(a, n).vectors.subarray(0, count * n);
  const matrix = { data: a, dims: [n, n] };
  const apply = async (rows: Float64Array): Promise<Float64Array> =>
    (await gemm.multiply({ data: rows, dims: [rows.length / n, n] }, matrix)).data;
  const [high, low] = [eigenvalues[carried]!, eigenvalues[n - 1]!];
  const damped = { centre: (high + low) / 2, half: Math.max((high - low) / 2, NARROWEST * eigenvalues[0]!) };
  let done: Float64Array = new Float64Array(0);
  let basis: Float64Array = Float64Array.from({ length: carried * n }, () => random.normal());
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const left = async (rows: Float64Array): Promise<Float64Array> => without(gemm, await apply(rows), done, n);
    const degree = degreeFor(eigenvalues[done.length / n]!, damped);
    basis = await filter(await without(gemm, basis, done, n), left, { ...damped, degree });
    basis = joined(done, basis);
    orthonormalise(basis, n, done.length, random);
    const { vectors, residuals } = await rotate(gemm, basis, apply, n);
    const worse = residuals.findIndex((residual) => residual > TOLERANCE * eigenvalues[0]!);
    const ready = worse < 0 ? carried : worse;
    if (ready >= count) return vectors.slice(0, count * n);
    done = vectors.slice(0, ready * n);
    basis = vectors.slice(ready * n);
  }
  throw new Error(`principal components did not converge in ${MOST_ROUNDS} rounds`);
}

/** Rows minus what they hold along some orthonormal vectors. */
async function without(gemm: Gemm, rows: Float64Array, vectors: Float64Array, n: number): Promise<Float64Array> {
  if (vectors.length === 0) return rows;
  const axes = { data: vectors, dims: [vectors.length / n, n] };
  const along = await gemm.multiply({ data: rows, dims: [rows.length / n, n] }, axes, { transposeB: true });
  const { data: held } = await gemm.multiply(along, axes);
  return rows.map((value, i) => value - held[i]!);
}

/** The unwanted end of the spectrum. */
interface Damped {
  readonly centre: number;
  readonly half: number;
}

/** T_degree grows like (2x)^degree/2 beyond 1. */
function degreeFor(largest: number, { centre, half }: Damped): number {
  const x = (largest - centre) / half;
  return Math.max(1, Math.min(DEGREE, Math.floor(Math.log(2 * GROWTH) / Math.log(2 * x))));
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

/**
 * Gram–Schmidt, twice, in place; rows are vectors, those before `from` (in elements) orthonormal already. A row that lies
 * in the span of those before it, as in a matrix of small rank, gives place to a random one.
 */
function orthonormalise(rows: Float64Array, n: number, from: number, random: Random): void {
  for (let i = from; i < rows.length; i += n) {
    const row = rows.subarray(i, i + n);
    // The filter spreads the rows' lengths over many orders of magnitude.
    scale(row, 1 / norm(row));
    while (!isFree(row, rows, i, n)) for (let k = 0; k < n; k += 1) row[k] = random.normal() / Math.sqrt(n);
  }
}

/** Takes from a row what it holds along those before it, and brings it to length 1. @returns whether anything was left */
function isFree(row: Float64Array, rows: Float64Array, before: number, n: number): boolean {
  for (let pass = 0; pass < 2; pass += 1) {
    for (let j = 0; j < before; j += n) {
      const other = rows.subarray(j, j + n);
      let product = 0;
      for (let k = 0; k < n; k += 1) product += row[k]! * other[k]!;
      for (let k = 0; k < n; k += 1) row[k]! -= product * other[k]!;
    }
    const left = norm(row);
    if (!(left > ROUNDING)) return false;
    scale(row, 1 / left);
  }
  return true;
}

/** Rayleigh–Ritz: the basis turned to the best approximations, descending, and the residual of each. */
async function rotate(
  gemm: Gemm,
  basis: Float64Array,
  apply: (rows: Float64Array) => Promise<Float64Array>,
  n: number,
): Promise<{ readonly vectors: Float64Array; readonly residuals: Float64Array }> {
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
  const residuals = Float64Array.from(values, (value, i) => {
    let sum = 0;
    for (let k = i * n; k < (i + 1) * n; k += 1) sum += (images[k]! - value * vectors[k]!) ** 2;
    return Math.sqrt(sum);
  });
  return { vectors, residuals };
}

function norm(row: Float64Array): number {
  return Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
}

function scale(row: Float64Array, factor: number): void {
  for (let i = 0; i < row.length; i += 1) row[i]! *= factor;
}
