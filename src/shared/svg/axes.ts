import type { ChartFigure, MapFigure } from '../figure';
import type { PlotTheme } from '../palette';
import type { Frame } from './frame';
import { text, textWidth } from './text';

/** Axis lines, ticks, grid (charts only) and titles. */
export function axes(figure: ChartFigure | MapFigure, frame: Frame, theme: PlotTheme): string {
  const { left, top, width, height } = frame;
  const bottom = top + height;
  const size = theme.fontSize;
  const right = left + width;
  const middle = size * 0.35;
  const lines =
    figure.kind === 'map'
      ? ''
      : frame.yTicks
          .map((tick) => `M${left.toFixed(1)} ${frame.y(tick.value).toFixed(1)}H${right.toFixed(1)}`)
          .join('');
  const ticks = [
    ...frame.xTicks.map((tick) => `M${frame.x(tick.value).toFixed(1)} ${bottom}v4`),
    ...frame.yTicks.map((tick) => `M${left.toFixed(1)} ${frame.y(tick.value).toFixed(1)}h-4`),
  ].join('');
  const box = `M${left.toFixed(1)} ${top}V${bottom}H${right.toFixed(1)}`;
  return (
    `<path d="${lines}" stroke="${theme.grid}" fill="none"/>` +
    `<path d="${box}${ticks}" stroke="${theme.foreground}" fill="none"/>` +
    xLabels(frame, size, bottom) +
    frame.yTicks.map((tick) => text(tick.label, left - 7, frame.y(tick.value) + middle, { anchor: 'end' })).join('') +
    text(figure.x.label, left + width / 2, bottom + size * 2 + 12, { anchor: 'middle' }) +
    text(figure.y.label, size, top + height / 2, { anchor: 'middle', rotate: -90 })
  );
}

/** Every nth label where all would touch; a long category is cut to its share of the axis. */
function xLabels(frame: Frame, size: number, bottom: number): string {
  const { xTicks, width } = frame;
  const room = width / Math.max(1, xTicks.length);
  const widest = Math.max(0, ...xTicks.map((tick) => textWidth(tick.label, size)));
  const categorical = frame.categories.length > 0;
  const every = categorical ? 1 : Math.max(1, Math.ceil((widest + 8) / room));
  return xTicks
    .filter((_, i) => i % every === 0)
    .map((tick) => {
      const label = categorical ? shorten(tick.label, Math.floor((room - 4) / (size * 0.6))) : tick.label;
      return text(label, frame.x(tick.value), bottom + size + 6, { anchor: 'middle' });
    })
    .join('');
}

function shorten(label: string, characters: number): string {
  if (label.length <= characters) return label;
  return `${label.slice(0, Math.max(1, characters - 1))}…`;
}
