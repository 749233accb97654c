import type { Dense, Gemm } from '../gemm';
import { reduceToBand } from './band';
import type { BandMatrix } from './band';
import { factorShifted, substitute } from './shifted';
import type { ShiftedFactors } from './shifted';

/** Features of training rows, then of rows outside, all minus the training mean: f64 [training + outside, width]. */
export interface CentredRows {
  readonly data: Float64Array;
  readonly width: number;
  readonly training: number;
  readonly outside: number;
}

/**
 * Ridge with unpenalised intercept on one training set, factorised once for all α and all targets:
 *
 *   ŷ = ȳ + E·(T + αI)⁻¹·Bᵀy,  T banded.
 *
 * Primal: XᵀX = Q·T·Qᵀ, B = X·Q, E = X_outside·Q. Dual: with C an orthonormal basis of the vectors whose sum is 0 (the
 * intercept leaves nothing else), Cᵀ·X·Xᵀ·C = Q·T·Qᵀ, B = C·Q, E = X_outside·Xᵀ·C·Q. Then the residual operator is
 * I − H = α·B·(T + αI)⁻¹·Bᵀ: no subtraction, however small α is.
 */
export interface TrainingSet {
  readonly dual: boolean;
  readonly training: number;
  readonly outside: number;
  /** Rows of T, a multiple of its block size; what was added to fill the last block is 0. */
  readonly order: number;
  /** Bᵀ, f64 [order, training] */
  readonly basis: Dense;
  /** Eᵀ, f64 [order, outside]; undefined where there is no row outside */
  readonly beyond: Dense | undefined;
  readonly factors: ShiftedFactors;
}

/** Blocks of the band: wide enough for fast products, narrow enough that plain JavaScript keeps up with the panels. */
const BLOCK = 16;
const WIDE_BLOCK = 64;
const WIDE_FROM = 2000;

/** Share of T's norm that stands for α → 0 in least squares. */
const VANISHING = 1e-11;

/**
 * Factorises a training set.
 * @param alphas positive; empty for minimum-norm least squares (see `solve`)
 */
export async function trainingSet(
  gemm: Gemm,
  rows: CentredRows,
  alphas: Float64Array,
  dual: boolean,
): Promise<TrainingSet> {
  const { training, outside } = rows;
  const rank = dual ? training - 1 : rows.width;
  const size = Math.min(rank, rank >= WIDE_FROM ? WIDE_BLOCK : BLOCK);
  const order = Math.ceil(rank / size) * size;
  const { a, x } = dual ? await dualSystem(gemm, rows, order) : await primalSystem(gemm, rows, order);
  const { band, rotated } = await reduceToBand(gemm, a, x, size);
  const [basis, beyond] = columnsApart(rotated, order, training, outside);
  const shifts = alphas.length > 0 ? alphas : Float64Array.of(VANISHING * (normOf(band) || 1));
  const factors = await factorShifted(gemm, band, shifts);
  return {
    dual,
    training,
    outside,
    order,
    basis: { data: basis, dims: [order, training] },
    beyond: outside === 0 ? undefined : { data: beyond, dims: [order, outside] },
    factors,
  };
}

/** Bytes that a factorised training set holds. */
export function heldBytes(order: number, rows: number, alphas: number): number {
  return 8 * order * (rows + 2 * BLOCK * Math.max(alphas, 1));
}

async function primalSystem(gemm: Gemm, rows: CentredRows, order: number): Promise<{ a: Dense; x: Dense }> {
  const count = rows.training + rows.outside;
  const data = new Float64Array(order * count);
  for (let row = 0; row < count; row++) {
    for (let j = 0; j < rows.width; j++) data[j * count + row] = rows.data[row * rows.width + j]!;
  }
  const training = new Float64Array(rows.training * order);
  for (let row = 0; row < rows.training; row++) {
    training.set(rows.data.subarray(row * rows.width, (row + 1) * rows.width), row * order);
  }
  const z: Dense = { data: training, dims: [rows.training, order] };
  return { a: await gemm.multiply(z, z, { transposeA: true }), x: { data, dims: [order, count] } };
}

