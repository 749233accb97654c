import { afterAll, describe, expect, test } from 'vitest';
import type { LayerScores } from '../../../../src/math/encoding/encoding';
import { encoderPool } from '../../../../src/math/encoding/pool';
import type { FoldPlan } from '../../../../src/math/folds';
import { blockedPlan } from '../../../../src/math/folds/blocked';
import { givenPlan } from '../../../../src/math/folds/contiguous';
import { groupPlan } from '../../../../src/math/folds/group';
import { farthest, featuresOf, golden } from './golden';
import type { Case } from './golden';

const pool = encoderPool(2);
afterAll(() => pool.dispose());

function planOf({ rows, folds, labels, runs, k, gap }: Case): FoldPlan {
  if (labels !== undefined) return groupPlan(labels, 'story', 5);
  if (runs === undefined) return givenPlan(folds!, 'folds.npy');
  expect(rows).toBe(runs.reduce((sum, length) => sum + length, 0));
  const spans = runs.map((length, run) => ({ start: runs.slice(0, run).reduce((sum, n) => sum + n, 0), length }));
  return blockedPlan(spans, k!, gap!);
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

const options = {
  alpha: 'nested' as const,
  alphas: Float64Array.from(golden.alphas),
  signal: new AbortController().signal,
};
const plan = givenPlan(golden.cases[0]!.folds!, 'folds.npy');
const responses = Float64Array.from(golden.responses.slice(0, 60).flat());

test('further targets of the same layer score as they would alone, and predictions lie where rows are held out', async () => {
  const encoder = await pool.layer(featuresOf(60, 90), 90, plan, options);
  const all = await encoder.score({ data: responses, units: golden.units }, { predictions: true });
  const third = await encoder.score({ data: responses.filter((_, i) => i % golden.units === 3), units: 1 });
  plan.outer.forEach((_, fold) => {
    expect(third.scores[fold]).toBeCloseTo(all.scores[fold * golden.units + 3]!, 12);
  });
  expect(all.predictions!.some(Number.isNaN)).toBe(false);
  let sse = 0;
  for (const row of plan.outer[2]!.test) sse += (responses[row * 5 + 3]! - all.predictions![row * 5 + 3]!) ** 2;
  expect(sse / all.sse[2 * golden.units + 3]!).toBeCloseTo(1, 12);
});

test('a unit with too few responses has no score, and its neighbours keep theirs', async () => {
  const data = responses.map((value, i) => (i % golden.units === 2 && i > 20 ? NaN : value));
  const encoder = await pool.layer(featuresOf(60, 90), 90, plan, options);
  const found = await encoder.score({ data, units: golden.units });
  expect(found.scores.filter((_, i) => i % golden.units === 2).every(Number.isNaN)).toBe(true);
  const expected = golden.cases[0]!.scores.map((fold) => fold.map((score, unit) => (unit === 2 ? null : score)));
  expect(farthest(found.scores, expected)).toBeLessThan(1e-6);
});

test('a cancelled run ends as cancelled', async () => {
  const encoder = await pool.layer(featuresOf(60, 90), 90, plan, { ...options, signal: AbortSignal.abort() });
  await expect(encoder.score({ data: responses, units: golden.units })).rejects.toThrow('cancelled');
});

describe.each(golden.banded)('banded, $rows × $columns', (given) => {
  test('R² of both bands and of the nuisance alone as a ridge per pair of α by brute force', async () => {
    const found = await pool.banded(
      { data: featuresOf(given.rows, given.columns), width: given.columns },
      { data: Float64Array.from(golden.nuisance.slice(0, given.rows).flat()), width: 2 },
      givenPlan(given.folds, 'folds.npy'),
      { ...options, alphas: Float64Array.from(given.alphas) },
      { data: Float64Array.from(golden.responses.slice(0, given.rows).flat()), units: golden.units },
    );
    expect(
      farthest(
        found.nuisanceAlphas,
        given.chosen.map((fold) => fold.map(([low]) => low)),
        true,
      ),
    ).toBeLessThan(1e-9);
    expect(
      farthest(
        found.featureAlphas,
        given.chosen.map((fold) => fold.map(([, high]) => high)),
        true,
      ),
    ).toBeLessThan(1e-9);
    expect(farthest(found.both, given.both)).toBeLessThan(1e-6);
    expect(farthest(found.nuisance, given.nuisanceAlone)).toBeLessThan(1e-6);
    expect([...found.unique]).toEqual(Array.from(found.both, (both, i) => both - found.nuisance[i]!));
  });
});
