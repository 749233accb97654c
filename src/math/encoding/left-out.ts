import type { Split } from '../folds';
import type { Dense, Gemm } from '../gemm';
import { invertDefinite } from './spd';
import { shiftedGrams, shiftedSquares, someAlphas } from './shifted';
import { solve, trainingSet } from './training-set';
import type { CentredRows, TrainingSet } from './training-set';

/** Errors of training targets on rows that their fit leaves out, for every α. Splits hold positions among training rows. */
export interface LeftOut {
  /**
   * @param targets centred, f64 [targets, training]
   * @param x `solve`'s, f64 [alphas · targets, order]
   * @returns e = y − ŷ, f64 [alphas, targets, training]; NaN at rows that no split tests
   */
  errors(targets: Dense, x: Dense): Promise<Float64Array>;
  readonly bytes: number;
}

/** Bytes of one batch over α. */
const BATCH_BYTES = 2 ** 24;

/** r = (I − H)y of all training rows, f64 [alphas, targets, training]; in the dual form divided by α. */
async function residuals(gemm: Gemm, set: TrainingSet, targets: Dense, x: Dense): Promise<Float64Array> {
  const { data } = await gemm.multiply(x, set.basis);
  if (set.dual) return data;
  const y = targets.data;
  for (let from = 0; from < data.length; from += y.length) {
    for (let i = 0; i < y.length; i++) data[from + i] = y[i]! - data[from + i]!;
  }
  return data;
}

/** The given rows b of B as columns, f64 [order, rows]. */
function basisColumns({ order, training, basis }: TrainingSet, rows: Int32Array): Dense {
  const count = rows.length;
  const data = new Float64Array(order * count);
  for (let j = 0; j < order; j++) {
    for (let i = 0; i < count; i++) data[j * count + i] = basis.data[j * training + rows[i]!]!;
  }
  return { data, dims: [order, count] };
}

/**
 * Leaving out single rows: e = r/(1 − h), both from the one fit. In the dual form 1 − h = α·‖L⁻¹b‖², in the primal
 * 1 − 1/n − ‖L⁻¹b‖².
 */
export async function leaveOneOut(gemm: Gemm, set: TrainingSet): Promise<LeftOut> {
  const { training, order } = set;
  const kept = new Float64Array(set.factors.alphas.length * training).fill(set.dual ? 0 : 1 - 1 / training);
  const sign = set.dual ? 1 : -1;
  const alphas = set.factors.alphas.length;
  const atOnce = Math.max(1, Math.floor(BATCH_BYTES / (8 * order * alphas)));
  for (let from = 0; from < training; from += atOnce) {
    const rows = Int32Array.from({ length: Math.min(atOnce, training - from) }, (_, i) => from + i);
    const { data } = await shiftedSquares(gemm, set.factors, basisColumns(set, rows));
    for (let alpha = 0; alpha < alphas; alpha++) {
      for (let i = 0; i < rows.length; i++) kept[alpha * training + from + i]! += sign * data[alpha * rows.length + i]!;
    }
  }
  return {
    bytes: kept.byteLength,
    async errors(targets, x) {
      const e = await residuals(gemm, set, targets, x);
      const count = targets.dims[0]!;
      for (let line = 0; line * training < e.length; line++) {
        const from = Math.floor(line / count) * training;
        for (let row = 0; row < training; row++) e[line * training + row]! /= kept[from + row]!;
      }
      return e;
    },
  };
}

/**
 * Leaving out whole sets F by down-dating the one fit: e_F = (I − H)_FF⁻¹·((I − H)y)_F, exact with the intercept fitted
 * again without F. F holds what a split does not train on: its test rows, and those in the gaps around them.
 */
export async function downdated(gemm: Gemm, set: TrainingSet, splits: readonly Split[]): Promise<LeftOut> {
  const alphas = set.factors.alphas.length;
  const without = splits.map(({ train }) => complement(train, set.training));
  const inverses: Dense[] = [];
  for (const rows of without) inverses.push(await inverseOfResidualBlock(gemm, set, rows));
  return {
    bytes: inverses.reduce((sum, { data }) => sum + data.byteLength, 0),
    async errors(targets, x) {
      const r = await residuals(gemm, set, targets, x);
      const count = targets.dims[0]!;
      const errors = new Float64Array(r.length).fill(NaN);
      for (const [fold, { test }] of splits.entries()) {
        const left = without[fold]!;
        const part = picked(r, set.training, left, alphas, count);
        const { data } = await gemm.multiply(part, inverses[fold]!);
        const tested = new Set(test);
        putBack(
          errors,
          set.training,
          data,
          left.map((row) => (tested.has(row) ? row : -1)),
        );
      }
      return errors;
    },
  };
}

/** Columns of [alphas · count, training], f64 [alphas, count, columns]. */
function picked(r: Float64Array, training: number, columns: Int32Array, alphas: number, count: number): Dense {
  const width = columns.length;
  const data = new Float64Array(alphas * count * width);
  for (let line = 0; line < alphas * count; line++) {
    for (let i = 0; i < width; i++) data[line * width + i] = r[line * training + columns[i]!]!;
  }
  return { data, dims: [alphas, count, width] };
}

