import type { Split } from '../folds';
import type { Dense, Gemm } from '../gemm';
import type { AlphaChoice } from './encoding';
import { principalScores, standardised } from './features';
import { centredTargets, downdated, leaveOneOut, refitted } from './left-out';
import type { LeftOut } from './left-out';
import { heldBytes, solve, trainingSet } from './training-set';
import type { CentredRows, TrainingSet } from './training-set';

/** One training set of one layer, ready for any targets that are complete on its training rows. */
export interface FittedFold {
  readonly split: Split;
  /** Inner splits as positions among the training rows; a single one that tests them all under `loo`. */
  readonly inner: readonly Int32Array[];
  readonly set: TrainingSet;
  readonly leftOut: LeftOut;
  readonly bytes: number;
}

export interface FoldOptions {
  readonly alpha: AlphaChoice;
  readonly alphas: Float64Array;
  readonly pca?: number;
}

/** What is found for a batch of targets on one fold; f64 [targets] each. */
export interface FoldFit {
  readonly alphas: Float64Array;
  readonly innerScores: Float64Array;
  readonly innerErrors: Float64Array;
  readonly means: Float64Array;
  /** ŷ of the test rows, f64 [targets, test] */
  readonly predicted: Float64Array;
}

/** Standardised features of a fold, or their principal components. */
export async function rowsOf(
  gemm: Gemm,
  features: Float32Array | Float64Array,
  width: number,
  split: Split,
  pca: number | undefined,
): Promise<CentredRows> {
  const rows = standardised(features, width, split);
  return pca === undefined ? rows : principalScores(gemm, rows, pca);
}

/** Factorises a fold's training set and what leaves its inner test rows out. */
export async function fitFold(
  gemm: Gemm,
  rows: CentredRows,
  split: Split,
  inner: readonly Split[],
  options: FoldOptions,
): Promise<FittedFold> {
  const alphas = options.alpha === 'ols' ? new Float64Array(0) : options.alphas;
  const smallest = inner.reduce((least, { train }) => Math.min(least, train.length), split.train.length);
  // Where an inner training set has fewer rows than columns, only the dual form is free of cancellation.
  const dual = rows.width >= smallest - 1;
  const set = await trainingSet(gemm, rows, alphas, dual);
  const positions = inPositions(split.train, inner);
  const leftOut =
    options.alpha === 'loo'
      ? await leaveOneOut(gemm, set)
      : !dual && positions.some(({ test }) => test.length > rows.width)
        ? await refitted(gemm, rows, alphas, positions)
        : await downdated(gemm, set, positions);
  const everyRow = Int32Array.from(split.train, (_, i) => i);
  return {
    split,
    inner: options.alpha === 'loo' ? [everyRow] : positions.map(({ test }) => test),
    set,
    leftOut,
    bytes: leftOut.bytes + heldBytes(set.order, set.training + set.outside, alphas.length),
  };
}

/** Rows of splits as positions among the training rows. */
export function inPositions(train: Int32Array, splits: readonly Split[]): Split[] {
  const position = new Map(Array.from(train, (row, i) => [row, i]));
  const local = (rows: Int32Array): Int32Array => rows.map((row) => position.get(row)!);
  return splits.map((split) => ({ train: local(split.train), test: local(split.test) }));
}

/**
 * Chooses α per target (least mean squared left-out error, averaged over inner folds; ties to the smaller) and predicts
 * the test rows.
 * @param targets f64 [targets, training], complete
 */
