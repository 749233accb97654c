import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clustersOf } from '../../../../src/analyses/alignment/clusters';
import type { Recording } from '../../../../src/analyses/alignment/data';
import { foldsOf } from '../../../../src/analyses/alignment/folds';
import { nullOfResponses } from '../../../../src/analyses/alignment/null';
import { warnOfLeaveOneOut } from '../../../../src/analyses/alignment/warnings';
import { encodeNpy } from '../../../../src/shared/npy';
import { Random } from '../../../../src/math/random';
import { contextFor } from './support';

const ROWS = 60;

/** Sixty rows of one unit, of which nothing else is known. */
function recording(changes: Partial<Recording> = {}): Recording {
  return {
    name: 'made up',
    simulated: false,
    granularity: 'rows',
    rows: ROWS,
    targets: [{ id: 'a', subject: '', summary: false, covariates: {}, labels: {}, ceiling: NaN }],
    responses: Float64Array.from({ length: ROWS }, (_, row) => row % 7),
    labels: {},
    runs: [],
    stretches: [],
    span: 0,
    ...changes,
  };
}

function labelled(groups: readonly string[]): Recording {
  return recording({ groups, labels: { group: groups } });
}

function file(folds: readonly number[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'folds-')), 'folds.npy');
  writeFileSync(path, encodeNpy({ data: Float64Array.from(folds), shape: [folds.length] }));
  return path;
}

const passages = Array.from({ length: ROWS }, (_, row) => `p${Math.floor(row / 6)}`);
const scans: Partial<Recording> = {
  granularity: 'timeseries',
  runs: [{ run: '1', start: 0, length: ROWS }],
  stretches: [{ start: 0, length: ROWS }],
  span: 4,
};

describe('folds say what they leave on both sides', () => {
  const warned = async (text: string | undefined, of: Recording): Promise<string> => {
    const context = contextFor();
    await foldsOf(text, of, context);
    return context.warnings.join('\n');
  };

  test('folds of very few rows, and intervals of very few', async () => {
    expect(await warned('kfold:10:0', recording())).toMatch(/holds out only 6 rows/);
    expect(await warned('kfold:5:0', recording())).toBe('');
    const thirds = passages.map((_, row) => `g${row % 3}`);
    expect(await warned(undefined, labelled(thirds))).toBe(
      'Intervals are a bootstrap over 3 groups: too few to trust their width.',
    );
  });

  test('groups that shuffled rows split, and none that are held out whole', async () => {
    expect(await warned('kfold:5:0', labelled(passages))).toMatch(/10 groups of 10 have rows on both sides/);
    expect(await warned('group:group:5', labelled(passages))).toBe('');
  });

  test('scans next to training scans, however the folds came about', async () => {
    const alternating = Array.from({ length: ROWS }, (_, row) => row % 5);
    expect(await warned(file(alternating), recording(scans))).toMatch(/60 held-out scans.*within 4 scans/);
    expect(await warned('kfold:5:0', recording({ ...scans, span: 0 }))).toMatch(/held-out scans/);
    expect(await warned('blocked:5:4', recording(scans))).not.toMatch(/held-out scans/);
  });

  test('a column that every object has is still no column', async () => {
    await expect(warned('group:constructor:5', recording())).rejects.toThrow('no column "constructor"');
  });

  test('given folds that hold groups out whole are folds of groups, others are not', async () => {
    const whole = file(Array.from({ length: ROWS }, (_, row) => Math.floor(row / 12)));
    expect((await foldsOf(whole, labelled(passages), contextFor())).groups).toEqual(passages);
    const split = file(Array.from({ length: ROWS }, (_, row) => row % 5));
    expect((await foldsOf(split, labelled(passages), contextFor())).groups).toBeUndefined();
  });
});

test('leave-one-out is warned of where rows have neighbours or groups', () => {
  const warned = (of: Recording): string => {
    const context = contextFor();
    warnOfLeaveOneOut(of, context);
    return context.warnings.join();
  };
  expect(warned(recording(scans))).toMatch(/neighbours in time: penalties come out too small/);
  expect(warned(labelled(passages))).toMatch(/rest of its group/);
  expect(warned(recording())).toBe('');
});

describe('the null', () => {
  test('is never of more draws than there are outcomes, and says so', async () => {
    const context = contextFor();
    const of = recording({ ...scans, span: 25 });
    const { draws } = nullOfResponses(500, of, { kind: 'blocked', gap: 25 }, new Random(1), context);
    // Shifts by 26 … 34 of 60 rows.
    expect(draws).toHaveLength(9);
    expect(context.warnings.join()).toMatch(/Only 9 different permutations.*instead of 500.*at least 0\.1.*0\.05/);
    const three = labelled(passages.map((_, row) => `g${row % 3}`));
    const few = contextFor();
    const folds = await foldsOf(undefined, three, few);
    expect(nullOfResponses(100, three, folds, new Random(1), few).draws).toHaveLength(6);
  });

  test('warns where single rows of groups, or words of a text, change places', () => {
    const warned = (of: Recording): string => {
      const context = contextFor();
      nullOfResponses(50, of, { kind: 'kfold', gap: 0 }, new Random(1), context);
      return context.warnings.join();
    };
    expect(warned(labelled(passages))).toMatch(/rows of one group are alike: p is too small/);
    expect(warned(recording({ stretches: [{ start: 0, length: ROWS }] }))).toMatch(/words of running text/);
    expect(warned(recording())).toBe('');
  });
});

test('intervals draw whole groups where there are enough, also when folds split them', () => {
  expect(clustersOf(labelled(passages), undefined)).toMatchObject({ what: 'groups', count: 10 });
  expect(clustersOf(labelled(passages.map((_, row) => `g${row % 2}`)), undefined)).toMatchObject({ what: 'stimuli' });
  expect(clustersOf(recording(), undefined)).toMatchObject({ what: 'stimuli', count: ROWS });
});
