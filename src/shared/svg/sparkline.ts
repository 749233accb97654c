import type { ChartFigure, Figure, Series } from '../figure';
import { roleColour, standardTheme } from '../palette';
import type { ThemeKind } from '../palette';

/** Fewer points say nothing as a line. */
const FEWEST = 3;
/** Pixels left free around the curve. */
const INSET = 1.5;

/** One curve of a result, small: what stands at the end of a line of code. */
export interface Sparkline {
  /** Title of the figure that it comes from. */
  readonly title: string;
  readonly mark: 'line' | 'bar';
  /** In the order of x; `null` leaves a gap. Logarithms where the figure's axis is logarithmic. */
  readonly values: readonly (number | null)[];
}

/** Size in pixels and colours. */
export interface SparklineOptions {
  readonly width: number;
  readonly height: number;
  readonly palette: ThemeKind;
}

/**
 * The curve that stands for a result: of its first chart with a line or bars of at least three points, the series of the
 * result itself (role `selected`), else the first such series. `undefined` where no figure has one.
 */
export function sparklineOf(figures: readonly Figure[]): Sparkline | undefined {
  for (const figure of figures) {
    if (figure.kind !== 'chart') continue;
    const series = seriesOf(figure);
    if (series === undefined) continue;
    const values = series.y.map((value) => (figure.y.type === 'log' ? logOf(value) : value));
    return { title: figure.title, mark: series.mark === 'bar' ? 'bar' : 'line', values };
  }
  return undefined;
}

/** A stand-alone `<svg>` without axes or words; the largest value carries a dot. */
export function drawSparkline(sparkline: Sparkline, { width, height, palette }: SparklineOptions): string {
  const values = thinned(sparkline.values, Math.floor(width));
  const known = values.filter((value) => value !== null);
  const low = Math.min(...known, ...(sparkline.mark === 'bar' ? [0] : []));
  const high = Math.max(...known);
  const x = (i: number): number => INSET + ((i + 0.5) / values.length) * (width - 2 * INSET);
  const y = (value: number): number =>
    high > low ? height - INSET - ((value - low) / (high - low)) * (height - 2 * INSET) : height / 2;
  const colour = roleColour(palette, 'selected');
  const marks = sparkline.mark === 'bar' ? bars(values, x, y, width, colour) : line(values, x, y, colour);
  const peak = values.indexOf(high);
  const dot =
    sparkline.mark === 'line'
      ? `<circle cx="${x(peak).toFixed(1)}" cy="${y(high).toFixed(1)}" r="1.8" fill="${standardTheme(palette).foreground}"/>`
      : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${marks}${dot}</svg>`;
}

function seriesOf({ series }: ChartFigure): Series | undefined {
  const drawn = series.filter(
    ({ mark, y }) => (mark === 'line' || mark === 'bar' || mark === 'band') && y.filter(isKnown).length >= FEWEST,
  );
  return drawn.find(({ role }) => role === 'selected') ?? drawn[0];
}

function isKnown(value: number | null): value is number {
  return value !== null;
}

function logOf(value: number | null): number | null {
  return value !== null && value > 0 ? Math.log10(value) : null;
}

/** At most `columns` values: of each column's values the one farthest from the column before, so that peaks stay. */
function thinned(values: readonly (number | null)[], columns: number): readonly (number | null)[] {
  if (values.length <= columns) return values;
  let before = 0;
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns);
    let chosen: number | null = null;
    for (let i = from; i < to; i += 1) {
      const value = values[i]!;
      if (value !== null && (chosen === null || Math.abs(value - before) > Math.abs(chosen - before))) chosen = value;
    }
    before = chosen ?? before;
    return chosen;
  });
}

type Place = (value: number) => number;

function line(values: readonly (number | null)[], x: Place, y: Place, colour: string): string {
  let d = '';
  values.forEach((value, i) => {
    if (value === null) return;
    const start = i === 0 || values[i - 1] === null;
    d += `${start ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="1.4" stroke-linejoin="round"/>`;
}

function bars(values: readonly (number | null)[], x: Place, y: Place, width: number, colour: string): string {
  const wide = Math.max(0.6, ((width - 2 * INSET) / values.length) * 0.75);
  const rects = values.map((value, i) => {
    if (value === null) return '';
    const [top, bottom] = [y(Math.max(0, value)), y(Math.min(0, value))];
    return `<rect x="${(x(i) - wide / 2).toFixed(1)}" y="${top.toFixed(1)}" width="${wide.toFixed(1)}" height="${(bottom - top).toFixed(1)}"/>`;
  });
  return `<g fill="${colour}">${rects.join('')}</g>`;
}