async function dualSystem(gemm: Gemm, rows: CentredRows, order: number): Promise<{ a: Dense; x: Dense }> {
  const { training, outside, width } = rows;
  const contrasts = contrastsOf(training);
  // Σ uᵢzᵢ is the first row: the rows' own sum is 0.
  const sums = rows.data.slice(0, width).map((value) => contrasts.scale * value);
  const data = new Float64Array(order * width);
  for (let row = 1; row < training; row++) {
    const weight = contrasts.vector[row]!;
    const [to, from] = [(row - 1) * width, row * width];
    for (let j = 0; j < width; j++) data[to + j] = rows.data[from + j]! - weight * sums[j]!;
  }
  const z: Dense = { data, dims: [order, width] };
  const a = await gemm.multiply(z, z, { transposeB: true });
  const count = training + outside;
  const x = new Float64Array(order * count);
  for (let row = 1; row < training; row++) {
    const weight = -contrasts.scale * contrasts.vector[row]!;
    for (let j = 0; j < training; j++) x[(row - 1) * count + j] = weight * contrasts.vector[j]!;
    x[(row - 1) * count + row]! += 1;
  }
  if (outside > 0) {
    const other: Dense = { data: rows.data.subarray(training * width), dims: [outside, width] };
    const cross = await gemm.multiply(z, other, { transposeB: true });
    for (let row = 0; row < order; row++) {
      x.set(cross.data.subarray(row * outside, (row + 1) * outside), row * count + training);
    }
  }
  return { a, x: { data: x, dims: [order, count] } };
}

/**
 * The reflection I − scale·u·uᵀ that maps the constant vector to −e₀: its other columns are orthonormal contrasts.
 */
function contrastsOf(n: number): { vector: Float64Array; scale: number } {
  const vector = new Float64Array(n).fill(1 / Math.sqrt(n));
  vector[0]! += 1;
  return { vector, scale: 1 / (1 + 1 / Math.sqrt(n)) };
}

function columnsApart(all: Float64Array, rows: number, left: number, right: number): [Float64Array, Float64Array] {
  const [first, second] = [new Float64Array(rows * left), new Float64Array(rows * right)];
  for (let row = 0; row < rows; row++) {
    const from = row * (left + right);
    first.set(all.subarray(from, from + left), row * left);
    second.set(all.subarray(from + left, from + left + right), row * right);
  }
  return [first, second];
}

/** The largest row sum of |T|, an upper bound of its largest eigenvalue. */
function normOf({ blocks, size, diagonal, below }: BandMatrix): number {
  const sums = new Float64Array(blocks * size);
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        sums[block * size + i]! += Math.abs(diagonal[(block * size + i) * size + j]!);
        if (block + 1 === blocks) continue;
        const beside = Math.abs(below[(block * size + i) * size + j]!);
        sums[(block + 1) * size + i]! += beside;
        sums[block * size + j]! += beside;
      }
    }
  }
  return sums.reduce((largest, sum) => Math.max(largest, sum), 0);
}

/** Terms of the series that takes the vanishing α out of least squares. */
const TERMS = 6;

/**
 * (T + αI)⁻¹c of every row of c = Yᵀ·B, f64 [alphas · targets, order]. With `leastSquares` the limit α → 0 by iterated
 * Tikhonov regularisation, Σₖ αᵏ(T + αI)⁻ᵏ⁻¹c: directions above 10⁻¹⁰ of the largest eigenvalue are solved, those that
 * only rounding fills stay out, as the cut of a pseudo-inverse does it.
 */
export async function solve(gemm: Gemm, set: TrainingSet, c: Dense, leastSquares: boolean): Promise<Dense> {
  const [count, order] = c.dims as [number, number];
  const { alphas } = set.factors;
  const lines = [alphas.length * count, order];
  let term = await substitute(gemm, set.factors, { data: c.data, dims: [1, count, order] });
  if (!leastSquares) return { data: term.data, dims: lines };
  const total = term.data.slice();
  for (let k = 1; k < TERMS; k++) {
    for (let i = 0; i < total.length; i++) term.data[i]! *= alphas[0]!;
    term = await substitute(gemm, set.factors, term);
    for (let i = 0; i < total.length; i++) total[i]! += term.data[i]!;
  }
  return { data: total, dims: lines };
}
