import { describe, expect, test } from 'vitest';
import { figureTable } from '../../../src/shared/csv';
import type { SpaceFigure } from '../../../src/shared/figure';
import { figuresSchema } from '../../../src/shared/figures-file';
import { standardTheme } from '../../../src/shared/palette';
import { toPlotly } from '../../../src/shared/to-plotly';
import { toSvg } from '../../../src/shared/to-svg';

const figure: SpaceFigure = {
  kind: 'space',
  id: 'units',
  title: 'Units <in> space',
  summary: 'Three of them.',
  value: 'Score',
  x: [-40, -42, -41],
  y: [-60, 0, 30],
  z: [0, 20, 10],
  values: [0.1, 0.2, 0.4],
  names: ['a', 'b & c', 'd'],
  text: ['10 rows', '11 rows', '12 rows'],
  scale: 'sequential',
  range: [0, 0.4],
  mesh: { vertices: [-50, -70, -10, -50, 40, -10, -50, 0, 40], faces: [0, 1, 2] },
};

describe('points in space', () => {
  test('figures.json holds them, and refuses arrays of unequal length', () => {
    const file = (changed: object): unknown => ({
      schema: 'brainlens/figures@1',
      figures: [{ ...figure, ...changed }],
    });
    expect(figuresSchema.safeParse(file({})).success).toBe(true);
    expect(figuresSchema.safeParse(file({ values: [1] })).error?.issues[0]?.message).toMatch(/differ in length/);
  });

  test('Plotly draws the surface below the points, one colour per value', () => {
    const { data, layout } = toPlotly(figure, standardTheme('light'));
    expect(data.map(({ type }) => type)).toEqual(['mesh3d', 'scatter3d']);
    expect(data[0]).toMatchObject({ x: [-50, -50, -50], y: [-70, 40, 0], i: [0], j: [1], k: [2] });
    expect(data[1]).toMatchObject({ x: figure.x, marker: { color: figure.values, cmin: 0, cmax: 0.4 } });
    expect(data[1]!['customdata']).toEqual([
      ['a', '10 rows'],
      ['b &amp; c', '11 rows'],
      ['d', '12 rows'],
    ]);
    expect(layout).toMatchObject({ scene: { aspectmode: 'data' } });
  });

  test('SVG looks along the axis of least spread, equal scales on both others', () => {
    const svg = toSvg(figure, { width: 400, height: 300, palette: 'light' });
    const dots = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(dots).toHaveLength(3);
    const [a, b, d] = dots as [[number, number], [number, number], [number, number]];
    // y goes across, z up: 60 mm and 20 mm from a to b, 30 mm and −10 mm from b to d.
    expect((b[0] - a[0]) / (a[1] - b[1])).toBeCloseTo(3, 1);
    expect((d[0] - b[0]) / (b[0] - a[0])).toBeCloseTo(0.5, 1);
    expect(svg).toContain('anterior');
    expect(svg).toContain('<title>Units &lt;in&gt; space</title>');
  });

  test('layers have whole ticks, and those at the low end stand off the background', () => {
    const layers: SpaceFigure = { ...figure, values: [0, 3, 29], range: [0, 29] };
    const marker = (of: SpaceFigure, kind: 'light' | 'dark') => {
      const { data } = toPlotly(of, standardTheme(kind));
      return data.at(-1)!['marker'] as { colorbar: object; colorscale: [number, string][] };
    };
    expect(marker(layers, 'light').colorbar).toMatchObject({ tick0: 0, dtick: 4 });
    expect(marker(figure, 'light').colorbar).not.toHaveProperty('dtick');
    for (const kind of ['light', 'dark'] as const) {
      const [place, lowest] = marker(layers, kind).colorscale[0]!;
      expect(place).toBe(0);
      expect(toSvg(layers, { width: 400, height: 300, palette: kind })).toContain(`r="4" fill="${lowest}"`);
      const channels = (hex: string) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
      const background = channels(standardTheme(kind).background);
      const apart = channels(lowest).map((value, i) => Math.abs(value - background[i]!));
      expect(Math.max(...apart)).toBeGreaterThan(48);
    }
  });

  test('the data table has a row per point', () => {
    const { columns, rows } = figureTable(figure);
    expect(columns.map(({ label }) => label)).toEqual(['Name', 'x', 'y', 'z', 'Score', 'About']);
    expect(rows[1]).toEqual(['b & c', -42, 0, 20, 0.2, '11 rows']);
  });
});