/** The inverse of `picked`; a negative column has no place. */
function putBack(out: Float64Array, training: number, data: Float64Array, columns: Int32Array): void {
  const width = columns.length;
  for (let line = 0; line * width < data.length; line++) {
    for (let i = 0; i < width; i++) if (columns[i]! >= 0) out[line * training + columns[i]!] = data[line * width + i]!;
  }
}

function complement(rows: Int32Array, count: number): Int32Array {
  const present = new Set(rows);
  return Int32Array.from({ length: count }, (_, row) => row).filter((row) => !present.has(row));
}

/** (I − H)_FF⁻¹ for every α, f64 [alphas, |F|, |F|]; in the dual form of (I − H)/α. */
async function inverseOfResidualBlock(gemm: Gemm, set: TrainingSet, rows: Int32Array): Promise<Dense> {
  const size = rows.length;
  const { factors, order } = set;
  const count = factors.alphas.length;
  const inverses = new Float64Array(count * size * size);
  const columns = basisColumns(set, rows);
  const atOnce = Math.max(1, Math.floor(BATCH_BYTES / (8 * size * order)));
  for (let from = 0; from < count; from += atOnce) {
    const to = Math.min(count, from + atOnce);
    const { data, dims } = await shiftedGrams(gemm, someAlphas(factors, from, to), columns);
    const blocks = set.dual ? data : residualBlocks(data, size, set.training);
    const inverted = await invertDefinite(gemm, { data: blocks, dims });
    inverses.set(inverted.data, from * size * size);
  }
  return { data: inverses, dims: [count, size, size] };
}

/** I − 11ᵀ/n − G of every G [size, size], in place. */
function residualBlocks(g: Float64Array, size: number, training: number): Float64Array {
  for (let i = 0; i < g.length; i++) g[i] = -1 / training - g[i]!;
  for (let from = 0; from < g.length; from += size * size) {
    for (let i = 0; i < size; i++) g[from + i * (size + 1)]! += 1;
  }
  return g;
}

/**
 * Leaving out sets larger than the number of columns: there a factorisation of the remaining rows is cheaper than
 * down-dating.
 */
export async function refitted(
  gemm: Gemm,
  rows: CentredRows,
  alphas: Float64Array,
  splits: readonly Split[],
): Promise<LeftOut> {
  const sets: TrainingSet[] = [];
  for (const split of splits) {
    sets.push(await trainingSet(gemm, centredRows(rows.data, rows.width, split), alphas, false));
  }
  const count = Math.max(1, alphas.length);
  return {
    bytes: sets.reduce((sum, { basis, beyond }) => sum + basis.data.byteLength + (beyond?.data.byteLength ?? 0), 0),
    async errors(targets) {
      const lines = targets.dims[0]!;
      const errors = new Float64Array(count * targets.data.length).fill(NaN);
      for (const [fold, { train, test }] of splits.entries()) {
        const set = sets[fold]!;
        const { centred, means } = centredTargets(targets, train);
        const c = await gemm.multiply(centred, set.basis, { transposeB: true });
        const predicted = await gemm.multiply(await solve(gemm, set, c, alphas.length === 0), set.beyond!);
        for (let line = 0; line < count * lines; line++) {
          const target = line % lines;
          for (let i = 0; i < test.length; i++) {
            const y = targets.data[target * rows.training + test[i]!]!;
            errors[line * rows.training + test[i]!] = y - means[target]! - predicted.data[line * test.length + i]!;
          }
        }
      }
      return errors;
    },
  };
}

/** The rows of a split, minus their training mean. */
export function centredRows(data: Float64Array, width: number, { train, test }: Split): CentredRows {
  const means = new Float64Array(width);
  for (const row of train) for (let j = 0; j < width; j++) means[j]! += data[row * width + j]!;
  for (let j = 0; j < width; j++) means[j]! /= train.length;
  const centred = new Float64Array((train.length + test.length) * width);
  let to = 0;
  for (const rows of [train, test]) {
    for (const row of rows) {
      for (let j = 0; j < width; j++) centred[to + j] = data[row * width + j]! - means[j]!;
      to += width;
    }
  }
  return { data: centred, width, training: train.length, outside: test.length };
}

/** Columns of targets f64 [targets, rows] at the given positions, minus their mean; a constant target becomes exactly 0. */
export function centredTargets(targets: Dense, rows: Int32Array): { centred: Dense; means: Float64Array } {
  const [count, all] = targets.dims as [number, number];
  const data = new Float64Array(count * rows.length);
  const means = new Float64Array(count);
  for (let target = 0; target < count; target++) {
    const first = targets.data[target * all + rows[0]!]!;
    let sum = 0;
    for (let i = 0; i < rows.length; i++) {
      const shifted = targets.data[target * all + rows[i]!]! - first;
      data[target * rows.length + i] = shifted;
      sum += shifted;
    }
    const mean = sum / rows.length;
    for (let i = 0; i < rows.length; i++) data[target * rows.length + i]! -= mean;
    means[target] = first + mean;
  }
  return { centred: { data, dims: [count, rows.length] }, means };
}
