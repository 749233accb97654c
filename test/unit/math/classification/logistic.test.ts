import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { balancedAccuracies, balancedAccuracy } from '../../../../src/math/classification/balanced-accuracy';
import { Lbfgs } from '../../../../src/math/classification/lbfgs';
import { fitLogistic } from '../../../../src/math/classification/logistic';
import type { LogisticFit, LogisticOptions } from '../../../../src/math/classification/logistic';
import { splitRows, stratifiedSplit } from '../../../../src/math/classification/split';
import { Gemm } from '../../../../src/math/gemm';
import { Random } from '../../../../src/math/random';
import { Cancelled } from '../../../../src/shared/errors';

interface Problem {
  name: string;
  labels: number[];
  iterations: number;
  coefficients: number[][];
  intercept: number[];
  minimum: number[][];
  balancedAccuracy: number;
}
const path = join(__dirname, '../../../golden/lobes-stats/stats.json');
const { logistic } = JSON.parse(readFileSync(path, 'utf8')) as {
  logistic: { x: number[]; width: number; train: number; problems: Problem[] };
};
const { width, problems } = logistic;
const labels = problems.map((problem) => Int32Array.from(problem.labels));
const { train, test: held } = splitRows(300);

const gemm = new Gemm(1);
afterAll(() => gemm.dispose());

async function last<Value>(generator: AsyncGenerator<unknown, Value>): Promise<Value> {
  let step = await generator.next();
  while (step.done !== true) step = await generator.next();
  return step.value;
}

function fitAll(options: Partial<LogisticOptions> = {}): Promise<readonly LogisticFit[]> {
  const data = Float64Array.from(logistic.x).subarray(0, train.length * width);
  return last(
    fitLogistic(
      { data, width },
      labels.map((of) => of.subarray(0, train.length)),
      { gemm, ...options },
    ),
  );
}

/** Ours are [width + 1, columns], the intercept last; scikit-learn's [columns, width]. */
function apart({ coefficients, columns }: LogisticFit, theirs: number[][]): number {
  return Math.max(
    ...theirs.flatMap((row, k) => row.map((value, j) => Math.abs(value - coefficients[j * columns + k]!))),
  );
}

describe('logistic regressions fitted together', () => {
  test('take scikit-learn’s own steps: as many iterations, the same coefficients where it stops', async () => {
    const fits = await fitAll();
    problems.forEach((problem, i) => {
      const { columns, coefficients, iterations } = fits[i]!;
      expect(iterations, problem.name).toBe(problem.iterations);
      // The same algorithm in another order of summation: rounding grows over some 20 iterations, to 1e-9 at most.
      expect(apart(fits[i]!, problem.coefficients), problem.name).toBeLessThan(1e-7);
      problem.intercept.forEach((value, k) => {
        expect(coefficients[width * columns + k], problem.name).toBeCloseTo(value, 7);
      });
    });
  });

  test('reach the minimum when asked for a smaller gradient', async () => {
    const fits = await fitAll({ gradientTolerance: 1e-10, iterations: 10_000 });
    // Both stop where the loss no longer falls by 64 ulp, which leaves the coefficients open by about 1e-6.
    problems.forEach((problem, i) => expect(apart(fits[i]!, problem.minimum), problem.name).toBeLessThan(1e-5));
  });

  test.each(['float64', 'float32'])('balanced accuracies in %s are scikit-learn’s', async (element) => {
    const x = element === 'float64' ? Float64Array.from(logistic.x) : Float32Array.from(logistic.x);
    const found = await last(balancedAccuracies(x, labels, { width, train, test: held, gemm }));
    problems.forEach((problem, i) => expect(found[i], problem.name).toBeCloseTo(problem.balancedAccuracy, 12));
  });

  test('a problem is fitted alike alone and among many', async () => {
    const many = Array.from({ length: 200 }, (_, i) => labels[i % labels.length]!);
    const x = Float32Array.from(logistic.x);
    const found = await last(balancedAccuracies(x, many, { width, train, test: held, gemm }));
    expect([...found]).toEqual(many.map((_, i) => found[i % labels.length]));
  });

  test('rows of a single class predict that class', async () => {
    const one = Int32Array.from({ length: 300 }, (_, i) => (i < 270 ? 4 : i % 3));
    const [found] = await last(
      balancedAccuracies(Float32Array.from(logistic.x), [one], { width, train, test: held, gemm }),
    );
    // In the test: 30 rows of 4 all right, ten each of 0, 1 and 2 all wrong.
    expect(found).toBe(1 / 4);
  });

  test('a cancelled run stops', async () => {
    const signal = AbortSignal.abort();
    await expect(fitAll({ signal })).rejects.toBeInstanceOf(Cancelled);
  });

  test('progress counts every problem once', async () => {
    const counts: number[] = [];
    const running = balancedAccuracies(Float32Array.from(logistic.x), labels, { width, train, test: held, gemm });
    for await (const { done } of running) counts.push(done);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBe(labels.length);
  });
});

