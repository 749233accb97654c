import type { Split } from '../folds';
import type { Dense, Gemm } from '../gemm';
import { invertDefinite } from './spd';
import { forward, fromBlocks, inBlocks, someAlphas } from './shifted';
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
const BATCH_BYTES = 2 ** 26;

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

/** Calls `visit` with L⁻¹b of the given rows of B, f64 [alphas, rows, order], a few α at a time. */
async function halfSolved(
  gemm: Gemm,
  set: TrainingSet,
  rows: Int32Array,
  visit: (half: Dense, alphaFrom: number) => Promise<void>,
): Promise<void> {
  const { factors, order, training, basis } = set;
  const picked = new Float64Array(rows.length * order);
  for (let j = 0; j < order; j++) {
    for (let i = 0; i < rows.length; i++) picked[i * order + j] = basis.data[j * training + rows[i]!]!;
  }
  const blocks = inBlocks(picked, 1, rows.length, factors.blocks, factors.size);
  const count = factors.alphas.length;
  const atOnce = Math.max(1, Math.floor(BATCH_BYTES / (8 * rows.length * order)));
  for (let from = 0; from < count; from += atOnce) {
    const to = Math.min(count, from + atOnce);
    const { data } = fromBlocks(await forward(gemm, someAlphas(factors, from, to), blocks));
    await visit({ data, dims: [to - from, rows.length, order] }, from);
  }
}

/**
 * Leaving out single rows: e = r/(1 − h), both from the one fit. In the dual form 1 − h = α·‖L⁻¹b‖², in the primal
 * 1 − 1/n − ‖L⁻¹b‖².
 */
export async function leaveOneOut(gemm: Gemm, set: TrainingSet): Promise<LeftOut> {
  const { training, order } = set;
  const scale = new Float64Array(set.factors.alphas.length * training);
  const atOnce = Math.max(1, Math.floor(BATCH_BYTES / (8 * order)));
  for (let from = 0; from < training; from += atOnce) {
    const rows = Int32Array.from({ length: Math.min(atOnce, training - from) }, (_, i) => from + i);
    await halfSolved(gemm, set, rows, (half, alphaFrom) => {
      for (let pair = 0; pair < half.dims[0]! * rows.length; pair++) {
        let square = 0;
        for (let j = pair * order; j < (pair + 1) * order; j++) square += half.data[j]! * half.data[j]!;
        const alpha = alphaFrom + Math.floor(pair / rows.length);
        const row = from + (pair % rows.length);
        scale[alpha * training + row] = set.dual ? square : 1 - 1 / training - square;
      }
      return Promise.resolve();
    });
  }
  return {
    bytes: scale.byteLength,
    async errors(targets, x) {
      const e = await residuals(gemm, set, targets, x);
      const count = targets.dims[0]!;
      for (let i = 0; i < e.length; i++) {
        const alpha = Math.floor(i / (count * training));
        e[i]! /= scale[alpha * training + (i % training)]!;
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
  const inverses: Dense[] = [];
  const without = splits.map(({ train }) => complement(train, set.training));
  for (const rows of without) inverses.push(await inverseOfResidualBlock(gemm, set, rows));
  return {
    bytes: inverses.reduce((sum, { data }) => sum + data.byteLength, 0),
    async errors(targets, x) {
      const r = await residuals(gemm, set, targets, x);
      const count = targets.dims[0]!;
      const errors = new Float64Array(r.length).fill(NaN);
      for (const [fold, { test }] of splits.entries()) {
        const left = without[fold]!;
        const tested = new Set(test);
        const part = new Float64Array(alphas * count * left.length);
        for (let line = 0; line < alphas * count; line++) {
          for (let i = 0; i < left.length; i++) part[line * left.length + i] = r[line * set.training + left[i]!]!;
        }
        const { data } = await gemm.multiply({ data: part, dims: [alphas, count, left.length] }, inverses[fold]!);
        left.forEach((row, i) => {
          if (!tested.has(row)) return;
          for (let line = 0; line < alphas * count; line++) {
            errors[line * set.training + row] = data[line * left.length + i]!;
          }
        });
      }
      return errors;
    },
  };
}

function complement(rows: Int32Array, count: number): Int32Array {
  const present = new Set(rows);
  return Int32Array.from({ length: count }, (_, row) => row).filter((row) => !present.has(row));
}

/** (I − H)_FF⁻¹ for every α, f64 [alphas, |F|, |F|]; in the dual form of (I − H)/α. */
async function inverseOfResidualBlock(gemm: Gemm, set: TrainingSet, rows: Int32Array): Promise<Dense> {
  const size = rows.length;
  const inverses = new Float64Array(set.factors.alphas.length * size * size);
  await halfSolved(gemm, set, rows, async (half, alphaFrom) => {
    const block = await gemm.multiply(half, half, { transposeB: true });
    if (!set.dual) {
      for (let i = 0; i < block.data.length; i++) block.data[i] = -1 / set.training - block.data[i]!;
      for (let line = 0; line < half.dims[0]! * size; line++) block.data[line * size + (line % size)]! += 1;
    }
    const { data } = await invertDefinite(gemm, block);
    inverses.set(data, alphaFrom * size * size);
  });
  return { data: inverses, dims: [set.factors.alphas.length, size, size] };
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
