import { symmetricEigen } from '../eigen';
import type { Gemm } from '../gemm';
import type { Random } from '../random';

/** Up to this order all eigenvectors are computed at once. */
const SMALL = 256;
/** Vectors carried along beyond those asked for: they make the gap behind the last one wide. */
const GUARD = 48;
/** Degree of one Chebyshev filter. */
const DEGREE = 12;
const MOST_ROUNDS = 60;
/** Residual ‖A·v − λ·v‖ over the largest eigenvalue at which a vector is done. */
const TOLERANCE = 1e-13;

/**
 * The eigenvectors of the `count` largest eigenvalues of a positive semidefinite matrix, by Chebyshev-filtered subspace
 * iteration (Zhou et al. 2006): the unwanted end of the spectrum is known, so every round damps it by orders of magnitude.
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
  let basis: Float64Array = Float64Array.from({ length: carried * n }, () => random.normal());
  for (let round = 0; ; round += 1) {
    basis = await filter(basis, apply, eigenvalues[carried]!, eigenvalues[n - 1]!);
    orthonormalise(basis, n);
    const { vectors, residual } = await rotate(gemm, basis, apply, n, count);
    basis = vectors;
    if (residual <= TOLERANCE * eigenvalues[0]!) return basis.slice(0, count * n);
    if (round === MOST_ROUNDS) throw new Error(`principal components did not converge (residual ${residual})`);
  }
}

/** T_degree of the matrix, shifted and scaled so that [low, high] goes to [−1, 1], applied to every row. */
async function filter(
  rows: Float64Array,
  apply: (rows: Float64Array) => Promise<Float64Array>,
  high: number,
  low: number,
): Promise<Float64Array> {
  const centre = (high + low) / 2;
  const half = Math.max((high - low) / 2, Number.MIN_VALUE);
  let before = rows;
  let now = await apply(rows);
  for (let i = 0; i < now.length; i += 1) now[i] = (now[i]! - centre * rows[i]!) / half;
  for (let degree = 2; degree <= DEGREE; degree += 1) {
    const next = await apply(now);
    for (let i = 0; i < next.length; i += 1) next[i] = (2 * (next[i]! - centre * now[i]!)) / half - before[i]!;
    [before, now] = [now, next];
  }
  return now;
}

/** Gram–Schmidt, twice, in place; rows are vectors. */
function orthonormalise(rows: Float64Array, n: number): void {
  for (let i = 0; i < rows.length; i += n) {
    const row = rows.subarray(i, i + n);
    // The filter spreads the rows' lengths over many orders of magnitude.
    scale(row, 1 / norm(row));
    for (let pass = 0; pass < 2; pass += 1) {
      for (let j = 0; j < i; j += n) {
        const other = rows.subarray(j, j + n);
        let product = 0;
        for (let k = 0; k < n; k += 1) product += row[k]! * other[k]!;
        for (let k = 0; k < n; k += 1) row[k]! -= product * other[k]!;
      }
      scale(row, 1 / norm(row));
    }
  }
}

/** Rayleigh–Ritz: the basis turned to the best approximations, descending, and the largest residual of the first `count`. */
async function rotate(
  gemm: Gemm,
  basis: Float64Array,
  apply: (rows: Float64Array) => Promise<Float64Array>,
  n: number,
  count: number,
): Promise<{ readonly vectors: Float64Array; readonly residual: number }> {
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
  let residual = 0;
  for (let i = 0; i < count; i += 1) {
    let sum = 0;
    for (let k = i * n; k < (i + 1) * n; k += 1) sum += (images[k]! - values[i]! * vectors[k]!) ** 2;
    residual = Math.max(residual, Math.sqrt(sum));
  }
  return { vectors, residual };
}

function norm(row: Float64Array): number {
  return Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
}

function scale(row: Float64Array, factor: number): void {
  for (let i = 0; i < row.length; i += 1) row[i]! *= factor;
}