describe('L-BFGS', () => {
  test('finds the minimum of Rosenbrock’s valley, where line searches must bend', () => {
    const minimiser = new Lbfgs(Float64Array.of(-1.2, 1), { gradientTolerance: 1e-8, decreaseTolerance: 0 });
    while (minimiser.state === 'running') {
      const [x, y] = minimiser.point as unknown as [number, number];
      const bend = y - x * x;
      minimiser.tell((1 - x) ** 2 + 100 * bend ** 2, Float64Array.of(-2 * (1 - x) - 400 * x * bend, 200 * bend));
    }
    expect(minimiser.state).toBe('converged');
    expect([...minimiser.point].map((value) => Math.abs(value - 1) < 1e-8)).toEqual([true, true]);
  });

  test('a gradient that points the wrong way ends the search where it began', () => {
    const minimiser = new Lbfgs(Float64Array.of(3));
    let evaluations = 0;
    while (minimiser.state === 'running') {
      evaluations += 1;
      minimiser.tell(minimiser.point[0]!, Float64Array.of(-1));
    }
    expect(minimiser.iterations).toBe(1);
    expect(evaluations).toBeLessThan(100);
    expect(minimiser.point[0]).toBe(3);
  });

  test('a gradient that is not a number stalls', () => {
    const minimiser = new Lbfgs(Float64Array.of(3));
    minimiser.tell(1, Float64Array.of(NaN));
    expect([minimiser.state, minimiser.point[0]]).toEqual(['stalled', 3]);
  });
});

describe('splits and scores', () => {
  test('balanced accuracy is the mean recall over the classes that occur', () => {
    const truth = Int32Array.of(0, 0, 0, 0, 1, 1);
    expect(balancedAccuracy(truth, Int32Array.of(0, 0, 0, 2, 1, 0))).toBe((0.75 + 0.5) / 2);
  });

  test('the first four fifths train', () => {
    const split = splitRows(11);
    expect([split.train.length, [...split.test]]).toEqual([8, [8, 9, 10]]);
  });

  test('a stratified split gives every class its share, and no row twice', () => {
    const of = Int32Array.from({ length: 103 }, (_, i) => (i < 60 ? 5 : i < 100 ? -1 : i < 102 ? 8 : 9));
    const split = stratifiedSplit(of, new Random(3));
    const count = (rows: Int32Array, label: number): number => rows.filter((row) => of[row] === label).length;
    expect([5, -1, 8, 9].map((label) => [count(split.train, label), count(split.test, label)])).toEqual([
      [48, 12],
      [32, 8],
      [1, 1],
      [1, 0],
    ]);
    expect([...split.train, ...split.test].sort((a, b) => a - b)).toEqual([...of.keys()]);
    expect(stratifiedSplit(of, new Random(3))).toEqual(split);
    expect(stratifiedSplit(of, new Random(4))).not.toEqual(split);
  });
});
