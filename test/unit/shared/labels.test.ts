import { expect, it } from 'vitest';
import { figureTable } from '../../../src/shared/csv';
import type { ChartFigure } from '../../../src/shared/figure';
import { figuresSchema } from '../../../src/shared/figures-file';
import { standardTheme } from '../../../src/shared/palette';
import { toPlotly } from '../../../src/shared/to-plotly';
import { toSvg } from '../../../src/shared/to-svg';

const figure: ChartFigure = {
  ...{ kind: 'chart', id: 'models', title: 'Models', summary: 'Three models.' },
  x: { label: 'Benchmark', type: 'linear' },
  y: { label: 'Score', type: 'linear' },
  series: [
    { name: 'models', mark: 'points', role: 'selected', x: [1, 2, 3], y: [0.1, null, 0.3], labels: ['a<b', 'c', 'd'] },
    { name: 'line', mark: 'line', role: 'muted', x: [1, 3], y: [0.1, 0.3] },
  ],
};

it('names stand beside their points in panel and picture', () => {
  const { data } = toPlotly(figure, standardTheme('light'));
  expect(data.map(({ mode }) => mode)).toEqual(['markers', 'markers+text', 'lines']);
  expect(data[1]).toMatchObject({
    marker: { opacity: 0 },
    textposition: ['top right', 'top center', 'top left'],
    x: [1, 2, 3],
    text: ['a&lt;b', 'c', 'd'],
    showlegend: false,
    hoverinfo: 'skip',
  });
  const svg = toSvg(figure, { width: 400, height: 300, palette: 'light' });
  expect(svg).toContain('>a&lt;b</text>');
  // The second point has no value, and so no place for its name.
  expect(svg).not.toContain('>c</text>');
});

it('names are a column of the table', () => {
  const { columns, rows } = figureTable(figure);
  expect(columns.map(({ label }) => label)).toEqual(['Series', 'Benchmark', 'Score', 'Name']);
  expect(rows).toContainEqual(['models', 3, 0.3, 'd']);
  expect(rows).toContainEqual(['line', 3, 0.3, null]);
});

it('as many names as points are demanded of a file', () => {
  const file = (labels: string[]) => ({
    schema: 'brainlens/figures@1',
    figures: [{ ...figure, series: [{ ...figure.series[0]!, labels }] }],
  });
  expect(figuresSchema.safeParse(file(['a', 'b', 'c'])).success).toBe(true);
  expect(figuresSchema.safeParse(file(['a'])).error?.issues[0]?.message).toMatch(/labels differ in length/);
});
