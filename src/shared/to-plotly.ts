/** Figures as Plotly's JSON: the panel, the report and exports draw from it. Pure; Plotly itself is not needed. */
import type { Axis, ChartFigure, Figure, MapFigure, Series } from './figure';
import { categoriesOf, isIntegerAxis, measuredTicks, spanOf } from './axis-values';
import { cloudLayout, cloudTraces, type CloudView } from './cloud-plot';
import type { MapCells } from './map-cells';
import { mapTrace } from './map-trace';
import { bandRuns } from './band';
import { roleColour, roleShape, type PlotTheme } from './palette';
import { MARKER_ROW, markerLayers } from './plot-markers';
import { escapeText, hoverLabel, wrap } from './plotly-text';
import { spaceLayout, spaceTraces } from './space-plot';
import { formatNumber } from './ticks';

type Json = Readonly<Record<string, unknown>>;

/** The three arguments of `Plotly.newPlot`. */
export interface PlotlySpec {
  readonly data: readonly Json[];
  readonly layout: Json;
  readonly config: Json;
  /** Axes on which only integers mean something: they take `integerStep` of what is in view. */
  readonly integers: { readonly x: boolean; readonly y: boolean };
}

export interface PlotlyOptions {
  /** Writes the title and a legend into the picture: for exports, which have no page around them. */
  readonly titled?: boolean;
  /** Names of series that are not drawn. */
  readonly hidden?: ReadonlySet<string>;
  /** Cells to draw in place of the map's own. */
  readonly cells?: MapCells;
  /** How a cloud is looked at; absent: its first layout, by its first grouping. */
  readonly view?: CloudView;
}

/**
 * @param figure anything but a table, which has no picture, and a parallelogram, which `toSvg` draws alone
 * @param theme colours and font; roles, patterns and dashes follow from it
 */
export function toPlotly(
  figure: Exclude<Figure, { kind: 'table' | 'parallelogram' }>,
  theme: PlotTheme,
  options: PlotlyOptions = {},
): PlotlySpec {
  if (figure.kind === 'space') {
    const layout = spaceLayout(figure, theme, options.titled ?? false);
    return { data: spaceTraces(figure, theme), layout, config, integers: { x: false, y: false } };
  }
  if (figure.kind === 'cloud') {
    const titled = options.titled ?? false;
    const data = cloudTraces(figure, theme, options.view, titled);
    return { data, layout: cloudLayout(figure, theme, options.view, titled), config, integers: { x: false, y: false } };
  }
  const data =
    figure.kind === 'map'
      ? [mapTrace(figure, theme, options.cells)]
      : chartTraces(figure, theme, options.hidden ?? new Set());
  const counts = (axis: 'x' | 'y'): boolean => figure[axis].names === undefined && isIntegerAxis(figure, axis);
  const integers = { x: counts('x'), y: counts('y') };
  return { data, layout: layoutOf(figure, theme, options.titled ?? false), config, integers };
}

/** Keeps Plotly from ticks between integers where few of them are in view (it never draws more than ten). */
export function integerStep(span: number): Json {
  return span <= 10 ? { tickmode: 'linear', tick0: 0, dtick: 1 } : {};
}

const config: Json = {
  displayModeBar: false,
  displaylogo: false,
  responsive: false,
  // Whoever draws decides what the whole figure is.
  doubleClick: false,
  showTips: false,
};

// Charts -----------------------------------------------------------------------------------------------------------

function chartTraces(figure: ChartFigure, theme: PlotTheme, hidden: ReadonlySet<string>): Json[] {
  const grouped = standsOnBars(figure);
  return figure.series.flatMap((series) => {
    if (hidden.has(series.name)) return [];
    const hover = hoverOf(figure, series);
    const colour = roleColour(theme.kind, series.role);
    const { dash } = roleShape(series.role);
    const common = {
      name: escapeText(series.name),
      x: series.x,
      y: series.y,
      legendgroup: series.name,
      ...(grouped && { offsetgroup: series.beside ?? series.name }),
      ...hover,
      ...errorBars(figure, series, theme),
    };
    switch (series.mark) {
      case 'bar':
        // A bar's text is for the hover: inside bars it would lie on a hatch, or shrink.
        return [{ type: 'bar', ...common, ...barStyle(figure, series, theme), textposition: 'none' }];
      case 'line':
        return [{ type: 'scatter', mode: 'lines', ...common, line: { color: colour, width: 2, dash } }];
      case 'points':
        return [
          { type: 'scatter', mode: 'markers', ...common, ...pointStyle(series, theme) },
          ...(series.labels === undefined ? [] : [pointLabels(series, series.labels, theme)]),
        ];
      case 'band':
        return [
          bandArea(series, colour),
          { type: 'scatter', mode: 'lines', ...common, line: { color: colour, width: 2, dash } },
        ];
    }
  });
}

/** Whether points stand on bars, and not in the middle of their category. */
function standsOnBars(figure: ChartFigure): boolean {
  return figure.series.some(({ beside }) => beside !== undefined);
}

