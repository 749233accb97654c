import { describe, expect, it } from 'vitest';
import type { ChartFigure, Figure, Series } from '../../../src/shared/figure';
import { roleColour } from '../../../src/shared/palette';
import { drawSparkline, sparklineOf } from '../../../src/shared/svg/sparkline';

const series = (over: Partial<Series>): Series => ({
  name: 's',
  mark: 'line',
  role: 'control-1',
  x: [0, 1, 2, 3],
  y: [1, 2, 3, 4],
  ...over,
});
const chart = (all: Series[], type: 'linear' | 'log' = 'linear'): ChartFigure => ({
  kind: 'chart',
  id: 'c',
  title: 'Scores by layer',
  summary: '',
  x: { label: 'layer', type: 'linear' },
  y: { label: 'r', type },
  series: all,
});
const table: Figure = { kind: 'table', id: 't', title: 'T', summary: '', columns: [], rows: [] };

describe('the curve that stands for a result', () => {
  it('is the series of the result itself, of the first chart that has curves', () => {
    const own = series({ role: 'selected', y: [4, 3, 2, 9] });
    const points = chart([series({ mark: 'points' })]);
    expect(sparklineOf([table, points, chart([series({}), own])])).toEqual({
      title: 'Scores by layer',
      mark: 'line',
      values: [4, 3, 2, 9],
    });
  });

  it('is a logarithm where the axis is logarithmic, with gaps where there is none', () => {
    const spectrum = series({ y: [100, 10, 0, 1] });
    expect(sparklineOf([chart([spectrum], 'log')])?.values).toEqual([2, 1, null, 0]);
  });

  it('is missing where no figure has three points in a row of its own', () => {
    expect(sparklineOf([table, chart([series({ y: [1, null, null, 2] })])])).toBeUndefined();
  });
});

describe('a drawn sparkline', () => {
  const size = { width: 80, height: 14 };

  it('marks the peak of a curve with a dot at its height', () => {
    const svg = drawSparkline({ title: '', mark: 'line', values: [0, 1, 5, 1] }, { ...size, palette: 'dark' });
    const dot = /<circle cx="([\d.]+)" cy="([\d.]+)"/.exec(svg)!;
    expect(Number(dot[1])).toBeCloseTo(1.5 + (2.5 / 4) * 77, 0);
    expect(Number(dot[2])).toBeCloseTo(1.5, 1);
    expect(svg).toContain(roleColour('dark', 'selected'));
  });

  it('breaks a curve at gaps', () => {
    const svg = drawSparkline({ title: '', mark: 'line', values: [1, 2, null, 3, 2] }, { ...size, palette: 'light' });
    expect(/ d="([^"]*)"/.exec(svg)![1]!.match(/M/g)).toHaveLength(2);
  });

  it('draws bars from zero, also below it', () => {
    const svg = drawSparkline({ title: '', mark: 'bar', values: [2, -2] }, { ...size, palette: 'light' });
    const rects = [...svg.matchAll(/y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/g)].map((m) =>
      m.slice(1).map(Number),
    );
    expect(rects[0]![0]! + rects[0]![1]!).toBeCloseTo(rects[1]![0]!, 0);
    expect(rects[0]![1]).toBeCloseTo(rects[1]![1]!, 1);
  });

  it('of a million values stays small and keeps the peak', () => {
    const values = Array.from({ length: 1_000_000 }, (_, i) => (i === 123_456 ? 50 : Math.sin(i)));
    const svg = drawSparkline({ title: '', mark: 'line', values }, { ...size, palette: 'light' });
    expect(svg.length).toBeLessThan(3000);
    expect(Number(/cx="([\d.]+)"/.exec(svg)![1])).toBeCloseTo(1.5 + 0.1235 * 77, 0);
  });
});
