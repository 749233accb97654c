import { Cancelled } from '../../shared/errors';
import type { Dense, Gemm, Kernel } from '../gemm';
import type { Element } from '../onnx';
import { Lbfgs } from './lbfgs';
import type { MinimiserOptions, MinimiserState } from './lbfgs';

/** The rows that all problems share, in the precision that they are fitted in. */
export interface Predictors {
  /** [rows, width] in C order; Float32Array: products in float32, Float64Array: in float64. */
  readonly data: Float32Array | Float64Array;
  readonly width: number;
}

/** A fitted regression: class logits are x·weights + intercept. */
export interface LogisticFit {
  /** Classes that occur, ascending. */
  readonly classes: Int32Array;
  /** One per class; one in all for two classes (the logit of the second), none for a single class. */
  readonly columns: number;
  /** f64 [width + 1, columns], the intercept last. */
  readonly coefficients: Float64Array;
  readonly state: MinimiserState;
  readonly iterations: number;
}

export interface LogisticOptions extends MinimiserOptions {
  readonly gemm: Pick<Gemm, 'run'>;
  /** Inverse strength of the penalty, as scikit-learn's C. */
  readonly c?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Columns of coefficients that are multiplied at once, and numbers in one array of logits: tens of megabytes. */
const COLUMNS_AT_ONCE = 384;
const LOGITS_AT_ONCE = 8e6;

const TILE = 64;

/** A problem under way. */
interface Running {
  readonly index: number;
  /** Class of every row, numbered from 0. */
  readonly numbers: Int32Array;
  readonly minimiser: Lbfgs;
}

/**
 * Fits one L2-penalised logistic regression per label vector, all on the same rows: the minimum of
 * mean loss + |W|²/(2 C n), intercept free, from zero, as scikit-learn's `LogisticRegression(C, solver="lbfgs")`: softmax
 * over all classes, or one sigmoid where there are two. The problems advance in step, so that each iteration of all of
 * them is one matrix product; those that have converged make room for the next.
 * Yields how many problems are finished.
 * @param labels per problem i32 [rows], any integers
 * @returns one fit per label vector
 */
export async function* fitLogistic(
  x: Predictors,
  labels: readonly Int32Array[],
  options: LogisticOptions,
): AsyncGenerator<number, readonly LogisticFit[]> {
  const design = designOf(x);
  const fits: LogisticFit[] = [];
  const groups = new Map<number, number[]>();
  const classesOf = labels.map((of) => Int32Array.from(new Set(of)).sort());
  classesOf.forEach((classes, index) => {
    groups.set(classes.length, [...(groups.get(classes.length) ?? []), index]);
  });
  let finished = 0;
  for (const [classes, members] of groups) {
    const columns = classes > 2 ? classes : classes - 1;
    if (columns === 0) {
      for (const index of members) fits[index] = constantFit(classesOf[index]!);
      yield (finished += members.length);
      continue;
    }
    const batch = new Batch(design, columns, options);
    const waiting = members.map((index) => (): Running => batch.problem(index, labels[index]!, classesOf[index]!));
    const room = Math.min(COLUMNS_AT_ONCE, LOGITS_AT_ONCE / design.rows) / columns;
    let running: Running[] = [];
    while (waiting.length > 0 || running.length > 0) {
      if (options.signal?.aborted === true) throw new Cancelled();
      const added = waiting.splice(0, Math.max(running.length === 0 ? 1 : 0, Math.floor(room) - running.length));
      running = [...running, ...added.map((make) => make())];
      await batch.step(running);
      const ended = running.filter(({ minimiser }) => minimiser.state !== 'running');
      for (const { index, minimiser } of ended) {
        const { point: coefficients, state, iterations } = minimiser;
        fits[index] = { classes: classesOf[index]!, columns, coefficients, state, iterations };
      }
      running = running.filter(({ minimiser }) => minimiser.state === 'running');
      if (ended.length > 0) yield (finished += ended.length);
    }
  }
  return fits;
}

function constantFit(classes: Int32Array): LogisticFit {
  return { classes, columns: 0, coefficients: new Float64Array(0), state: 'converged', iterations: 0 };
}

/** Predictors with a column of ones for the intercept, as they are and transposed. */
interface Design {
  readonly rows: number;
  readonly columns: number;
  readonly element: Element;
  readonly x: Dense<Float32Array | Float64Array>;
  readonly transposed: Dense<Float32Array | Float64Array>;
}

function designOf({ data, width }: Predictors): Design {
  const rows = data.length / width;
  const columns = width + 1;
  const x = alike(data, rows * columns).fill(1);
  const transposed = alike(data, rows * columns).fill(1);
  for (let i = 0; i < rows; i += 1) {
    x.set(data.subarray(i * width, (i + 1) * width), i * columns);
  }
  // In tiles that stay in the cache on both sides.
  for (let from = 0; from < rows; from += TILE) {
    for (let j = 0; j < width; j += 1) {
      for (let i = from; i < Math.min(rows, from + TILE); i += 1) transposed[j * rows + i] = data[i * width + j]!;
    }
  }
  return {
    rows,
    columns,
    element: data instanceof Float64Array ? 'float64' : 'float32',
    x: { data: x, dims: [rows, columns] },
    transposed: { data: transposed, dims: [columns, rows] },
  };
}

function alike(like: Float32Array | Float64Array, length: number): Float32Array | Float64Array {
  return like instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
}

/** Problems with equally many classes, whose loss and gradient come from one run of a graph. */
class Batch {
  private readonly kernel: Kernel;
  private readonly penalty: number;
  private readonly gradient: Float64Array;
  private inBatch = '';
  private targets = new Float32Array(0) as Float32Array | Float64Array;
  private weights = new Float32Array(0) as Float32Array | Float64Array;