function pointStyle(series: Series, theme: PlotTheme): Json {
  const { symbol, open } = roleShape(series.role);
  const color = roleColour(theme.kind, series.role);
  if (open === true) return { marker: { color, size: 8, symbol: `${symbol}-open`, line: { color, width: 1.5 } } };
  return { marker: { color, size: 8, symbol, line: { color: theme.background, width: 1 } } };
}

/** Names above their points, a trace of their own: the points' text is for the hover. */
function pointLabels(series: Series, labels: readonly string[], theme: PlotTheme): Json {
  return {
    type: 'scatter',
    mode: 'markers+text',
    // Unseen, and larger than the points that are seen: names keep clear of them.
    marker: { size: 14, opacity: 0 },
    x: series.x,
    y: series.y,
    text: labels.map(escapeText),
    textposition: labelPlaces(series.x),
    textfont: { size: theme.fontSize - 1 },
    cliponaxis: false,
    legendgroup: series.name,
    showlegend: false,
    hoverinfo: 'skip',
  };
}

/** Names of points far left or right lean inwards, so that none lies on an axis or is cut. */
function labelPlaces(xs: Series['x']): string[] {
  const numbers = xs.filter((x): x is number => typeof x === 'number' && Number.isFinite(x));
  const low = Math.min(...numbers);
  const fifth = (Math.max(...numbers) - low) / 5;
  return xs.map((x) => {
    if (typeof x !== 'number' || !(fifth > 0)) return 'top center';
    if (x < low + fifth) return 'top right';
    return x > low + 4 * fifth ? 'top left' : 'top center';
  });
}

function barStyle(figure: ChartFigure, series: Series, theme: PlotTheme): Json {
  const colour = roleColour(theme.kind, series.role);
  const bars = figure.series.filter((other) => other.mark === 'bar');
  const { pattern } = roleShape(series.role);
  // A pattern helps only where there is another kind of bar to tell apart.
  const shape = bars.some((other) => other.role !== series.role) ? pattern : '';
  return {
    ...(series.width === undefined ? {} : { width: series.width }),
    marker: {
      color: colour,
      line: { color: theme.background, width: series.x.length > 60 ? 0 : 0.5 },
      pattern: { shape, size: 6, solidity: 0.35, fillmode: 'overlay', fgcolor: theme.background, bgcolor: colour },
    },
  };
}

/** A closed outline per gapless run: down the low side, back along the high side. */
function bandArea(series: Series, colour: string): Json {
  const x: (number | string | null)[] = [];
  const y: (number | null)[] = [];
  for (const run of bandRuns(series)) {
    const back = run.toReversed();
    x.push(...run.map((i) => series.x[i]!), ...back.map((i) => series.x[i]!), null);
    y.push(...run.map((i) => series.low![i]!), ...back.map((i) => series.high![i]!), null);
  }
  return {
    type: 'scatter',
    mode: 'lines',
    x,
    y,
    fill: 'toself',
    fillcolor: `${colour}40`,
    line: { width: 0, color: colour },
    legendgroup: series.name,
    showlegend: false,
    hoverinfo: 'skip',
  };
}

function errorBars(figure: ChartFigure, series: Series, theme: PlotTheme): Json {
  if (series.mark === 'band' || series.low === undefined || series.high === undefined) return {};
  const distance = (ends: readonly (number | null)[]): (number | null)[] =>
    series.y.map((y, i) => (y === null || typeof ends[i] !== 'number' ? null : Math.abs(ends[i] - y)));
  return {
    error_y: {
      type: 'data',
      symmetric: false,
      array: distance(series.high),
      arrayminus: distance(series.low),
      // Over bars a whisker must stand out from any bar's colour.
      color: figure.series.some(({ mark }) => mark === 'bar') ? theme.foreground : roleColour(theme.kind, series.role),
      thickness: 1.5,
      width: series.x.length > 40 ? 2 : 4,
    },
  };
}

function hoverOf(figure: ChartFigure, series: Series): Json {
  const x = figure.x.type === 'category' ? '%{x}' : '%{x:.6~g}';
  const lines = [
    '<b>%{fullData.name}</b>',
    `${escapeText(figure.x.label)}: ${x}`,
    `${escapeText(figure.y.label)}: %{y:.6~g}`,
  ];
  const own = series.text === undefined ? [] : ['%{text}'];
  const text = series.text === undefined ? {} : { text: series.text.map(escapeText) };
  if (series.low === undefined || series.high === undefined)
    return { hovertemplate: `${[...lines, ...own].join('<br>')}<extra></extra>`, ...text };
  lines.push(`${escapeText(series.interval ?? 'interval')}: %{customdata[0]:.4~g} to %{customdata[1]:.4~g}`);
  return {
    ...text,
    hovertemplate: `${[...lines, ...own].join('<br>')}<extra></extra>`,
    customdata: series.x.map((_, i) => [series.low?.[i] ?? null, series.high?.[i] ?? null]),
  };
}

// Layout -----------------------------------------------------------------------------------------------------------

