import type { Progress } from '../../shared/progress';
import type { Gemm } from '../gemm';
import { fitLogistic } from './logistic';
import type { LogisticFit, Predictors } from './logistic';

export interface PositionOptions {
  /** Columns of x. */
  readonly width: number;
  /** Rows to learn from, and rows to score. */
  readonly train: Int32Array;
  readonly test: Int32Array;
  readonly gemm: Pick<Gemm, 'run' | 'multiply'>;
  /** Inverse strength of the penalty, as scikit-learn's C (1). */
  readonly c?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * How well position tells the label: balanced accuracy on the test rows of a logistic regression fitted to the training
 * rows (scikit-learn's `LogisticRegression(max_iter=1000)` and `balanced_accuracy_score`), for many label vectors on the
 * same x at once. Training rows of a single class predict that class everywhere. A class absent from training is never
 * predicted; a class absent from the test does not count.
 * @param x [rows, width]; products in float32, or in float64 where x is
 * @param labels i32 [rows] each, any integers
 * @returns f64 [labels]; NaN without test rows
 */
export async function* balancedAccuracies(
  x: Float32Array | Float64Array,
  labels: readonly Int32Array[],
  options: PositionOptions,
): AsyncGenerator<Progress, Float64Array> {
  const { width, train, test, gemm } = options;
  const fitting = fitLogistic(
    rowsOf(x, width, train),
    labels.map((of) => at(of, train)),
    options,
  );
  let step = await fitting.next();
  while (step.done !== true) {
    yield { phase: 'Lobes from position', done: step.value, total: labels.length, unit: 'fits' };
    step = await fitting.next();
  }
  if (test.length === 0) return new Float64Array(labels.length).fill(NaN);
  const scored = rowsOf(x, width, test);
  const accuracies = new Float64Array(labels.length);
  for (const [index, fit] of step.value.entries()) {
    accuracies[index] = balancedAccuracy(at(labels[index]!, test), await predictClasses(fit, scored, gemm));
  }
  return accuracies;
}

/** Mean recall over the classes that occur in `truth`. */
export function balancedAccuracy(truth: Int32Array, predicted: Int32Array): number {
  const rows = new Map<number, { count: number; right: number }>();
  truth.forEach((label, i) => {
    const of = rows.get(label) ?? { count: 0, right: 0 };
    of.count += 1;
    of.right += Number(predicted[i] === label);
    rows.set(label, of);
  });
  return [...rows.values()].reduce((sum, { count, right }) => sum + right / count, 0) / rows.size;
}

/** The likeliest class of every row, the first of equals. */
async function predictClasses(fit: LogisticFit, x: Predictors, gemm: Pick<Gemm, 'multiply'>): Promise<Int32Array> {
  const { classes, columns, coefficients } = fit;
  const rows = x.data.length / x.width;
  if (columns === 0) return new Int32Array(rows).fill(classes[0]!);
  const weights = coefficients.subarray(0, x.width * columns);
  const intercepts = coefficients.subarray(x.width * columns);
  const { data: logits } = await gemm.multiply(
    { data: x.data, dims: [rows, x.width] },
    {
      data: x.data instanceof Float64Array ? weights : Float32Array.from(weights),
      dims: [x.width, columns],
    },
  );
  return Int32Array.from({ length: rows }, (_, i) => {
    if (columns === 1) return classes[Number(logits[i]! + intercepts[0]! > 0)]!;
    let best = 0;
    for (let k = 1; k < columns; k += 1) {
      const start = i * columns;
      if (logits[start + k]! + intercepts[k]! > logits[start + best]! + intercepts[best]!) best = k;
    }
    return classes[best]!;
  });
}

function rowsOf(x: Float32Array | Float64Array, width: number, rows: Int32Array): Predictors {
  const data =
    x instanceof Float64Array ? new Float64Array(rows.length * width) : new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    data.set(x.subarray(row * width, (row + 1) * width), i * width);
  });
  return { data, width };
}

function at(labels: Int32Array, rows: Int32Array): Int32Array {
  return rows.map((row) => labels[row]!);
}
