/** Figures as SVG text, without DOM: for hovers, sparklines and documents without script. */
import type { CloudView } from './cloud-plot';
import type { ChartFigure, Figure, MapFigure } from './figure';
import type { ParallelogramView } from './parallelogram';
import { cellValue, colourLabel, ownCells } from './map-cells';
import { colourAt, scaleStops, standardTheme, type PlotTheme, type ThemeKind } from './palette';
import { formatNumber } from './ticks';
import { escapeXml, text, textWidth } from './svg/text';
import { frameOf, type Frame } from './svg/frame';
import { axes } from './svg/axes';
import { marks } from './svg/marks';
import { drawCloud } from './svg/cloud';
import { drawParallelograms } from './svg/parallelogram';
import { drawSpace } from './svg/space';
import { hatchDefs, swatch } from './svg/swatch';

export interface SvgOptions {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** An SVG image cannot read theme variables: the palette is fixed when it is drawn. */
  readonly palette: ThemeKind;
  /** How a cloud is looked at; absent: its first layout, by its first grouping. */
  readonly view?: CloudView;
  /** Which parallelogram is shown; absent: the first. */
  readonly parallelogram?: ParallelogramView;
}

/** A stand-alone `<svg>` with title and description. `figure` is anything but a table. */
export function toSvg(figure: Exclude<Figure, { kind: 'table' }>, options: SvgOptions): string {
  const theme = { ...standardTheme(options.palette), fontSize: 11 };
  const body = bodyOf(figure, options, theme);
  const { width, height } = options;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" ` +
    `font-family="${escapeXml(theme.fontFamily)}" font-size="${theme.fontSize}" fill="${theme.foreground}">` +
    `<title>${escapeXml(figure.title)}</title><desc>${escapeXml(figure.summary)}</desc>` +
    `<rect width="${width}" height="${height}" fill="${theme.background}"/>${body}</svg>`
  );
}

function bodyOf(figure: Exclude<Figure, { kind: 'table' }>, options: SvgOptions, theme: PlotTheme): string {
  switch (figure.kind) {
    case 'map':
      return drawMap(figure, options, theme);
    case 'space':
      return drawSpace(figure, options, theme);
    case 'cloud':
      return drawCloud(figure, options, theme, options.view);
    case 'parallelogram':
      return drawParallelograms(figure, options, theme, options.parallelogram);
    case 'chart':
      return drawChart(figure, options, theme);
  }
}

function drawChart(figure: ChartFigure, size: SvgOptions, theme: PlotTheme): string {
  const key = figure.series.length > 1 ? legend(figure, size.width, theme) : { svg: '', height: 0 };
  const frame = frameOf(figure, { width: size.width, height: size.height, top: key.height + 8, right: 12 }, theme);
  return (
    hatchDefs(figure.series, theme) +
    key.svg +
    axes(figure, frame, theme) +
    marks(figure, frame, theme) +
    markers(figure, frame, theme)
  );
}

function drawMap(figure: MapFigure, size: SvgOptions, theme: PlotTheme): string {
  const frame = frameOf(figure, { width: size.width, height: size.height, top: 8, right: 64 }, theme);
  return mapImage(figure, frame, theme) + axes(figure, frame, theme) + colourBar(figure, frame, theme);
}

/**
 * Runs of one colour are strokes one row thick, in units of cells, and all of a colour share one path: a hover's image
 * stays small.
 */
function mapImage(figure: MapFigure, frame: Frame, theme: PlotTheme): string {
  const cells = ownCells(figure);
  const drawn = Math.min(cells.count, Math.max(1, Math.floor(frame.width / 2)));
  const paths = new Map<string, string>();
  for (let row = 0; row < cells.rows; row++) {
    const colours = rowColours(figure, theme, row, drawn);
    for (let from = 0; from < drawn;) {
      let to = from + 1;
      while (to < drawn && colours[to] === colours[from]) to++;
      const colour = colours[from]!;
      if (colour !== '') paths.set(colour, `${paths.get(colour) ?? ''}M${from} ${row}h${to - from}`);
      from = to;
    }
  }
  const image = [...paths].map(([colour, d]) => `<path stroke="${colour}" d="${d}"/>`).join('');
  const [x, y] = [frame.width / drawn, -frame.height / cells.rows];
  const place = `translate(${frame.left.toFixed(1)} ${frame.top + frame.height}) scale(${x.toFixed(4)} ${y.toFixed(4)})`;
  return `<g transform="${place} translate(0 .5)" fill="none" stroke-width="1" shape-rendering="crispEdges">${image}</g>`;
}

