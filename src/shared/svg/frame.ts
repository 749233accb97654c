/** The plot area of a figure in pixels, and the way from data to it. */
import type { Axis, ChartFigure, MapFigure } from '../figure';
import type { PlotTheme } from '../palette';
import { categoriesOf, isIntegerAxis, measuredTicks } from '../axis-values';
import { formatNumber, integerTicks, linearTicks, logTicks } from '../ticks';
import { textWidth } from './text';

export interface Tick {
  readonly value: number;
  readonly label: string;
}

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly categories: readonly string[];
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** Pixel of an x value; categories by their index. */
  x(value: number): number;
  y(value: number): number;
  /** Numeric position of an x as series carry it. */
  position(x: number | string): number;
}

interface Outer {
  readonly width: number;
  readonly height: number;
  /** Pixels kept free above and to the right of the plot. */
  readonly top: number;
  readonly right: number;
}

/** Lays the plot out so that tick labels and axis titles have room. */
export function frameOf(figure: ChartFigure | MapFigure, outer: Outer, theme: PlotTheme): Frame {
  const categories = categoriesOf(figure);
  const position = (x: number | string): number =>
    figure.x.type === 'category' ? categories.indexOf(String(x)) : Number(x);
  const [xRange, yRange] = figure.kind === 'map' ? mapRanges(figure) : chartRanges(figure, categories, position);
  const bottom = theme.fontSize * 3 + 8;
  const height = Math.max(10, outer.height - outer.top - bottom);
  const yTicks = ticksOf(figure, 'y', yRange, Math.max(2, height / 40), []);
  const labels = Math.max(...yTicks.map((tick) => textWidth(tick.label, theme.fontSize)));
  const left = labels + theme.fontSize + 16;
  const width = Math.max(10, outer.width - left - outer.right);
  return {
    left,
    top: outer.top,
    width,
    height,
    categories,
    position,
    xTicks: ticksOf(figure, 'x', xRange, Math.max(2, width / 70), categories),
    yTicks,
    x: (value) => left + share(figure.x, xRange, value) * width,
    y: (value) => outer.top + (1 - share(figure.y, yRange, value)) * height,
  };
}

type Range = readonly [number, number];

function share(axis: Axis, [low, high]: Range, value: number): number {
  if (high === low) return 0.5;
  if (axis.type !== 'log') return (value - low) / (high - low);
  // A value that a logarithm cannot show lies on the axis.
  return value <= 0 ? 0 : Math.log(value / low) / Math.log(high / low);
}

function mapRanges(figure: MapFigure): [Range, Range] {
  return [
    [-0.5, figure.columns - 0.5],
    [-0.5, figure.rows - 0.5],
  ];
}

function chartRanges(
  figure: ChartFigure,
  categories: readonly string[],
  position: (x: number | string) => number,
): [Range, Range] {
  const bars = figure.series.filter((series) => series.mark === 'bar');
  const xs = figure.series.flatMap((series) => {
    const half = series.mark === 'bar' ? (series.width ?? 0.8) / 2 : 0;
    return series.x.flatMap((x) => [position(x) - half, position(x) + half]);
  });
  const ys = figure.series.flatMap((series) => [...series.y, ...(series.low ?? []), ...(series.high ?? [])]);
  for (const marker of figure.markers ?? []) (marker.axis === 'x' ? xs : ys).push(marker.value);
  if (bars.length > 0 && figure.y.type !== 'log') ys.push(0);
  const categorical: Range = [-0.5, Math.max(1, categories.length) - 0.5];
  return [figure.x.type === 'category' ? categorical : extent(figure.x, xs, 0.02), extent(figure.y, ys, 0.06)];
}

/** The axis' own range, or the values' with a margin on each side that holds data. */
function extent(axis: Axis, values: readonly (number | null)[], margin: number): Range {
  if (axis.range !== undefined) return axis.range;
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value === null || !Number.isFinite(value) || (axis.type === 'log' && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return axis.type === 'log' ? [1, 10] : [0, 1];
  if (axis.type === 'log') return [low / 1.3, high * 1.3];
  const pad = (high - low) * margin || 0.5;
  return [low === 0 ? 0 : low - pad, high === 0 ? 0 : high + pad];
}

function ticksOf(
  figure: ChartFigure | MapFigure,
  axis: 'x' | 'y',
  [low, high]: Range,
  wanted: number,
  categories: readonly string[],
): Tick[] {
  if (categories.length > 0) return categories.map((label, value) => ({ value, label }));
  const { names } = figure[axis];
  if (names !== undefined) return names.map((label, value) => ({ value, label }));
  const measured = axis === 'x' ? measuredTicks(figure) : [];
  const chosen = isIntegerAxis(figure, axis)
    ? integerTicks(low, high, wanted)
    : figure[axis].type === 'log'
      ? logTicks(low, high, wanted)
      : linearTicks(low, high, wanted);
  return (measured.length > 0 ? measured : chosen).map((value) => ({ value, label: formatNumber(value) }));
}