export async function fitTargets(gemm: Gemm, fold: FittedFold, targets: Dense, options: FoldOptions): Promise<FoldFit> {
  const count = targets.dims[0]!;
  const { set, inner } = fold;
  const leastSquares = options.alpha === 'ols';
  const everyRow = Int32Array.from(fold.split.train, (_, i) => i);
  const { centred, means } = centredTargets(targets, everyRow);
  const c = await gemm.multiply(centred, set.basis, { transposeB: true });
  const x = await solve(gemm, set, c, false);
  const errors = await fold.leftOut.errors(centred, x);
  const best = leastSquares ? new Int32Array(count) : leastErrors(errors, inner, count, set.training);
  const alphas = new Float64Array(count).fill(NaN);
  const innerScores = new Float64Array(count);
  const innerErrors = new Float64Array(count).fill(NaN);
  const chosen = new Float64Array(count * set.order);
  for (let target = 0; target < count; target++) {
    const line = best[target]! * count + target;
    const e = errors.subarray(line * set.training, (line + 1) * set.training);
    const y = centred.data.subarray(target * set.training, (target + 1) * set.training);
    innerScores[target] = innerCorrelation(y, e, inner);
    chosen.set(x.data.subarray(line * set.order, (line + 1) * set.order), target * set.order);
    if (leastSquares) continue;
    alphas[target] = options.alphas[best[target]!]!;
    innerErrors[target] = meanSquare(e, inner);
  }
  const final = leastSquares ? await solve(gemm, set, c, true) : { data: chosen, dims: [count, set.order] };
  const { data: predicted } = await gemm.multiply(final, set.beyond!);
  for (let i = 0; i < predicted.length; i++) predicted[i]! += means[Math.floor(i / set.outside)]!;
  return { alphas, innerScores, innerErrors, means, predicted };
}

function leastErrors(errors: Float64Array, inner: readonly Int32Array[], count: number, training: number): Int32Array {
  const best = new Int32Array(count);
  const least = new Float64Array(count).fill(Infinity);
  for (let line = 0; line * training < errors.length; line++) {
    const error = meanSquare(errors.subarray(line * training, (line + 1) * training), inner);
    const target = line % count;
    if (error < least[target]!) {
      least[target] = error;
      best[target] = Math.floor(line / count);
    }
  }
  return best;
}

/** Mean over inner folds of the mean squared error. */
function meanSquare(errors: Float64Array, inner: readonly Int32Array[]): number {
  let total = 0;
  for (const test of inner) {
    let sum = 0;
    for (let i = 0; i < test.length; i++) sum += errors[test[i]!]! * errors[test[i]!]!;
    total += sum / test.length;
  }
  return total / inner.length;
}

/** Mean over inner folds of the correlation between y and y − e. */
function innerCorrelation(y: Float64Array, e: Float64Array, inner: readonly Int32Array[]): number {
  let total = 0;
  for (const test of inner) {
    const [actual, predicted] = [new Float64Array(test.length), new Float64Array(test.length)];
    for (let i = 0; i < test.length; i++) {
      actual[i] = y[test[i]!]!;
      predicted[i] = actual[i]! - e[test[i]!]!;
    }
    total += correlation(actual, predicted);
  }
  return total / inner.length;
}

/** Standard deviations below this share of the values' size are rounding: the side counts as constant. */
const CONSTANT = 1e-13;

/** Pearson's r; 0 when either side is constant. */
export function correlation(a: Float64Array, b: Float64Array): number {
  const [left, right] = [centredBy(a), centredBy(b)];
  if (left === undefined || right === undefined) return 0;
  let [product, squaresLeft, squaresRight] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += left[i]! * right[i]!;
    squaresLeft += left[i]! * left[i]!;
    squaresRight += right[i]! * right[i]!;
  }
  return Math.max(-1, Math.min(1, product / Math.sqrt(squaresLeft * squaresRight)));
}

function centredBy(values: Float64Array): Float64Array | undefined {
  const count = values.length;
  const first = values[0]!;
  let sum = 0;
  let largest = 0;
  for (let i = 0; i < count; i++) {
    sum += values[i]! - first;
    largest = Math.max(largest, Math.abs(values[i]!));
  }
  const mean = sum / count;
  const centred = new Float64Array(count);
  let farthest = 0;
  for (let i = 0; i < count; i++) {
    centred[i] = values[i]! - first - mean;
    farthest = Math.max(farthest, Math.abs(centred[i]!));
  }
  return farthest > CONSTANT * largest ? centred : undefined;
}