/** Colours of one row at `drawn` places, in 25 shades; empty where there is no value. */
function rowColours(figure: MapFigure, theme: PlotTheme, row: number, drawn: number): string[] {
  const { count } = ownCells(figure);
  const stops = scaleStops(theme.kind, figure.scale);
  const [low, high] = figure.range;
  const per = count / drawn;
  return Array.from({ length: drawn }, (_, i) => {
    const value = extreme(figure, row * count + Math.floor(i * per), Math.max(1, Math.ceil(per)), row);
    if (value === null) return '';
    return colourAt(stops, high > low ? Math.round(((value - low) / (high - low)) * 24) / 24 : 0.5);
  });
}

/** The extreme of `count` neighbouring cells of one row, from `index` on. */
function extreme(figure: MapFigure, index: number, count: number, row: number): number | null {
  const cells = ownCells(figure);
  const end = Math.min((row + 1) * cells.count, index + count);
  let found: number | null = null;
  for (let i = index; i < end; i++) {
    const value = cellValue(cells, i, figure.scale);
    if (value === null) continue;
    const larger = figure.scale === 'diverging' ? Math.abs(value) > Math.abs(found ?? 0) : value > (found ?? -Infinity);
    if (found === null || larger) found = value;
  }
  return found;
}

function colourBar(figure: MapFigure, frame: Frame, theme: PlotTheme): string {
  const x = frame.left + frame.width + 10;
  const steps = 24;
  const stops = scaleStops(theme.kind, figure.scale);
  const each = frame.height / steps;
  const bar = Array.from({ length: steps }, (_, i) => {
    const y = frame.top + frame.height - (i + 1) * each;
    return `<rect x="${x}" y="${y.toFixed(1)}" width="10" height="${(each + 0.5).toFixed(1)}" fill="${colourAt(stops, i / (steps - 1))}"/>`;
  }).join('');
  const [low, high] = figure.range;
  const labels = [low, (low + high) / 2, high].map((value, i) => {
    const y = frame.top + frame.height - (i / 2) * frame.height + (i === 2 ? 9 : i === 0 ? 0 : 4);
    return text(formatNumber(value, 3), x + 13, y);
  });
  const title = text(colourLabel(figure), x + 48, frame.top + frame.height / 2, { anchor: 'middle', rotate: 90 });
  return bar + labels.join('') + title;
}

function markers(figure: ChartFigure, frame: Frame, theme: PlotTheme): string {
  return (figure.markers ?? [])
    .map((marker, i) => {
      const line = (d: string): string =>
        `<path d="${d}" fill="none" stroke="${theme.foreground}" stroke-width="1.2" stroke-dasharray="5 3"/>`;
      const bottom = frame.top + frame.height;
      const right = frame.left + frame.width;
      if (marker.axis === 'y') {
        const y = frame.y(marker.value);
        return line(`M${frame.left} ${y.toFixed(1)}H${right}`) + text(marker.label, right, y - 4, { anchor: 'end' });
      }
      const x = frame.x(marker.value);
      const roomy = x + 6 + textWidth(marker.label, theme.fontSize) <= right;
      const at = text(marker.label, roomy ? x + 5 : x - 5, frame.top + 10 + 14 * i, {
        anchor: roomy ? 'start' : 'end',
      });
      return line(`M${x.toFixed(1)} ${frame.top}V${bottom}`) + at;
    })
    .join('');
}

/** Entries side by side, wrapped to the width. */
function legend(figure: ChartFigure, width: number, theme: PlotTheme): { svg: string; height: number } {
  let x = 12;
  let y = 16;
  let svg = '';
  for (const series of figure.series) {
    const wide = 22 + textWidth(series.name, theme.fontSize) + 14;
    if (x > 12 && x + wide > width) {
      x = 12;
      y += 16;
    }
    svg += swatch(series, x, y - 10, theme) + text(series.name, x + 22, y);
    x += wide;
  }
  return { svg, height: y + 4 };
}
