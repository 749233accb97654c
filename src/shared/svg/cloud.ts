/** Points by group without WebGL: the two first axes of a layout, thinned, with a legend. */
import { FEW_POINTS, groupingAt, groupLabels, layoutAt, thinPoints, type CloudView } from '../cloud-plot';
import type { CloudFigure } from '../figure';
import { groupColour, groupSymbol, type PlotTheme } from '../palette';
import { count } from '../words';
import { text, textWidth } from './text';

type Symbol = ReturnType<typeof groupSymbol>;

/** About the current point, for a size of 1 = 4 pixels in all directions at most. */
const OUTLINES: Record<Symbol, string> = {
  circle: 'm-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z',
  'circle-open': 'm-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z',
  square: 'm-3 -3h6v6h-6z',
  'square-open': 'm-3 -3h6v6h-6z',
  diamond: 'm0 -4l4 4l-4 4l-4 -4z',
  'diamond-open': 'm0 -4l4 4l-4 4l-4 -4z',
  cross: 'm-1 -4h2v3h3v2h-3v3h-2v-3h-3v-2h3z',
  x: 'm-3 -2l1 -1l2 2l2 -2l1 1l-2 2l2 2l-1 1l-2 -2l-2 2l-1 -1l2 -2z',
};

/** A map of the points with axes' names, groups in the order of colours, and how many points there are in all. */
export function drawCloud(
  figure: CloudFigure,
  { width, height }: { width: number; height: number },
  theme: PlotTheme,
  view: CloudView = { layout: 0, grouping: 0 },
): string {
  const layout = layoutAt(figure, view);
  const grouping = groupingAt(figure, view);
  const key = legend(figure, view, width, theme);
  const frame = { left: 30, top: key.height + 10, width: width - 42, height: height - key.height - 40 };
  const across = scale(layout.x, frame.left, frame.left + frame.width);
  const up = scale(layout.y, frame.top + frame.height, frame.top);
  const paths = grouping.groups.map(() => '');
  const drawn = thinPoints(grouping, FEW_POINTS);
  for (const i of drawn) {
    const group = grouping.of[i]!;
    paths[group] += `M${across(layout.x[i]!).toFixed(1)} ${up(layout.y[i]!).toFixed(1)}${OUTLINES[groupSymbol(group)]}`;
  }
  const dots = paths.map((d, group) =>
    d === '' || view.hidden?.has(grouping.groups[group]!) === true
      ? ''
      : `<path d="${d}" ${paint(group, theme, grouping.rest)}/>`,
  );
  if (grouping.rest !== undefined) dots.unshift(...dots.splice(grouping.rest, 1));
  const border = `<path d="M${frame.left} ${frame.top}h${frame.width}v${frame.height}h${-frame.width}z" fill="none" stroke="${theme.grid}"/>`;
  const thinned =
    drawn.length === figure.ids.length
      ? ''
      : text(`${count(drawn.length)} of ${count(figure.ids.length)} drawn`, width - 12, height - 10, { anchor: 'end' });
  return (
    key.svg +
    border +
    dots.join('') +
    text(layout.axes[0] ?? 'x', frame.left, height - 10) +
    text(layout.axes[1] ?? 'y', 18, frame.top + frame.height, { rotate: -90 }) +
    thinned
  );
}

/** A stand-alone picture of one group's mark, for legends outside a drawing: 16 × 12 pixels. */
export function groupSwatch(group: number, theme: PlotTheme, rest?: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="12"><path d="M8 6${OUTLINES[groupSymbol(group)]}" ${paint(group, theme, rest)}/></svg>`;
}

function paint(group: number, theme: PlotTheme, rest?: number): string {
  const colour = groupColour(theme.kind, group, rest);
  return groupSymbol(group).endsWith('-open')
    ? `fill="none" stroke="${colour}" stroke-width="1.4"`
    : `fill="${colour}" fill-opacity="0.85"`;
}

/** Entries side by side, wrapped to the width; hidden groups are left out. */
function legend(
  figure: CloudFigure,
  view: CloudView,
  width: number,
  theme: PlotTheme,
): { svg: string; height: number } {
  const grouping = groupingAt(figure, view);
  let [x, y, svg] = [12, 16, ''];
  groupLabels(grouping).forEach((label, group) => {
    if (view.hidden?.has(grouping.groups[group]!) === true) return;
    const wide = 22 + textWidth(label, theme.fontSize) + 14;
    if (x > 12 && x + wide > width) [x, y] = [12, y + 16];
    svg += `<path d="M${x + 8} ${y - 4}${OUTLINES[groupSymbol(group)]}" ${paint(group, theme, grouping.rest)}/>${text(label, x + 22, y)}`;
    x += wide;
  });
  return { svg, height: y };
}

/** From the least to the greatest value, with 3 % of the span free on either side. */
function scale(values: readonly number[], from: number, to: number): (value: number) => number {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const margin = 0.03 * (high - low) || 0.5;
  return (value) => from + ((value - low + margin) / (high - low + 2 * margin)) * (to - from);
}
