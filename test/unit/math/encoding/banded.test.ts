import { afterAll, describe, expect, test } from 'vitest';
import type { AlphaChoice, BandedScores, Columns } from '../../../../src/math/encoding/encoding';
import { encoderPool } from '../../../../src/math/encoding/pool';
import type { FoldPlan } from '../../../../src/math/folds';
import { blockedPlan } from '../../../../src/math/folds/blocked';
import { kfoldPlan } from '../../../../src/math/folds/contiguous';
import { groupPlan } from '../../../../src/math/folds/group';
import { Random } from '../../../../src/math/random';

const pool = encoderPool(2);
afterAll(() => pool.dispose());

const ROWS = 100;
const COLUMNS = 90;
const UNITS = 4;

const random = new Random(5);
const draws = (count: number): number[] => Array.from({ length: count }, () => 4 * random.uniform() - 2);

/** Nuisance columns, then features that follow them in part and fall off in size. */
const nuisanceRows = Array.from({ length: ROWS }, () => draws(2));
const featureRows = nuisanceRows.map(([a, b]) =>
  draws(COLUMNS).map((value, j) => (value + (j % 3) * a! - (j % 2) * b!) / (1 + j / 20)),
);
const responseRows = nuisanceRows.map(([a, b], row) =>
  draws(UNITS).map((noise, unit) => {
    const explained = featureRows[row]!.slice(0, 3 * unit).reduce((sum, value) => sum + value, 0);
    return explained + unit * a! - b! + (1 + unit) * noise;
  }),
);

const featuresOf = (rows: number, columns: number): Float32Array =>
  Float32Array.from(featureRows.slice(0, rows).flatMap((row) => row.slice(0, columns)));

/** Some rows are missing in two of the units, the same rows in both. */
const isMissing = (row: number, unit: number): boolean => unit % 2 === 1 && row % 7 === 3;

/** Nuisance columns made from those two. */
type Recipe = (row: readonly number[], index: number) => number[];

const asGiven: Recipe = (row) => [...row];

interface Layout {
  readonly columns: number;
  readonly alpha?: AlphaChoice;
  readonly plan?: FoldPlan;
  readonly nuisance?: Recipe;
  readonly missing?: true;
  readonly pca?: number;
  readonly alphas?: number[];
}

const labels = Array.from({ length: ROWS }, (_, row) => `story ${Math.floor(row / 9)}`);
const spans = [0, 1, 2, 3].map((run) => ({ start: run * 25, length: 25 }));

const layouts: Record<string, Layout> = {
  'more rows than columns': { columns: 20 },
  'about as many columns as inner training rows': { columns: 54, plan: kfoldPlan(100, 3, 1) },
  'more columns than rows': { columns: 90, plan: kfoldPlan(50, 3, 2) },
  'a single feature': { columns: 1 },
  groups: { columns: 40, plan: groupPlan(labels, 'story', 3) },
  'gaps around the held-out rows': { columns: 30, plan: blockedPlan(spans, 4, 2) },
  'units that miss rows': { columns: 25, missing: true },
  'collinear nuisance columns': { columns: 30, nuisance: (row) => [...row, row[0]! - 2 * row[1]!, row[1]!] },
  'a constant nuisance column': { columns: 30, nuisance: (row) => [row[0]!, 0.1, row[1]!] },
  'a nuisance column that marks one story': {
    columns: 30,
    plan: groupPlan(labels, 'story', 3),
    nuisance: (row, index) => [row[0]!, Number(index < 9)],
  },
  'a nuisance column that is a feature': {
    columns: 30,
    nuisance: (row, index) => [row[0]!, featureRows[index]![0]!],
  },
  'more nuisance columns than rows of an inner test set': {
    columns: 12,
    plan: kfoldPlan(80, 3, 3),
    nuisance: ([a, b]) => Array.from({ length: 10 }, (_, power) => Math.sin(a! * (power + 1)) + b! * power),
  },
  'principal components': { columns: 60, pca: 7 },
  'one α': { columns: 20, alphas: [10] },
  'leave-one-out, more rows than columns': { columns: 20, alpha: 'loo' },
  'leave-one-out, more columns than rows': { columns: 90, alpha: 'loo', plan: kfoldPlan(50, 3, 2) },
  'leave-one-out, collinear nuisance columns': {
    columns: 30,
    alpha: 'loo',
    nuisance: (row) => [...row, row[0]! + row[1]!],
  },
};

/** Columns of zeros change no ridge, yet this many nuisance columns are fitted by one factorisation per ratio of α. */
const MANY = 33;

async function scored(layout: Layout, width?: number): Promise<BandedScores> {
  const plan = layout.plan ?? kfoldPlan(ROWS, 3, 0);
  const recipe = layout.nuisance ?? asGiven;
  const rows = nuisanceRows.slice(0, plan.rows).map(recipe);
  const wide = width ?? rows[0]!.length;
  const nuisance: Columns = {
    data: Float64Array.from(rows.flatMap((row) => [...row, ...new Array<number>(wide - row.length).fill(0)])),
    width: wide,
  };
  const data = Float64Array.from(
    responseRows
      .slice(0, plan.rows)
      .flatMap((values, row) => values.map((value, unit) => (layout.missing && isMissing(row, unit) ? NaN : value))),
  );
  return pool.banded(
    { data: featuresOf(plan.rows, layout.columns), width: layout.columns },
    nuisance,
    plan,
    {
      alpha: layout.alpha ?? 'nested',
      alphas: Float64Array.from(layout.alphas ?? [1e-3, 10, 1e5]),
      ...(layout.pca === undefined ? {} : { pca: layout.pca }),
      signal: new AbortController().signal,
    },
    { data, units: UNITS },
  );
}

function farthest(found: Float64Array, expected: Float64Array): number {
  return found.reduce((most, value, i) => {
    if (Number.isNaN(value) && Number.isNaN(expected[i]!)) return most;
    const distance = Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    return Number.isNaN(distance) ? Infinity : Math.max(most, distance);
  }, 0);
}

// Both are exact; α = 1e-3 on systems of norm 1e3 leaves float64 about ten digits.
describe.each(Object.entries(layouts))('few nuisance columns, %s', (_, layout) => {
  test('the same as one factorisation per ratio of α', async () => {
    const found = await scored(layout);
    const expected = await scored(layout, MANY);
    expect(expected.both.some((value) => !Number.isNaN(value))).toBe(true);
    expect(farthest(found.featureAlphas, expected.featureAlphas)).toBeLessThan(1e-9);
    expect(farthest(found.nuisanceAlphas, expected.nuisanceAlphas)).toBeLessThan(1e-9);
    expect(farthest(found.both, expected.both)).toBeLessThan(1e-8);
    expect(farthest(found.nuisance, expected.nuisance)).toBeLessThan(1e-8);
    expect(farthest(found.unique, expected.unique)).toBeLessThan(1e-8);
  });
});

test('where no nuisance column varies, its α is the smallest and the features keep their fit', async () => {
  const layout: Layout = { columns: 30, nuisance: () => [0.1, -7] };
  const found = await scored(layout);
  const expected = await scored(layout, MANY);
  expect([...new Set(found.nuisanceAlphas)]).toEqual([1e-3]);
  expect([...found.featureAlphas]).toEqual([...expected.featureAlphas]);
  expect(farthest(found.both, expected.both)).toBeLessThan(1e-8);
});
