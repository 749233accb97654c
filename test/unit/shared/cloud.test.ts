import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { groupLabels, groupSizes, thinPoints } from '../../../src/shared/cloud-plot';
import { figureTable, toCsv } from '../../../src/shared/csv';
import type { CloudFigure } from '../../../src/shared/figure';
import { figuresSchema } from '../../../src/shared/figures-file';
import { groupColour, roleColour, standardTheme } from '../../../src/shared/palette';
import { toPlotly } from '../../../src/shared/to-plotly';
import { toSvg } from '../../../src/shared/to-svg';

const figure: CloudFigure = {
  kind: 'cloud',
  id: 'map',
  title: 'Features <by> lobe',
  summary: 'Four of them.',
  noun: 'feature',
  ids: [3, 7, 8, 12],
  text: ['the · a', 'def & <class>', '1 · 2', 'x'],
  layouts: [
    { name: 'UMAP', axes: ['UMAP 1', 'UMAP 2'], x: [0, 1, 2, 3], y: [0, 2, 4, 6] },
    { name: 'PCA 3-D', axes: ['PC 1', 'PC 2', 'PC 3'], x: [4, 3, 2, 1], y: [0, 1, 0, 1], z: [9, 8, 7, 6] },
  ],
  groupings: [
    { name: 'φ, 2 lobes', groups: ['lobe 1', 'lobe 2'], of: [0, 1, 0, 1] },
    { name: 'position, 3', groups: ['a', 'b', 'c'], of: [2, 2, 0, 1] },
  ],
};
const theme = standardTheme('dark');

/** `count` points, the first few of them of rare groups. */
function many(count: number, rare: number): CloudFigure {
  const of = Array.from({ length: count }, (_, i) => (i < rare ? i + 1 : 0));
  const numbers = of.map((_, i) => i);
  return {
    ...figure,
    ids: numbers,
    text: numbers.map(String),
    layouts: [{ name: 'plane', axes: [], x: numbers, y: numbers }],
    groupings: [{ name: 'by rarity', groups: Array.from({ length: rare + 1 }, (_, i) => `group ${i}`), of }],
  };
}

describe('a cloud as Plotly draws it', () => {
  test('in the plane one scattergl per group, in its colour and symbol; a point carries its index', () => {
    const { data, layout } = toPlotly(figure, theme);
    expect(data).toHaveLength(2);
    expect(data[1]).toMatchObject({
      type: 'scattergl',
      name: 'lobe 2',
      x: [1, 3],
      y: [2, 6],
      customdata: [1, 3],
      text: ['feature 7', 'feature 12'],
      hovertext: ['def &amp; &lt;class&gt;', 'x'],
      marker: { color: groupColour('dark', 1), symbol: 'square' },
    });
    expect(layout).toMatchObject({ dragmode: 'zoom', xaxis: { title: { text: 'UMAP 1' } } });
  });

  test('a layout with depth is space, by another grouping', () => {
    const { data, layout } = toPlotly(figure, theme, { view: { layout: 1, grouping: 1 } });
    expect(data.map(({ type, name }) => [type, name])).toEqual([
      ['scatter3d', 'a'],
      ['scatter3d', 'b'],
      ['scatter3d', 'c'],
    ]);
    expect(data[2]).toMatchObject({ x: [4, 3], z: [9, 8], customdata: [0, 1] });
    expect(layout).toMatchObject({ scene: { zaxis: { title: { text: 'PC 3' } } } });
  });

  test('a hidden group is not drawn, and keeps the colours of the others', () => {
    const { data } = toPlotly(figure, theme, { view: { layout: 0, grouping: 0, hidden: new Set(['lobe 1']) } });
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ name: 'lobe 2', marker: { color: groupColour('dark', 1) } });
  });

  test('selected points stay, the others are dimmed; a ring stands about the chosen one', () => {
    const view = { layout: 0, grouping: 0, selected: new Set([2, 3]), chosen: 1 };
    const { data } = toPlotly(figure, theme, { view });
    expect(data.map(({ selectedpoints }) => selectedpoints)).toEqual([[1], [1], undefined]);
    expect(data[2]).toMatchObject({ x: [1], y: [2], marker: { symbol: 'circle-open' }, hoverinfo: 'skip' });
  });

  test('without WebGL at most so many points are drawn, as SVG', () => {
    const { data } = toPlotly(many(1000, 3), theme, { view: { layout: 0, grouping: 0, webgl: false, most: 100 } });
    expect(data.every(({ type }) => type === 'scatter')).toBe(true);
    expect(data.flatMap(({ customdata }) => customdata as number[]).length).toBeLessThanOrEqual(100);
  });

  test('points that were left out are muted and lie below the others', () => {
    const [first, ...others] = figure.groupings;
    const left = { ...figure, groupings: [{ ...first!, groups: ['lobe 1', 'left out'], rest: 1 }, ...others] };
    const { data } = toPlotly(left, theme);
    expect(data.map(({ name }) => name)).toEqual(['left out', 'lobe 1']);
    expect(data[0]).toMatchObject({ marker: { color: roleColour('dark', 'muted') }, x: [1, 3] });
    const svg = toSvg(left, { width: 400, height: 300, palette: 'dark' });
    const paths = [...svg.matchAll(/<path d="M[^"]*m[^"]*" fill="(#\w+)"/g)].map(([, colour]) => colour);
    expect(paths.slice(-2)).toEqual([roleColour('dark', 'muted'), groupColour('dark', 0)]);
  });

  test('an export says how many points each group has', () => {
    const { data, layout } = toPlotly(figure, theme, { titled: true });
    expect(data.map(({ name }) => name)).toEqual(['lobe 1 (2)', 'lobe 2 (2)']);
    expect(layout).toMatchObject({ showlegend: true, title: { text: 'Features &lt;by&gt; lobe' } });
  });
});

