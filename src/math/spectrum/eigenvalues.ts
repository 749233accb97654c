import { reduceToBand } from '../encoding/band';
import type { Gemm } from '../gemm';
import { largestEigenvalues, tridiagonalEigenvalues, tridiagonalise } from './tridiagonal';
import type { Tridiagonal } from './tridiagonal';

/** Rows of a panel: wide enough for the products, narrow enough for the rotations behind them. */
const PANEL = 24;

/**
 * All eigenvalues of a symmetric matrix, descending: to a band by reflections that live in GEMM, from there to a
 * tridiagonal matrix by rotations, then QL. About 4/3·n³ operations, nearly all of them in products.
 * @param a f64 [n, n], symmetric; absolute error about 1e-15 of the largest
 */
export async function symmetricEigenvalues(gemm: Gemm, a: Float64Array, n: number): Promise<Float64Array> {
  if (n === 1) return a.slice();
  const { tridiagonal, padding } = await reduced(gemm, a, n);
  const values = tridiagonalEigenvalues(tridiagonal);
  // The padding adds zeros to the spectrum: as many of the values nearest to 0 are taken out.
  const bySize = Array.from(values.keys()).sort((i, j) => Math.abs(values[i]!) - Math.abs(values[j]!));
  const out = new Set(bySize.slice(0, padding));
  return values.filter((_, i) => !out.has(i));
}

/** The `count` largest eigenvalues of a positive semidefinite matrix f64 [n, n], descending; count ≤ n. */
export async function topEigenvalues(gemm: Gemm, a: Float64Array, n: number, count: number): Promise<Float64Array> {
  if (n === 1) return a.slice();
  return largestEigenvalues((await reduced(gemm, a, n)).tridiagonal, count);
}

async function reduced(
  gemm: Gemm,
  a: Float64Array,
  n: number,
): Promise<{ readonly tridiagonal: Tridiagonal; readonly padding: number }> {
  const size = Math.min(PANEL, Math.ceil(n / 2));
  const order = Math.ceil(n / size) * size;
  const padded = new Float64Array(order * order);
  for (let row = 0; row < n; row += 1) padded.set(a.subarray(row * n, (row + 1) * n), row * order);
  const x = { data: new Float64Array(order), dims: [order, 1] };
  const { band } = await reduceToBand(gemm, { data: padded, dims: [order, order] }, x, size);
  return { tridiagonal: tridiagonalise(band), padding: order - n };
}