  constructor(
    private readonly design: Design,
    private readonly columns: number,
    private readonly options: LogisticOptions,
  ) {
    this.kernel = columns === 1 ? sigmoidKernel(design.element) : softmaxKernel(design.element, columns);
    this.penalty = 1 / ((options.c ?? 1) * design.rows);
    this.gradient = new Float64Array(design.columns * columns);
  }

  problem(index: number, labels: Int32Array, classes: Int32Array): Running {
    const number = new Map(Array.from(classes, (label, i) => [label, i]));
    const minimiser = new Lbfgs(new Float64Array(this.design.columns * this.columns), this.options);
    return { index, numbers: labels.map((label) => number.get(label)!), minimiser };
  }

  /** Tells every minimiser value and gradient at its point. */
  async step(running: readonly Running[]): Promise<void> {
    const { x, transposed, rows, columns: terms } = this.design;
    const width = running.length * this.columns;
    this.arrange(running);
    const inputs = {
      x,
      transposed,
      weights: { data: this.weights, dims: [terms, width] },
      targets: { data: this.targets, dims: [rows, width] },
    };
    const { losses, gradients } = await this.options.gemm.run(this.kernel, inputs, ['losses', 'gradients']);
    const totals = new Float64Array(running.length);
    for (let i = 0; i < losses.data.length; i += 1) totals[i % running.length]! += losses.data[i]!;
    running.forEach(({ minimiser }, p) => {
      const penalty = this.regularised(minimiser.point, gradients.data, p * this.columns, width);
      minimiser.tell(totals[p]! / rows + penalty, this.gradient);
    });
  }

  /** Lays the points of all problems side by side; the one-hot targets too, when the problems have changed. */
  private arrange(running: readonly Running[]): void {
    const { rows, columns: terms, x } = this.design;
    const width = running.length * this.columns;
    const inBatch = running.map(({ index }) => index).join();
    if (inBatch !== this.inBatch) {
      this.inBatch = inBatch;
      this.weights = alike(x.data, terms * width);
      this.targets = alike(x.data, rows * width);
      running.forEach(({ numbers }, p) => {
        // With one column the target is 1 for the second class; with several, in the column of the row's own class.
        for (let i = 0; i < rows; i += 1) {
          if (this.columns === 1) this.targets[i * width + p] = numbers[i]!;
          else this.targets[i * width + p * this.columns + numbers[i]!] = 1;
        }
      });
    }
    running.forEach(({ minimiser: { point } }, p) => {
      for (let j = 0; j < terms; j += 1) {
        for (let k = 0; k < this.columns; k += 1) {
          this.weights[j * width + p * this.columns + k] = point[j * this.columns + k]!;
        }
      }
    });
  }

  /** Writes the gradient of one problem, penalty included; gives the penalty. The intercept, the last term, is free. */
  private regularised(point: Float64Array, gradients: ArrayLike<number>, first: number, width: number): number {
    const { rows, columns: terms } = this.design;
    let squares = 0;
    for (let j = 0; j < terms; j += 1) {
      const strength = j < terms - 1 ? this.penalty : 0;
      for (let k = 0; k < this.columns; k += 1) {
        const at = j * this.columns + k;
        this.gradient[at] = gradients[j * width + first + k]! / rows + strength * point[at]!;
        squares += strength * point[at]! ** 2;
      }
    }
    return squares / 2;
  }
}

/** Losses [rows, problems] −ln p(class) and gradients [terms, problems · classes] of softmax regressions side by side. */
function softmaxKernel(element: Element, classes: number): Kernel {
  return {
    name: `softmax regression ${element} ${classes}`,
    element,
    build(graph) {
      const [x, transposed] = [graph.input('x', 2), graph.input('transposed', 2)];
      const [weights, targets] = [graph.input('weights', 2), graph.input('targets', 2)];
      const byProblem = graph.constant(0, -1, classes);
      const logits = graph.node('Reshape', [graph.node('Gemm', [x, weights]), byProblem]);
      const wanted = graph.node('Reshape', [targets, byProblem]);
      const logP = graph.node('LogSoftmax', [logits], { axis: -1 });
      const chosen = graph.node('ReduceSum', [graph.node('Mul', [logP, wanted]), graph.constant(2)], { keepdims: 0 });
      graph.output('losses', graph.node('Neg', [chosen]), 2);
      const residuals = graph.node('Sub', [graph.node('Exp', [logP]), wanted]);
      const flat = graph.node('Reshape', [residuals, graph.constant(0, -1)]);
      graph.output('gradients', graph.node('Gemm', [transposed, flat]), 2);
    },
  };
}

/** The same for two classes, with one logit z: −ln p = max(z, 0) − ln σ(|z|) − y z, which overflows nowhere. */
function sigmoidKernel(element: Element): Kernel {
  return {
    name: `sigmoid regression ${element}`,
    element,
    build(graph) {
      const [x, transposed] = [graph.input('x', 2), graph.input('transposed', 2)];
      const [weights, targets] = [graph.input('weights', 2), graph.input('targets', 2)];
      const logits = graph.node('Gemm', [x, weights]);
      const excess = graph.node('Log', [graph.node('Sigmoid', [graph.node('Abs', [logits])])]);
      const softplus = graph.node('Sub', [graph.node('Relu', [logits]), excess]);
      graph.output('losses', graph.node('Sub', [softplus, graph.node('Mul', [targets, logits])]), 2);
      const residuals = graph.node('Sub', [graph.node('Sigmoid', [logits]), targets]);
      graph.output('gradients', graph.node('Gemm', [transposed, residuals]), 2);
    },
  };
}
