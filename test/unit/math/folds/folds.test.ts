import { describe, expect, test } from 'vitest';
import type { FoldPlan, Split } from '../../../../src/math/folds';
import { blockedPlan } from '../../../../src/math/folds/blocked';
import { makeFolds, parseFolds } from '../../../../src/math/folds/choice';
import { givenPlan, kfoldPlan } from '../../../../src/math/folds/contiguous';
import { groupPlan } from '../../../../src/math/folds/group';

const ascending = (rows: Int32Array): boolean => rows.every((row, i) => i === 0 || row > rows[i - 1]!);
const splitsOf = ({ outer }: FoldPlan): readonly Split[] => outer.flatMap((fold) => [fold, ...fold.inner]);

describe('shuffled folds', () => {
  test('hold every row out once, in sizes that differ by at most one, ascending', () => {
    const plan = kfoldPlan(23, 5, 0);
    expect(plan.outer.map(({ test }) => test.length)).toEqual([5, 5, 5, 4, 4]);
    expect(plan.outer.flatMap(({ test }) => [...test]).sort((a, b) => a - b)).toEqual([...Array(23).keys()]);
    for (const { train, test: held } of splitsOf(plan)) {
      expect(ascending(train) && ascending(held)).toBe(true);
      expect(train.some((row) => held.includes(row))).toBe(false);
    }
  });

  test('depend on the seed alone', () => {
    expect(kfoldPlan(40, 5, 7).outer).toEqual(kfoldPlan(40, 5, 7).outer);
    expect(kfoldPlan(40, 5, 7).outer).not.toEqual(kfoldPlan(40, 5, 8).outer);
  });

  test('choose α on five contiguous parts of the training rows, as KFold(5) cuts them', () => {
    const { train, inner } = kfoldPlan(23, 5, 0).outer[0]!;
    expect(train.length).toBe(18);
    expect(inner.map(({ test }) => test.length)).toEqual([4, 4, 4, 3, 3]);
    expect(inner.flatMap(({ test }) => [...test])).toEqual([...train]);
  });

  test('need as many rows as folds', () => {
    expect(() => kfoldPlan(4, 5, 0)).toThrow('4 rows are fewer than 5 folds');
    expect(() => kfoldPlan(5, 5, 0)).toThrow('too few to choose α');
  });
});

describe('given folds', () => {
  test('never test rows of −1, which always train', () => {
    const plan = givenPlan([0, 0, 0, -1, 4, 4, 4, -1, -1, -1], 'folds.npy');
    expect(plan.outer.map(({ test }) => [...test])).toEqual([
      [0, 1, 2],
      [4, 5, 6],
    ]);
    expect([...plan.outer[0]!.train]).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  test('name the row of a number that is none', () => {
    expect(() => givenPlan([0, 1.5], 'folds.npy')).toThrow('folds.npy: row 1 has fold 1.5');
    expect(() => givenPlan([0, NaN], 'folds.npy')).toThrow('row 1');
    expect(() => givenPlan([-1, -1], 'folds.npy')).toThrow('tests no row');
  });
});

describe('folds by group', () => {
  const labels = [...'aaaaabbbbcccddefffffff'];

  test('never part a group, in outer and inner folds', () => {
    const plan = groupPlan(labels, 'story', 3);
    const groups = (rows: Int32Array): Set<string> => new Set(Array.from(rows, (row) => labels[row]!));
    for (const { train, test: held } of splitsOf(plan)) {
      for (const group of groups(held)) expect(groups(train).has(group)).toBe(false);
    }
    expect(plan.outer.map(({ test }) => [...groups(test)].join(''))).toEqual(['ef', 'ad', 'bc']);
  });

  test('hold a group of one out with another, never alone, and refuse more folds than groups', () => {
    expect(groupPlan([...'abcabcd'], 'story', 3).outer.map(({ test }) => test.length)).toEqual([3, 2, 2]);
    expect(() => groupPlan([...'abcabcd'], 'story', 4)).toThrow('group "d" has one row and is held out alone');
    expect(() => groupPlan([...'aaaabcccc'], 'story', 2)).toThrow('too few to choose α');
    expect(() => groupPlan([...'aabb'], 'story', 5)).toThrow('Column "story" has 2 groups, fewer than 5 folds');
    expect(() => groupPlan([...'aabb'], 'story', 2)).toThrow('too few to choose α');
  });
});

describe('blocks with gaps', () => {
  const runs = [
    { start: 0, length: 30 },
    { start: 30, length: 30 },
  ];

  test('leave gap rows out on both sides, but not across the end of a run', () => {
    const [first, second] = blockedPlan(runs, 4, 3).outer;
    expect([first!.test[0], first!.test.at(-1), first!.train[0]]).toEqual([0, 14, 18]);
    expect([second!.test[0], second!.test.at(-1)]).toEqual([15, 29]);
    expect([...second!.train.slice(10, 14)]).toEqual([10, 11, 30, 31]);
  });

  test('keep the gap in inner folds', () => {
    const runOf = (row: number): number => Math.floor(row / 30);
    for (const { train, test: held } of splitsOf(blockedPlan(runs, 4, 3))) {
      for (const row of held) {
        expect(train.some((other) => runOf(other) === runOf(row) && Math.abs(other - row) <= 3)).toBe(false);
      }
    }
  });

  test('are not shorter than the gap', () => {
    expect(() => blockedPlan(runs, 5, 13)).toThrow('blocked:5:13: blocks of 12 rows are shorter than the gap of 13');
  });
});

describe('what --folds says', () => {
  test('is a rule or a file', () => {
    expect(parseFolds('kfold:5:0')).toEqual({ kind: 'kfold', k: 5, seed: 0 });
    expect(parseFolds('group:a:b:4')).toEqual({ kind: 'group', column: 'a:b', k: 4 });
    expect(parseFolds('blocked:5:4')).toEqual({ kind: 'blocked', k: 5, gap: 4 });
    expect(parseFolds('my/folds.npy')).toEqual({ kind: 'file', path: 'my/folds.npy' });
  });

  test('says what is wrong with it', () => {
    expect(() => parseFolds('kfold:one')).toThrow('"one" is not a whole number of at least 2');
    expect(() => parseFolds('blocked:5')).toThrow('--folds blocked:5 is not understood');
    expect(() => makeFolds(parseFolds('group:story:5'), { rows: 4, columns: ['passage'] })).toThrow(
      'There is no column "story" to group by; there are passage',
    );
    const columns = Array.from({ length: 40 }, (_, i) => `column-${i}`);
    expect(() => makeFolds(parseFolds('group:story:5'), { rows: 4, columns })).toThrow(
      /; there are column-0, .*column-7, …\. Name/,
    );
    expect(() => makeFolds(parseFolds('f.npy'), { rows: 4, assigned: [0, 1] })).toThrow('2 fold numbers for 4 rows');
  });
});
