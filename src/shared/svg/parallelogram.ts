/** Two arrows and the edges that close them, in the plane of their words; one unit is as long on both axes. */
import type { ParallelogramFigure } from '../figure';
import { roleColour, type PlotTheme } from '../palette';
import {
  firstView,
  pairLabel,
  parallelogramOf,
  qualityInWords,
  shareInWords,
  usesInWords,
  type Parallelogram,
  type ParallelogramView,
} from '../parallelogram';
import { formatNumber, linearTicks } from '../ticks';
import { placeLabels, type Box, type Point } from './place-labels';
import { escapeXml, text, textWidth } from './text';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels between ticks. */
const TICK_STEP = 70;
const ROLES = ['condition-1', 'condition-2'] as const;
const AXES = ['First principal axis', 'Second principal axis'] as const;

/** One space as a stand-alone `<svg>`. @param words what it shows, for those who cannot see it */
export function parallelogramSvg(shown: Parallelogram, size: Size, theme: PlotTheme, words: string): string {
  const { width, height } = size;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" ` +
    `aria-label="${escapeXml(words)}" font-family="${escapeXml(theme.fontFamily)}" font-size="${theme.fontSize}" fill="${theme.foreground}">` +
    `${drawPlane(shown, { left: 0, top: 0, ...size }, theme)}</svg>`
  );
}

/** All spaces side by side, each with its qualities, and what the method was fitted on. */
export function drawParallelograms(
  figure: ParallelogramFigure,
  { width, height }: Size,
  theme: PlotTheme,
  view: ParallelogramView = firstView(figure),
): string {
  const set = figure.relations[view.relation]!;
  const line = theme.fontSize * 1.5;
  const pairs = view.pairs.map((pair) => pairLabel(set, pair)).join(' and ');
  const above = wrapped(`${figure.title}: ${set.name}, ${figure.layers[view.layer]!}. ${pairs}`, width - 24, theme);
  const below = wrapped(usesInWords(figure, view), width - 24, theme);
  const column = width / figure.spaces.length;
  const top = (above.length + 1.4) * line;
  const bottom = height - (below.length + 0.6) * line;
  const columns = figure.spaces.map((space, i) => {
    const shown = parallelogramOf(figure, view, i);
    const quality = wrapped(`${qualityInWords(shown)}. ${shareInWords(shown)}`, column - 24, theme);
    const box = { left: i * column, top, width: column, height: bottom - top - (quality.length + 0.4) * line };
    return (
      text(space, box.left + 12, top - 0.3 * line) +
      drawPlane(shown, box, theme) +
      lines(quality, box.left + 12, box.top + box.height + line, line)
    );
  });
  return lines(above, 12, line, line) + columns.join('') + lines(below, 12, bottom + line, line);
}

function drawPlane(shown: Parallelogram, outer: Box, theme: PlotTheme): string {
  const { frame, points, ticks } = layout(shown, outer, theme);
  const [a, b, c, d] = points as [Point, Point, Point, Point];
  const closing = [
    [a, c],
    [b, d],
  ] as const;
  const arrows = [
    [a, b],
    [c, d],
  ] as const;
  const names = shown.words.map((word, i) => (shown.words.indexOf(word) === i ? word : ''));
  const labels = placeLabels(points, names, [...arrows, ...closing], frame, theme.fontSize);
  return (
    axes(frame, ticks, theme) +
    closing.map(([from, to]) => dashed(from, to, theme)).join('') +
    arrows.map(([from, to], i) => arrow(from, to, roleColour(theme.kind, ROLES[i]!))).join('') +
    points.map((point, i) => mark(point, i < 2, roleColour(theme.kind, ROLES[i < 2 ? 0 : 1]))).join('') +
    labels.map((box, i) => label(names[i]!, box, theme)).join('')
  );
}

interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Pixels of the words, with room for a name above and below the outermost. */
function layout(
  { x, y }: Parallelogram,
  outer: Box,
  theme: PlotTheme,
): { frame: Box; points: Point[]; ticks: { x: Tick[]; y: Tick[] } } {
  const size = theme.fontSize;
  const [horizontal, vertical] = [extent(x), extent(y)];
  // Labels of the upright axis are not known before the scale is, and the scale not before the room they take.
  const margin = { left: size * 5.6 + 12, bottom: size * 3 + 8, top: 6, right: 12 };
  const frame: Box = {
    left: outer.left + margin.left,
    top: outer.top + margin.top,
    width: Math.max(40, outer.width - margin.left - margin.right),
    height: Math.max(40, outer.height - margin.top - margin.bottom),
  };
  const room = { x: Math.max(10, frame.width - 4 * size), y: Math.max(10, frame.height - 5 * size) };
  const closest = Math.min(room.x / horizontal.span, room.y / vertical.span);
  const scale = Number.isFinite(closest) ? closest : 1;
  const centre = { x: frame.left + frame.width / 2, y: frame.top + frame.height / 2 };
  const across = (value: number): number => centre.x + (value - horizontal.middle) * scale;
  const up = (value: number): number => centre.y - (value - vertical.middle) * scale;
  const half = { x: frame.width / 2 / scale, y: frame.height / 2 / scale };
  const axisTicks = (middle: number, reach: number, at: (value: number) => number): Tick[] =>
    linearTicks(middle - reach, middle + reach, (2 * reach * scale) / TICK_STEP).map((value) => ({
      at: at(value),
      label: formatNumber(value, 4),
    }));
  return {
    frame,
    points: x.map((value, i) => ({ x: across(value), y: up(y[i]!) })),
    ticks: { x: axisTicks(horizontal.middle, half.x, across), y: axisTicks(vertical.middle, half.y, up) },
  };
}

