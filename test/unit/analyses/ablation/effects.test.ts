import { expect, test } from 'vitest';
import { bootstrapDeficits, deficitOf, effectOf, intervalOf } from '../../../../src/analyses/ablation/effects';
import { warnOf } from '../../../../src/analyses/ablation/warnings';
import { massiveShare } from '../../../../src/analyses/ablation/massive-share';
import type { TaskResult } from '../../../../src/analyses/ablation/result';
import { Random } from '../../../../src/math/random';
import { golden } from './support';

const scoresOf = (values: readonly number[]) => ({
  scores: Float64Array.from(values),
  weights: new Float64Array(values.length).fill(1),
});

test('d, p, median and range of a deficit among its controls are NumPy’s', () => {
  const { selected, controls, range, ...expected } = golden.effect;
  const effect = effectOf(selected, Float64Array.from(controls));
  // Twenty additions in float64.
  for (const [name, value] of Object.entries(expected)) {
    expect(effect[name as 'd' | 'p'], name).toBeCloseTo(value, 12);
  }
  expect(effect.range).toEqual(range);
  expect(effect.heavyTail).toBe(false);
});

test('a tie counts against the selected units, and twenty draws below give 1/21', () => {
  expect(effectOf(0.3, new Float64Array(20).fill(0.1)).p).toBe(1 / 21);
  expect(effectOf(0.1, new Float64Array(20).fill(0.1)).p).toBe(1);
  expect(effectOf(0.1, new Float64Array(20).fill(0.1)).d).toBeNaN();
  // 0.1 + 0.2 over two tasks and 0.3 + 0 are the same number of items.
  expect(effectOf(0.1 + 0.2, new Float64Array(20).fill(0.3)).p).toBe(1);
});

test('one item among draws that agree otherwise is no heavy tail, six are', () => {
  const draws = (items: number) => Float64Array.from({ length: 20 }, (_, i) => (i === 3 ? items / 100 : 0));
  expect(effectOf(0.1, draws(1), 1 / 100).heavyTail).toBe(false);
  expect(effectOf(0.1, draws(6), 1 / 100).heavyTail).toBe(true);
});

test('tasks that the whole model cannot do are named: they hide a deficit', () => {
  const warned = (of: Partial<TaskResult>): string[] => {
    const warnings: string[] = [];
    const task = { name: 'npi', metric: 'accuracy', effect: [], ...of } as unknown as TaskResult;
    warnOf(0, [], [task], { warn: (message) => void warnings.push(message) });
    return warnings;
  };
  expect(warned({ baseline: 0.5, chance: 0.5 })).toEqual([
    expect.stringMatching(/not above chance in 1 of 1 accuracy tasks \(npi\)/),
  ]);
  expect(warned({ baseline: 0 })).toHaveLength(1);
  expect(warned({ baseline: 0.05 })).toEqual([]);
  expect(warned({ baseline: 0.51, chance: 0.5 })).toEqual([]);
  expect(warned({ metric: 'loss', baseline: 0 })).toEqual([]);
});

test('a deficit is positive where the model got worse', () => {
  expect(deficitOf('accuracy', 0.9, 0.5)).toBeCloseTo(0.4, 12);
  expect(deficitOf('loss', 4, 5)).toBe(1);
});

test('the paired bootstrap interval is SciPy’s up to resampling noise', () => {
  const { before, after, interval } = golden.bootstrap;
  const [draws] = bootstrapDeficits('accuracy', scoresOf(before), [scoresOf(after)], new Random(1));
  // Both ends lie on a grid of 1/60; 10,000 draws leave them uncertain by about one step.
  intervalOf(draws!).forEach((end, i) => expect(Math.abs(end - interval[i]!)).toBeLessThan(1.5 / 60));
});

test('a loss is resampled with its tokens: a ratio of sums', () => {
  const weights = Float64Array.of(1, 9);
  const baseline = { scores: Float64Array.of(2, 9), weights };
  const [draws] = bootstrapDeficits('loss', baseline, [{ scores: Float64Array.of(4, 18), weights }], new Random(1));
  // Items (1, 1), (1, 2) and (2, 2): 4/2, 11/10 and 18/18.
  expect([...new Set(draws)].sort()).toEqual([1, 1.1, 2]);
});

test('one draw far above the others is called a heavy tail, in words a person sees', () => {
  const values = Float64Array.from({ length: 20 }, (_, i) => (i === 7 ? 14 : 0.3 + i / 100));
  const effect = effectOf(15, values);
  expect(effect.heavyTail).toBe(true);
  const warnings: string[] = [];
  const task = { name: 'text', effect: [{ fraction: 0.01, control: 'random', ...effect }] } as unknown as TaskResult;
  warnOf(18, ['random'], [task], { warn: (message) => void warnings.push(message) });
  expect(warnings[0]).toMatch(/cannot fall below 0\.053.*--random-seeds 19/);
  expect(warnings[1]).toMatch(/draws of random lie far above the others \(text\)/);
  warnings.length = 0;
  warnOf(19, ['random'], [], { warn: (message) => void warnings.push(message) });
  expect(warnings).toEqual([]);
});

test('the share owed to massive units is what goes away when they are spared', () => {
  const task = (deficit: number, massive: TaskResult['massive']) =>
    ({ name: 'a', conditions: [{ fraction: 0.01, units: 'selected', deficit }], massive }) as unknown as TaskResult;
  const massive = { fraction: 0.01, units: 19, without: 1.83, alone: 14 };
  const owed = massiveShare({ tasks: [task(15.718, massive)] });
  expect(owed.massiveShare).toBeCloseTo(1 - 1.83 / 15.718, 12);
  expect(owed.shareMassive).toMatch(/^88 % of the deficit in the loss on a .* without the 19 massive ones/);
  expect(massiveShare({ tasks: [task(-0.1, massive)] }).massiveShare).toBeNaN();
  expect(massiveShare({ tasks: [task(1, { ...massive, units: 0 })] }).shareMassive).toMatch(/^None/);
});