describe('thinning', () => {
  test('keeps every group, its share, and no more points than asked for', () => {
    const [grouping] = many(10_000, 5).groupings;
    const kept = thinPoints(grouping!, 200);
    expect(kept.length).toBeLessThanOrEqual(200);
    expect(kept.length).toBeGreaterThan(180);
    expect(new Set(kept.map((i) => grouping!.of[i]))).toHaveLength(6);
    expect(new Set(kept).size).toBe(kept.length);
    expect(kept).toEqual(kept.toSorted((a, b) => a - b));
    // Evenly spaced: none of the tenths of the points is bare.
    const tenths = new Set(kept.map((i) => Math.floor(i / 1000)));
    expect(tenths.size).toBe(10);
  });

  test('leaves few points alone, and empty groups empty', () => {
    const grouping = { name: 'g', groups: ['a', 'none', 'b'], of: [2, 0, 2] };
    expect(thinPoints(grouping, 3)).toEqual([0, 1, 2]);
    expect(groupSizes(grouping)).toEqual([1, 0, 2]);
    expect(groupLabels(grouping)).toEqual(['a (1)', 'none (0)', 'b (2)']);
  });
});

describe('a cloud elsewhere', () => {
  test('figures.json holds it, and refuses arrays of unequal length', () => {
    const file = (changed: object): unknown => ({
      schema: 'brainlens/figures@1',
      figures: [{ ...figure, ...changed }],
    });
    expect(figuresSchema.safeParse(file({})).success).toBe(true);
    expect(figuresSchema.safeParse(file({ text: ['one'] })).error?.issues[0]?.message).toMatch(/differ in length/);
  });

  test('CSV has a row per point: id, text, groups, places', () => {
    const rows = parse<Record<string, string>>(toCsv(figureTable(figure)), { columns: true });
    expect(rows).toHaveLength(4);
    expect(rows[1]).toEqual({
      feature: '7',
      About: 'def & <class>',
      'φ, 2 lobes': 'lobe 2',
      'position, 3': 'c',
      'UMAP: UMAP 1': '1',
      'UMAP: UMAP 2': '2',
      'PCA 3-D: PC 1': '3',
      'PCA 3-D: PC 2': '1',
      'PCA 3-D: PC 3': '8',
    });
  });

  test('SVG has a mark per point where the axes put it, and names the groups with their sizes', () => {
    const svg = toSvg(figure, { width: 400, height: 300, palette: 'light' });
    const marks = [...svg.matchAll(/M([\d.]+) ([\d.]+)m-3 -?[03]/g)].map(([, x, y]) => [Number(x), Number(y)]);
    // Two of the marks are the legend's.
    const points = marks.slice(2).sort((a, b) => a[0]! - b[0]!);
    expect(points).toHaveLength(4);
    const steps = points.slice(1).map(([x, y], i) => [x! - points[i]![0]!, y! - points[i]![1]!]);
    for (const [dx, dy] of steps) {
      expect(dx).toBeCloseTo(steps[0]![0]!, 0);
      expect(dy).toBeCloseTo(steps[0]![1]!, 0);
      expect(dy).toBeLessThan(0);
    }
    expect(svg).toContain('lobe 2 (2)');
    expect(svg).toContain('<title>Features &lt;by&gt; lobe</title>');
    expect(svg).not.toContain(' drawn<');
  });

  test('SVG of many points is thinned and says so', () => {
    const svg = toSvg(many(20_000, 2), { width: 400, height: 300, palette: 'light' });
    expect(svg.match(/M[\d.]+ [\d.]+m/g)!.length).toBeLessThanOrEqual(2000 + 3);
    expect(svg).toMatch(/1,9\d\d of 20,000 drawn/);
    expect(svg.length).toBeLessThan(200_000);
  });
});
