/** Points in three dimensions without WebGL: seen straight along the axis of least spread. */
import type { SpaceFigure } from '../figure';
import { colourAt, pointStops, type PlotTheme } from '../palette';
import { formatNumber } from '../ticks';
import { text } from './text';

type Axis = 'x' | 'y' | 'z';

/** What an axis' low and high ends are in the coordinates of MNI and RAS. */
const ENDS: Readonly<Record<Axis, readonly [string, string]>> = {
  x: ['left', 'right'],
  y: ['posterior', 'anterior'],
  z: ['inferior', 'superior'],
};

/** Orthographic picture of the points, the mesh's outline as dots behind them, and a colour bar. */
export function drawSpace(
  figure: SpaceFigure,
  { width, height }: { width: number; height: number },
  theme: PlotTheme,
): string {
  const axes = widest(figure);
  const [across, up] = axes;
  const vertices = figure.mesh === undefined ? [] : meshPoints(figure.mesh.vertices, axes);
  const points = figure[across].map((value, i) => [value, figure[up][i]!] as const);
  const place = fit([...points, ...vertices], { left: 44, top: 14, width: width - 128, height: height - 50 });
  const stops = pointStops(theme.kind, figure.scale);
  const [low, high] = figure.range;
  const surface = vertices
    .map((point) => place(point))
    .map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h.1`)
    .join('');
  const dots = points.map((point, i) => {
    const [x, y] = place(point);
    const colour = colourAt(stops, high > low ? (figure.values[i]! - low) / (high - low) : 0.5);
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="4" fill="${colour}" stroke="${theme.foreground}" stroke-width="0.7"/>`;
  });
  const bottom = height - 12;
  return (
    (surface === ''
      ? ''
      : `<path d="${surface}" stroke="${theme.grid}" stroke-width="1.5" stroke-linecap="round" fill="none"/>`) +
    dots.join('') +
    text(ENDS[across][0], 44, bottom) +
    text(ENDS[across][1], width - 84, bottom, { anchor: 'end' }) +
    text(ENDS[up][1], 16, 14, { anchor: 'end', rotate: -90 }) +
    text(ENDS[up][0], 16, height - 36, { rotate: -90 }) +
    bar(figure, stops, width - 60, height)
  );
}

/** The two axes of widest spread, in the order x, y, z. */
function widest(figure: SpaceFigure): readonly [Axis, Axis] {
  const spread = (axis: Axis): number => {
    const values = figure[axis];
    return values.reduce((a, b) => Math.max(a, b), -Infinity) - values.reduce((a, b) => Math.min(a, b), Infinity);
  };
  const least = (['x', 'y', 'z'] as const).reduce((a, b) => (spread(b) < spread(a) ? b : a));
  return least === 'x' ? ['y', 'z'] : least === 'y' ? ['x', 'z'] : ['x', 'y'];
}

type Point = readonly [number, number];

/** Every few vertices: an outline, not a surface. */
const VERTICES = 3000;

function meshPoints(vertices: readonly number[], [across, up]: readonly [Axis, Axis]): Point[] {
  const index = { x: 0, y: 1, z: 2 };
  const count = vertices.length / 3;
  const step = Math.max(1, Math.ceil(count / VERTICES));
  return Array.from({ length: Math.ceil(count / step) }, (_, i): Point => [
    vertices[i * step * 3 + index[across]]!,
    vertices[i * step * 3 + index[up]]!,
  ]);
}

/** One scale for both axes, the middle in the middle. */
function fit(
  points: readonly Point[],
  frame: { left: number; top: number; width: number; height: number },
): (point: Point) => Point {
  const range = (of: 0 | 1): Point => [
    points.reduce((a, point) => Math.min(a, point[of]), Infinity),
    points.reduce((a, point) => Math.max(a, point[of]), -Infinity),
  ];
  const [[left, right], [low, high]] = [range(0), range(1)];
  const scale = Math.min(frame.width / (right - left || 1), frame.height / (high - low || 1));
  return ([x, y]) => [
    frame.left + frame.width / 2 + (x - (left + right) / 2) * scale,
    frame.top + frame.height / 2 - (y - (low + high) / 2) * scale,
  ];
}

function bar({ range: [low, high], value }: SpaceFigure, stops: readonly string[], x: number, height: number): string {
  const steps = 24;
  const [top, tall] = [14, height - 50];
  const cells = Array.from({ length: steps }, (_, i) => {
    const y = top + tall - ((i + 1) * tall) / steps;
    return `<rect x="${x}" y="${y.toFixed(1)}" width="10" height="${(tall / steps + 0.5).toFixed(1)}" fill="${colourAt(stops, i / (steps - 1))}"/>`;
  });
  return (
    cells.join('') +
    text(formatNumber(high, 3), x + 13, top + 9) +
    text(formatNumber(low, 3), x + 13, top + tall) +
    text(value, x + 48, top + tall / 2, { anchor: 'middle', rotate: 90 })
  );
}
