import { expect, test } from 'vitest';
import { aggregateOf, largest, normalise, overFolds, subjectsOf } from '../../../../src/analyses/alignment/aggregate';
import type { Target } from '../../../../src/analyses/alignment/data';
import { compareSets } from '../../../../src/analyses/alignment/set-rows';
import { golden } from './support';

const ceilings = [0.8, 0.5, 0.4, NaN, 0.9];
const targets = ['a', 'a', 'b', 'b', 'b'].map((subject, i): Target => ({
  id: String(i),
  subject,
  summary: i === 4,
  covariates: {},
  labels: {},
  ceiling: ceilings[i]!,
}));
const scores = golden.nested.foldScores.map((folds) => overFolds(Float64Array.from(folds.flat()), 5, 5));

test('median over units within subject, mean over subjects, summary columns out: as NumPy has it', () => {
  const subjects = subjectsOf(targets);
  scores.forEach((layer, i) => {
    expect(aggregateOf(layer, subjects, 'median')).toBeCloseTo(golden.aggregate.median[i]!, 6);
    expect(aggregateOf(layer, subjects, 'mean')).toBeCloseTo(golden.aggregate.mean[i]!, 6);
    // The unit without a ceiling is left out, not counted as 0.
    expect(aggregateOf(normalise(layer, targets), subjects, 'median')).toBeCloseTo(golden.aggregate.normalised[i]!, 6);
  });
});

test('units and subjects without a score are left out', () => {
  const subjects = subjectsOf(targets);
  expect(aggregateOf([0.2, NaN, NaN, NaN, 0.9], subjects, 'median')).toBe(0.2);
  expect(aggregateOf([NaN, NaN, NaN, NaN, 0.9], subjects, 'median')).toBeNaN();
  expect([...normalise([0.9, 0.1, 0.1, 0.1, 0.1], targets)].slice(0, 4)).toEqual([1.125, 0.2, 0.25, NaN]);
});

test('the first of equal layers is best; NaN never is', () => {
  expect(largest([NaN, 0.3, 0.3, 0.1])).toBe(1);
  expect(largest([NaN, NaN])).toBe(-1);
});

test('folds without a score are left out of a mean', () => {
  expect([...overFolds(Float64Array.of(1, NaN, 3, NaN), 2, 2)]).toEqual([2, NaN]);
});

test('selected units against the median of random ones, p one-sided', () => {
  const row = (kind: string, score: number) => ({ kind, score, k: 3, interval: [0, 1] as const });
  const [only] = compareSets(0.5, [row('random', 0.1), row('random', 0.6), row('random', 0.2)]);
  expect(only).toEqual({ control: 'random', sets: 3, median: 0.2, range: [0.1, 0.6], difference: 0.3, p: 0.5 });
});
