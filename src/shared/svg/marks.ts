/** Bars, lines, points, bands and error bars. */
import { bandRuns } from '../band';
import type { ChartFigure, Series } from '../figure';
import { roleColour, type PlotTheme } from '../palette';
import { text } from './text';
import { barFill, stroke, symbolOutline, symbolPaint } from './swatch';
import type { Frame } from './frame';

/** All series in order; bars of several series stand side by side unless they carry a width of their own. */
export function marks(figure: ChartFigure, frame: Frame, theme: PlotTheme): string {
  const bars = figure.series.filter((series) => series.mark === 'bar');
  const overlaid = bars.some((series) => series.width !== undefined);
  return figure.series
    .map((series) => {
      const colour = roleColour(theme.kind, series.role);
      if (series.mark === 'bar') {
        const slots = overlaid ? 1 : bars.length;
        return barSeries(series, overlaid ? 0 : bars.indexOf(series), slots, frame, theme);
      }
      if (series.mark === 'points') {
        const slot = overlaid ? -1 : bars.findIndex(({ name }) => name === series.beside);
        const shift = slot < 0 ? 0 : barShift(0.8, slot, bars.length);
        return points(series, frame, theme, shift) + errors(series, frame, colour, shift);
      }
      const band = series.mark === 'band' ? bandArea(series, frame, colour) : '';
      return band + line(series, frame, theme) + (series.mark === 'line' ? errors(series, frame, colour, 0) : '');
    })
    .join('');
}

function barSeries(series: Series, slot: number, slots: number, frame: Frame, theme: PlotTheme): string {
  const full = series.width ?? 0.8;
  const each = full / slots;
  const shift = barShift(full, slot, slots);
  const base = frame.top + frame.height;
  const d = series.x.map((x, i) => {
    const y = series.y[i];
    if (typeof y !== 'number') return '';
    const centre = frame.position(x) + shift;
    const from = frame.x(centre - each / 2);
    const zero = Math.min(base, frame.y(0));
    const wide = Math.max(0.5, frame.x(centre + each / 2) - from);
    return `M${from.toFixed(1)} ${zero.toFixed(1)}V${frame.y(y).toFixed(1)}h${wide.toFixed(1)}V${zero.toFixed(1)}z`;
  });
  return `<path d="${d.join('')}" ${barFill(series.role, theme)}/>${errors(series, frame, theme.foreground, shift)}`;
}

/** Where a bar of one of several series stands, from the middle of them all. */
function barShift(full: number, slot: number, slots: number): number {
  return -full / 2 + (full / slots) * (slot + 0.5);
}

function line(series: Series, frame: Frame, theme: PlotTheme): string {
  let pen = 'M';
  const d = series.x.map((x, i) => {
    const y = series.y[i];
    if (typeof y !== 'number') {
      pen = 'M';
      return '';
    }
    const piece = `${pen}${frame.x(frame.position(x)).toFixed(1)} ${frame.y(y).toFixed(1)}`;
    pen = 'L';
    return piece;
  });
  return `<path d="${d.join('')}" ${stroke(series.role, theme)}/>`;
}

function bandArea(series: Series, frame: Frame, colour: string): string {
  const at = (i: number, ends: readonly (number | null)[]): string =>
    `${frame.x(frame.position(series.x[i]!)).toFixed(1)} ${frame.y(ends[i]!).toFixed(1)}`;
  const d = bandRuns(series).map((run) => {
    const outline = [...run.map((i) => at(i, series.low!)), ...run.toReversed().map((i) => at(i, series.high!))];
    return `M${outline.join('L')}z`;
  });
  return `<path d="${d.join('')}" fill="${colour}" fill-opacity="0.25"/>`;
}

function points(series: Series, frame: Frame, theme: PlotTheme, shift: number): string {
  const outline = symbolOutline(series.role);
  const d = series.x.map((x, i) => {
    const y = series.y[i];
    if (typeof y !== 'number') return '';
    return `M${frame.x(frame.position(x) + shift).toFixed(1)} ${frame.y(y).toFixed(1)}${outline}`;
  });
  return `<path d="${d.join('')}" ${symbolPaint(series.role, theme)}/>${pointLabels(series, frame, shift)}`;
}

function pointLabels(series: Series, frame: Frame, shift: number): string {
  return (series.labels ?? [])
    .map((label, i) => {
      const y = series.y[i];
      if (typeof y !== 'number') return '';
      return text(label, frame.x(frame.position(series.x[i]!) + shift), frame.y(y) - 7, { anchor: 'middle' });
    })
    .join('');
}

function errors(series: Series, frame: Frame, colour: string, shift: number): string {
  if (series.low === undefined || series.high === undefined) return '';
  const d = series.x.map((x, i) => {
    const low = series.low![i];
    const high = series.high![i];
    if (typeof low !== 'number' || typeof high !== 'number') return '';
    const at = frame.x(frame.position(x) + shift);
    const [from, to] = [frame.y(low).toFixed(1), frame.y(high).toFixed(1)];
    const whisker = `${(at - 2).toFixed(1)}`;
    return `M${at.toFixed(1)} ${from}V${to}M${whisker} ${from}h4M${whisker} ${to}h4`;
  });
  return `<path d="${d.join('')}" fill="none" stroke="${colour}"/>`;
}
