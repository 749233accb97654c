import { choleskyInPlace, solveLower } from '../cholesky';
import type { Gemm } from '../gemm';
import type { Random } from '../random';

/** What is left of a row of length 1 that lies in the span of others. */
const ROUNDING = 1e-12;
/** Added to products of rows of length 1; well above the smallest pivot of a Cholesky factor. */
const SHIFT = 1e-9;
const MOST_PASSES = 8;

/** Rows minus what they hold along some orthonormal vectors; the rows themselves where there are none. */
export async function without(gemm: Gemm, rows: Float64Array, vectors: Float64Array, n: number): Promise<Float64Array> {
  if (vectors.length === 0 || rows.length === 0) return rows;
  const others = { data: vectors, dims: [vectors.length / n, n] };
  const along = await gemm.multiply({ data: rows, dims: [rows.length / n, n] }, others, { transposeB: true });
  const within = (await gemm.multiply(along, others)).data;
  return rows.map((value, i) => value - within[i]!);
}

/**
 * An orthonormal basis of what rows span beside orthonormal `others`: by the Cholesky factor of their products, shifted while
 * rows are too much alike for it (Fukaya et al. 2020), then plain and twice; by Gram–Schmidt where that leads nowhere. A row in
 * the span of those before it, as in a matrix of small rank, gives place to a random one.
 * @param rows f64 [m, n]
 * @param others f64 [k, n]
 * @returns f64 [m, n]
 */
export async function orthonormalRows(
  gemm: Gemm,
  rows: Float64Array,
  others: Float64Array,
  n: number,
  random: Random,
): Promise<Float64Array> {
  let basis = rows;
  let plain = 0;
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    basis = unitRows(await without(gemm, basis, others, n), n);
    const { turned, shifted } = await byCholesky(gemm, basis, n);
    basis = turned;
    if (!shifted) plain += 1;
    if (plain === 2) return basis;
  }
  return byGramSchmidt(rows, others, n, random);
}

/** L⁻¹·rows, where rows·rowsᵀ = L·Lᵀ, with a shift where the products are not positive definite beyond rounding. */
async function byCholesky(
  gemm: Gemm,
  rows: Float64Array,
  n: number,
): Promise<{ readonly turned: Float64Array; readonly shifted: boolean }> {
  const m = rows.length / n;
  const block = { data: rows, dims: [m, n] };
  const { data: products } = await gemm.multiply(block, block, { transposeB: true });
  const factor = Float64Array.from(products);
  const shifted = !choleskyInPlace(factor, m);
  if (shifted) {
    factor.set(products);
    for (let i = 0; i < m; i += 1) factor[i * m + i]! += SHIFT;
    choleskyInPlace(factor, m);
  }
  // Row j is column j of L⁻¹.
  const inverse = new Float64Array(m * m);
  for (let j = 0; j < m; j += 1) {
    const column = inverse.subarray(j * m, (j + 1) * m);
    column[j] = 1;
    solveLower(factor, m, column);
  }
  const { data: turned } = await gemm.multiply({ data: inverse, dims: [m, m] }, block, { transposeA: true });
  return { turned, shifted };
}

function byGramSchmidt(rows: Float64Array, others: Float64Array, n: number, random: Random): Float64Array {
  const all = new Float64Array(others.length + rows.length);
  all.set(others);
  // The filter spreads the rows' lengths over many orders of magnitude.
  all.set(unitRows(rows, n), others.length);
  for (let i = others.length; i < all.length; i += n) {
    const row = all.subarray(i, i + n);
    while (!isFree(row, all, i, n)) for (let k = 0; k < n; k += 1) row[k] = random.normal() / Math.sqrt(n);
  }
  return all.slice(others.length);
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
    for (let k = 0; k < n; k += 1) row[k]! /= left;
  }
  return true;
}

/** Rows of length 1; a row of zeros stays. */
function unitRows(rows: Float64Array, n: number): Float64Array {
  const unit = rows.slice();
  for (let i = 0; i < unit.length; i += n) {
    const length = norm(unit.subarray(i, i + n));
    if (length > 0) for (let k = i; k < i + n; k += 1) unit[k]! /= length;
  }
  return unit;
}

function norm(row: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < row.length; k += 1) sum += row[k]! * row[k]!;
  return Math.sqrt(sum);
}
