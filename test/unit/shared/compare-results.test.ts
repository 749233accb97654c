import { describe, expect, it } from 'vitest';
import { comparisonFigures } from '../../../src/shared/compare-results';
import type { Compared } from '../../../src/shared/compare-results';
import type { ChartFigure, Series, TableFigure } from '../../../src/shared/figure';
import type { ResultFile } from '../../../src/shared/result';

const resultOf = (result: Record<string, unknown>, spec: Record<string, unknown>, seed = 0): ResultFile =>
  ({ result, spec, provenance: { seed } }) as unknown as ResultFile;

const layers = (y: number[], over: Partial<Series> = {}): ChartFigure => ({
  kind: 'chart',
  id: 'scores',
  title: 'Score by layer',
  summary: '',
  x: { label: 'Layer', type: 'linear', range: [0, y.length] },
  y: { label: 'r', type: 'linear' },
  series: [
    { name: 'random units', mark: 'band', role: 'control-1', x: [0], y: [0] },
    { name: 'selected', mark: 'bar', role: 'selected', x: y.map((_, i) => i), y, ...over },
  ],
});

const a: Compared = {
  name: 'a',
  result: resultOf({ k: 10, best: { layer: 3, score: 0.5 }, list: [1], same: 4 }, { model: 'm1', alpha: 'nested' }),
  figures: [layers([1, 2, 3])],
};
const b: Compared = {
  name: 'b',
  result: resultOf({ k: 12, best: { layer: 3, score: 0.25 }, list: [2], same: 4 }, { model: 'm2', alpha: 'nested' }, 1),
  figures: [layers([3, 2, 1, 0])],
};

describe('results side by side', () => {
  const [chart, numbers, settings] = comparisonFigures([a, b]) as [ChartFigure, TableFigure, TableFigure];

  it("put each one's own curve into one plot, under its name, over the range of all", () => {
    expect(chart.series.map(({ name, mark, y }) => ({ name, mark, y }))).toEqual([
      { name: 'a', mark: 'line', y: [1, 2, 3] },
      { name: 'b', mark: 'line', y: [3, 2, 1, 0] },
    ]);
    expect(new Set(chart.series.map(({ role }) => role)).size).toBe(2);
    expect(chart.x.range).toBeUndefined();
  });

  it('list the numbers that differ, nested ones too, with the difference from the first', () => {
    expect(numbers.rows).toEqual([
      ['k', 10, 12, 2],
      ['best.score', 0.5, 0.25, -0.25],
    ]);
    expect(numbers.columns.map(({ label }) => label)).toEqual(['Number', 'a', 'b', 'b − a']);
  });

  it('list the settings that differ, the seed among them', () => {
    expect(settings.rows).toEqual([
      ['model', 'm1', 'm2'],
      ['seed', '0', '1'],
    ]);
  });

  it('keep bars where the axis names categories, and leave out what only one result has', () => {
    const named = (y: number[]): ChartFigure => ({ ...layers(y), x: { label: 'Task', type: 'category' } });
    const other = { ...layers([1]), id: 'only-b' };
    const figures = comparisonFigures([
      { ...a, figures: [named([1, 2])] },
      { ...b, figures: [named([2, 1]), other] },
    ]) as ChartFigure[];
    expect(figures.filter(({ kind }) => kind === 'chart').map(({ id }) => id)).toEqual(['scores']);
    expect(figures[0]!.series.map(({ mark }) => mark)).toEqual(['bar', 'bar']);
  });

  it('do not mix logarithmic and linear axes', () => {
    const logarithmic = { ...layers([1, 2]), y: { label: 'r', type: 'log' } as const };
    const figures = comparisonFigures([a, { ...b, figures: [logarithmic] }]);
    expect(figures.map(({ kind }) => kind)).toEqual(['table', 'table']);
  });
});
