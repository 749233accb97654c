import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { AlphaChoice, LayerScores } from '../../../../src/math/encoding/encoding';
import { encoderPool } from '../../../../src/math/encoding/pool';
import type { FoldPlan } from '../../../../src/math/folds';
import { blockedPlan } from '../../../../src/math/folds/blocked';
import { givenPlan } from '../../../../src/math/folds/contiguous';
import { groupPlan } from '../../../../src/math/folds/group';

interface Case {
  readonly name: string;
  readonly alpha: AlphaChoice;
  readonly rows: number;
  readonly columns: number;
  readonly pca?: number;
  readonly folds?: number[];
  readonly labels?: string[];
  readonly runs?: number[];
  readonly k?: number;
  readonly gap?: number;
  readonly responses?: 'missing';
  readonly scores: number[][];
  readonly alphas: (number | null)[][];
  readonly innerErrors: (number | null)[][];
  readonly innerScores: (number | null)[][];
  readonly sse: number[][];
  readonly sst: number[][];
}

const folder = new URL('../../../golden/encoding/', import.meta.url);
const golden = JSON.parse(readFileSync(new URL('encoding.json', folder), 'utf8')) as {
  alphas: number[];
  units: number;
  responses: number[][];
  missing: (number | null)[][];
  cases: Case[];
};
const bytes = readFileSync(new URL('features.f32', folder));
const features = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const COLUMNS = 90;

const pool = encoderPool(2);
afterAll(() => pool.dispose());

function planOf({ rows, folds, labels, runs, k, gap }: Case): FoldPlan {
  if (labels !== undefined) return groupPlan(labels, 'story', 5);
  if (runs === undefined) return givenPlan(folds!, 'folds.npy');
  expect(rows).toBe(runs.reduce((sum, length) => sum + length, 0));
  const spans = runs.map((length, run) => ({ start: runs.slice(0, run).reduce((sum, n) => sum + n, 0), length }));
  return blockedPlan(spans, k!, gap!);
}

function featuresOf(rows: number, columns: number): Float32Array {
  return features.filter((_, i) => Math.floor(i / COLUMNS) < rows && i % COLUMNS < columns);
}

async function scoreCase(given: Case): Promise<LayerScores> {
  const encoder = await pool.layer(featuresOf(given.rows, given.columns), given.columns, planOf(given), {
    alpha: given.alpha,
    alphas: Float64Array.from(golden.alphas),
    ...(given.pca === undefined ? {} : { pca: given.pca }),
    signal: new AbortController().signal,
  });
  const responses = given.responses === undefined ? golden.responses : golden.missing;
  const data = Float64Array.from(responses.slice(0, given.rows).flat(), (value) => value ?? NaN);
  const scores = await encoder.score({ data, units: golden.units });
  encoder.release();
  return scores;
}

function farthest(actual: Float64Array, expected: readonly (number | null)[][], relative = false): number {
  let most = 0;
  expected.flat().forEach((value, i) => {
    if (value === null) return;
    const distance = Math.abs(actual[i]! - value) / (relative ? Math.max(Math.abs(value), 1e-6) : 1);
    most = Math.max(most, Number.isNaN(distance) ? Infinity : distance);
  });
  return most;
}

/** The last of the `missing` units is constant: there himalaya's α, and its error of 1e-9, are rounding; ours is 0. */
function withoutConstant(values: Case['alphas'], { responses }: Case): Case['alphas'] {
  if (responses === undefined) return values;
  return values.map((fold) => fold.map((value, unit) => (unit === golden.units - 1 ? null : value)));
}

// Both sides compute in float64; what differs is the method. 1e-6 is far above what rounding makes of α = 1e-3 on these
// spectra and a hundred times below what is promised (1e-4; least squares 1e-3, for its condition is the square).
describe.each(golden.cases)('$alpha, $name ($rows × $columns)', (given) => {
  test('the same α, correlations and errors as the published tools', async () => {
    const found = await scoreCase(given);
    const tolerance = given.alpha === 'ols' ? 1e-4 : 1e-6;
    if (given.alpha === 'ols') expect(found.alphas.every(Number.isNaN)).toBe(true);
    else expect(farthest(found.alphas, withoutConstant(given.alphas, given), true)).toBeLessThan(1e-12);
    expect(farthest(found.scores, given.scores)).toBeLessThan(tolerance);
    expect(farthest(found.sse, given.sse, true)).toBeLessThan(10 * tolerance);
    expect(farthest(found.sst, given.sst, true)).toBeLessThan(1e-9);
    expect(farthest(found.innerScores, given.innerScores)).toBeLessThan(tolerance);
    expect(farthest(found.innerErrors, withoutConstant(given.innerErrors, given), true)).toBeLessThan(tolerance);
  });
});