/** Pixels of an export's title. */
const TITLE_HEIGHT = 48;

/** Names of categories that are written level; a figure with more takes the whole width of a page. */
export const MOST_LEVEL = 6;

/** Height of an export, for what is placed in pixels from its top. */
export const EXPORT_SIZE = { width: 1000, height: 560 };

function layoutOf(figure: ChartFigure | MapFigure, theme: PlotTheme, titled: boolean): Json {
  const font = { family: theme.fontFamily, size: theme.fontSize, color: theme.foreground };
  const map = figure.kind === 'map';
  const legend = titled && !map && figure.series.length > 1;
  return {
    font,
    paper_bgcolor: theme.background,
    plot_bgcolor: theme.background,
    ...(titled
      ? { title: { text: escapeText(figure.title), x: 0, xref: 'paper', xanchor: 'left', yref: 'container', y: 0.97 } }
      : {}),
    margin: { l: 48, r: 14, t: topMargin(figure, titled, legend), b: 40, pad: 0 },
    xaxis: {
      ...axisOf(map ? { range: [-0.5, figure.columns - 0.5], ...figure.x } : figure.x, theme, map),
      ...ownTicks(figure, 'x'),
    },
    yaxis: {
      ...axisOf(map ? { range: [-0.5, figure.rows - 0.5], ...figure.y } : figure.y, theme, map),
      ...ownTicks(figure, 'y'),
    },
    showlegend: legend,
    legend: {
      orientation: 'h',
      x: 0,
      xanchor: 'left',
      yref: 'container',
      y: 1 - TITLE_HEIGHT / EXPORT_SIZE.height,
      yanchor: 'top',
      bgcolor: 'rgba(0,0,0,0)',
    },
    barmode: !map && figure.series.some((series) => series.width !== undefined) ? 'overlay' : 'group',
    bargap: 0.2,
    ...(!map && standsOnBars(figure) && { scattermode: 'group', scattergap: 0.2 }),
    hovermode: 'closest',
    hoverlabel: hoverLabel(theme),
    dragmode: 'zoom',
    ...(map ? {} : markerLayers(figure, theme)),
  };
}

/** Room for the title, a legend of one or two lines and the labels of vertical lines, whichever there are. */
function topMargin(figure: ChartFigure | MapFigure, titled: boolean, legend: boolean): number {
  const rows = figure.kind === 'map' ? 0 : (figure.markers ?? []).filter((marker) => marker.axis === 'x').length;
  const names = figure.kind === 'map' ? '' : figure.series.map((series) => series.name).join('        ');
  const key = legend ? (names.length > 110 ? 52 : 30) : 0;
  return 12 + rows * MARKER_ROW + key + (titled ? TITLE_HEIGHT : 0);
}

function axisOf(axis: Axis, theme: PlotTheme, map: boolean): Json {
  const log = axis.type === 'log';
  return {
    title: { text: escapeText(axis.label), standoff: 8, font: { size: theme.fontSize } },
    type: axis.type,
    automargin: true,
    gridcolor: theme.grid,
    linecolor: theme.foreground,
    tickcolor: theme.foreground,
    zerolinecolor: theme.grid,
    showgrid: !map,
    zeroline: !map,
    ticks: 'outside',
    ticklen: 4,
    // Thousands as they are: a unit is an index, and "1.2k" is not one.
    ...(axis.type === 'linear'
      ? { exponentformat: 'power', separatethousands: false, tickformat: map ? 'd' : '' }
      : {}),
    ...(log ? { dtick: 1, tickformat: '~g' } : {}),
    ...(axis.range === undefined ? {} : { range: log ? axis.range.map(Math.log10) : axis.range, autorange: false }),
  };
}

/** Ticks that Plotly would not choose: names of categories, integers, measured values. */
function ownTicks(figure: ChartFigure | MapFigure, axis: 'x' | 'y'): Json {
  const { names: places } = figure[axis];
  if (places !== undefined) {
    const text = places.map((name) => wrap(name).map(escapeText).join('<br>'));
    return { tickmode: 'array', tickvals: [...places.keys()], ticktext: text };
  }
  if (isIntegerAxis(figure, axis)) return integerStep(spanOf(figure, axis));
  const names = axis === 'x' ? categoriesOf(figure) : [];
  if (names.length > 0) return categoryTicks(names);
  const measured = axis === 'x' ? measuredTicks(figure) : [];
  if (measured.length === 0) return {};
  return { tickmode: 'array', tickvals: measured, ticktext: measured.map((value) => formatNumber(value, 4)) };
}

/** Few names are broken into short lines, so that they stay level; many slant whole. */
function categoryTicks(names: readonly string[]): Json {
  const many = names.length > MOST_LEVEL;
  return {
    ...(many ? { tickangle: -40 } : { autotickangles: [0, -40] }),
    tickmode: 'array',
    tickvals: names,
    ticktext: names.map((name) => (many ? escapeText(name) : wrap(name).map(escapeText).join('<br>'))),
  };
}
