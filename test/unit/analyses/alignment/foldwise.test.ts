import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { foldwiseEncoder } from '../../../../src/analyses/alignment/foldwise';
import { encoderPool } from '../../../../src/math/encoding/pool';
import { blockedPlan } from '../../../../src/math/folds/blocked';

/** NumPy's scores (test/golden/timeseries-folds/generate.py): [folds][units]. */
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../golden/timeseries-folds/golden.json'), 'utf8'),
) as { readonly scores: number[][]; readonly alphas: number[][] };

const RUNS = [
  { run: 'a', start: 0, length: 33 },
  { run: 'b', start: 33, length: 47 },
];
const [ROWS, WIDTH, UNITS] = [80, 6, 2];

test('two runs are z-scored each by its own training rows of the fold, also where features differ in scale by run', async () => {
  const second = (row: number): number => (row < 33 ? 0 : 1);
  const features = Float32Array.from({ length: ROWS * WIDTH }, (_, at) => {
    const [row, j] = [Math.floor(at / WIDTH), at % WIDTH];
    return (1 + 4 * second(row)) * Math.sin(1.7 * row * (1 + j) + j) + 3 * second(row);
  });
  const data = Float64Array.from({ length: ROWS * UNITS }, (_, at) => {
    const [row, u] = [Math.floor(at / UNITS), at % UNITS];
    return Math.sin(1.7 * row * (1 + u)) + Math.cos(2.3 * row * row + u);
  });
  const alphas = Float64Array.from([0.1, 1, 10, 100, 1000]);
  const options = { alpha: 'nested', alphas, signal: new AbortController().signal } as const;
  const pool = encoderPool(1);
  try {
    const encoder = await foldwiseEncoder(pool, features, WIDTH, blockedPlan(RUNS, 4, 2), { runs: RUNS }, options);
    const { scores, alphas: chosen } = await encoder.score({ data, units: UNITS });
    expect(Array.from(chosen)).toEqual(golden.alphas.flat());
    // Both sides solve in float64 from the same float32 features: what differs is the order of sums.
    golden.scores.flat().forEach((score, i) => expect(scores[i]).toBeCloseTo(score, 8));
    encoder.release();
  } finally {
    await pool.dispose();
  }
});
