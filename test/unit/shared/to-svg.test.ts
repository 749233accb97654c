import { describe, expect, it } from 'vitest';
import type { ChartFigure, MapFigure } from '../../../src/shared/figure';
import { toSvg } from '../../../src/shared/to-svg';
import { chart, map } from './figures';

const size = { width: 480, height: 300, palette: 'light' } as const;

/** Fails on anything but balanced elements with quoted attributes and escaped text. */
function wellFormed(svg: string): void {
  const open: string[] = [];
  const rest = svg.replace(/<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<]*")*)\s*(\/?)>/gi, (_, close, name: string, __, self) => {
    if (close === '/') expect(open.pop()).toBe(name);
    else if (self !== '/') open.push(name);
    return '';
  });
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)/);
}

/** All numbers after M, in pairs. */
function points(path: string): [number, number][] {
  return [...path.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map((match) => [Number(match[1]), Number(match[2])]);
}

describe('SVG of a figure', () => {
  it.each(['light', 'dark', 'high-contrast', 'high-contrast-light'] as const)('is well-formed XML in %s', (palette) => {
    wellFormed(toSvg(chart, { ...size, palette }));
    wellFormed(toSvg(map, { ...size, palette }));
  });

  it('carries title, description, axis titles, ticks, legend and marker labels', () => {
    const svg = toSvg(chart, size);
    for (const text of ['A &lt;chart&gt;', 'Shows &amp; tells.', 'Layer', 'Units', 'Selected', 'Random', 'cut', 'even'])
      expect(svg).toContain(`>${text}<`);
  });

  it('holds no number that is none', () => {
    const empty: ChartFigure = {
      ...chart,
      series: [{ ...chart.series[0]!, x: [], y: [], low: [], high: [] }],
      markers: [],
    };
    for (const figure of [chart, map, empty]) expect(toSvg(figure, size)).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('draws inside its frame', () => {
    for (const [, d] of toSvg(chart, size).matchAll(/<path d="(M[^"]*)"/g)) {
      for (const [x, y] of points(d!)) {
        expect(x).toBeGreaterThanOrEqual(-1);
        expect(x).toBeLessThanOrEqual(size.width + 1);
        expect(y).toBeGreaterThanOrEqual(-1);
        expect(y).toBeLessThanOrEqual(size.height + 1);
      }
    }
  });

  it('gives bars heights in proportion to their values', () => {
    const figure: ChartFigure = {
      ...chart,
      series: [{ name: 'a', mark: 'bar', role: 'selected', x: [0, 1], y: [2, 6] }],
      markers: [],
    };
    const [, d] = /<path d="([^"]*)" fill="#c44601"/.exec(toSvg(figure, size))!;
    const [first, second] = [...d!.matchAll(/M[\d.]+ ([\d.]+)V([\d.]+)/g)].map(
      (bar) => Number(bar[1]) - Number(bar[2]),
    );
    expect(second! / first!).toBeCloseTo(3, 1);
  });

  it('breaks a line where a value is missing', () => {
    const line: ChartFigure = {
      ...chart,
      series: [{ name: 'a', mark: 'line', role: 'selected', x: [0, 1, 2, 3], y: [1, 2, null, 3] }],
      markers: [],
    };
    const [, d] = /<path d="([^"]*)" fill="none" stroke="#c44601"/.exec(toSvg(line, size))!;
    expect(d!.replace(/[\d. ]+/g, '')).toBe('MLM');
  });

  it('places values of a log axis by their logarithm', () => {
    const figure: ChartFigure = {
      ...chart,
      y: { label: 'n', type: 'log' },
      series: [{ name: 'a', mark: 'line', role: 'selected', x: [0, 1, 2], y: [1, 10, 100] }],
      markers: [],
    };
    const [, d] = /<path d="([^"]*)" fill="none" stroke="#c44601"/.exec(toSvg(figure, size))!;
    const [a, b, c] = points(d!).map(([, y]) => y) as [number, number, number];
    expect(b - a).toBeCloseTo(c - b, 0);
  });

  it('keeps a large map under 60 kB, what a hover can hold, and still shows one extreme unit', () => {
    const count = 576 * 30;
    const values = Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898) * 3);
    values[21 * 576 + 507] = 10;
    const large: MapFigure = { ...map, rows: 30, columns: 576, step: 1, min: values, max: values };
    const svg = toSvg(large, { width: 360, height: 220, palette: 'dark' });
    expect(svg.length).toBeLessThan(60_000);
    expect(svg).toContain('stroke="#ffc27d" d="M');
  });
});