function extent(values: readonly number[]): { middle: number; span: number } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return { middle: (low + high) / 2, span: high - low };
}

function axes({ left, top, width, height }: Box, ticks: { x: Tick[]; y: Tick[] }, theme: PlotTheme): string {
  const size = theme.fontSize;
  const bottom = top + height;
  const px = (value: number): string => value.toFixed(1);
  const grid =
    ticks.x.map(({ at }) => `M${px(at)} ${px(top)}V${px(bottom)}`).join('') +
    ticks.y.map(({ at }) => `M${px(left)} ${px(at)}H${px(left + width)}`).join('');
  const strokes =
    `M${px(left)} ${px(top)}V${px(bottom)}H${px(left + width)}` +
    ticks.x.map(({ at }) => `M${px(at)} ${px(bottom)}v4`).join('') +
    ticks.y.map(({ at }) => `M${px(left)} ${px(at)}h-4`).join('');
  const fits = ticks.x.filter(({ at, label }) => at + textWidth(label, size) / 2 <= left + width + 12);
  return (
    `<path d="${grid}" stroke="${theme.grid}" fill="none"/><path d="${strokes}" stroke="${theme.foreground}" fill="none"/>` +
    fits.map(({ at, label }) => text(label, at, bottom + size + 6, { anchor: 'middle' })).join('') +
    ticks.y.map(({ at, label }) => text(label, left - 7, at + size * 0.35, { anchor: 'end' })).join('') +
    text(AXES[0], left + width / 2, bottom + size * 2 + 12, { anchor: 'middle' }) +
    text(AXES[1], left - size * 4.6, top + height / 2, { anchor: 'middle', rotate: -90 })
  );
}

function dashed(from: Point, to: Point, theme: PlotTheme): string {
  return `<path class="closing" d="${between(from, to)}" fill="none" stroke="${roleColour(theme.kind, 'muted')}" stroke-width="1.5" stroke-dasharray="6 4"/>`;
}

/** A line with a head, which ends at the mark of its word. */
function arrow(from: Point, to: Point, colour: string): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const shaft = `<path class="arrow" d="${between(from, to)}" fill="none" stroke="${colour}" stroke-width="2.4"/>`;
  const [head, clear] = [11, 5];
  if (length < head + 2 * clear) return shaft;
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const tip = { x: to.x - clear * ux, y: to.y - clear * uy };
  const back = { x: tip.x - head * ux, y: tip.y - head * uy };
  const side = (sign: number): string =>
    `${(back.x - sign * 5 * uy).toFixed(1)} ${(back.y + sign * 5 * ux).toFixed(1)}`;
  return `${shaft}<path d="M${tip.x.toFixed(1)} ${tip.y.toFixed(1)}L${side(1)}L${side(-1)}z" fill="${colour}"/>`;
}

function between(from: Point, to: Point): string {
  return `M${from.x.toFixed(1)} ${from.y.toFixed(1)}L${to.x.toFixed(1)} ${to.y.toFixed(1)}`;
}

/** A disc for the first pair, a square for the second. */
function mark({ x, y }: Point, first: boolean, colour: string): string {
  const [left, top] = [(x - 4).toFixed(1), (y - 4).toFixed(1)];
  return first
    ? `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="4.5" fill="${colour}"/>`
    : `<rect x="${left}" y="${top}" width="8" height="8" fill="${colour}"/>`;
}

/** A word with an edge of the background's colour, so that lines do not run into it. */
function label(word: string, { left, top, width, height }: Box, theme: PlotTheme): string {
  if (word === '') return '';
  const place = `x="${(left + width / 2).toFixed(1)}" y="${(top + height * 0.78).toFixed(1)}"`;
  return `<text class="word" ${place} text-anchor="middle" font-weight="600" paint-order="stroke" stroke="${theme.background}" stroke-width="3" stroke-linejoin="round">${escapeXml(word)}</text>`;
}

function lines(all: readonly string[], x: number, y: number, step: number): string {
  return all.map((line, i) => text(line, x, y + i * step)).join('');
}

/** Lines of at most `width` pixels where spaces allow. */
function wrapped(content: string, width: number, theme: PlotTheme): string[] {
  const found: string[] = [];
  for (const word of content.split(' ')) {
    const longer = found.length === 0 ? word : `${found.at(-1)!} ${word}`;
    if (found.length > 0 && textWidth(longer, theme.fontSize) <= width) found[found.length - 1] = longer;
    else found.push(word);
  }
  return found;
}
