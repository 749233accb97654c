/** Figures as Plotly's JSON: the panel, the report and exports draw from it. Pure; Plotly itself is not needed. */
import type { Axis, ChartFigure, Figure, MapFigure, Marker, Series } from './figure';
import { cellColumns, cellValue, ownCells, type MapCells } from './map-cells';
import { bandRuns } from './band';
import { roleColour, roleShape, scaleStops, type PlotTheme } from './palette';

type Json = Readonly<Record<string, unknown>>;

/** The three arguments of `Plotly.newPlot`. */
export interface PlotlySpec {
  readonly data: readonly Json[];
  readonly layout: Json;
  readonly config: Json;
}

export interface PlotlyOptions {
  /** Writes the title and a legend into the picture: for exports, which have no page around them. */
  readonly titled?: boolean;
  /** Names of series that are not drawn. */
  readonly hidden?: ReadonlySet<string>;
  /** Cells to draw in place of the map's own. */
  readonly cells?: MapCells;
}

/**
 * @param figure a chart or a map (a table has no picture)
 * @param theme colours and font; roles, patterns and dashes follow from it
 */
export function toPlotly(
  figure: Exclude<Figure, { kind: 'table' }>,
  theme: PlotTheme,
  options: PlotlyOptions = {},
): PlotlySpec {
  const data =
    figure.kind === 'map'
      ? [mapTrace(figure, theme, options.cells)]
      : chartTraces(figure, theme, options.hidden ?? new Set());
  return { data, layout: layoutOf(figure, theme, options.titled ?? false), config };
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
    const { dash, symbol } = roleShape(series.role);
    const common = {
      name: escapeText(series.name),
      x: series.x,
      y: series.y,
      legendgroup: series.name,
      ...(grouped && { offsetgroup: series.beside ?? series.name }),
      ...hover,
      ...errorBars(series, theme),
    };
    switch (series.mark) {
      case 'bar':
        return [{ type: 'bar', ...common, ...barStyle(figure, series, theme) }];
      case 'line':
        return [{ type: 'scatter', mode: 'lines', ...common, line: { color: colour, width: 2, dash } }];
      case 'points':
        return [{ type: 'scatter', mode: 'markers', ...common, marker: { color: colour, size: 7, symbol } }];
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

function errorBars(series: Series, theme: PlotTheme): Json {
  if (series.mark === 'band' || series.low === undefined || series.high === undefined) return {};
  const distance = (ends: readonly (number | null)[]): (number | null)[] =>
    series.y.map((y, i) => (y === null || typeof ends[i] !== 'number' ? null : Math.abs(ends[i] - y)));
  return {
    error_y: {
      type: 'data',
      symmetric: false,
      array: distance(series.high),
      arrayminus: distance(series.low),
      // On a bar the whisker must stand out from the bar's own colour.
      color: series.mark === 'bar' ? theme.foreground : roleColour(theme.kind, series.role),
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
  if (series.low === undefined || series.high === undefined)
    return { hovertemplate: `${lines.join('<br>')}<extra></extra>` };
  lines.push(`${escapeText(series.interval ?? 'interval')}: %{customdata[0]:.4~g} to %{customdata[1]:.4~g}`);
  return {
    hovertemplate: `${lines.join('<br>')}<extra></extra>`,
    customdata: series.x.map((_, i) => [series.low?.[i] ?? null, series.high?.[i] ?? null]),
  };
}

// Maps -------------------------------------------------------------------------------------------------------------

/** One Plotly heatmap of the given cells; hovers give the value, or the range of columns with minimum and maximum. */
export function mapTrace(figure: MapFigure, theme: PlotTheme, cells: MapCells = ownCells(figure)): Json {
  const stops = scaleStops(theme.kind, figure.scale);
  const x = escapeText(figure.x.label);
  const y = `${escapeText(figure.y.label)} %{y}`;
  const value = escapeText(figure.value);
  const single = cells.step === 1;
  return {
    type: 'heatmap',
    z: grid(cells, (index) => cellValue(cells, index, figure.scale)),
    x0: cells.start + (cells.step - 1) / 2,
    dx: cells.step,
    y0: 0,
    dy: 1,
    zmin: figure.range[0],
    zmax: figure.range[1],
    zauto: false,
    zsmooth: false,
    hoverongaps: false,
    colorscale: stops.map((colour, i) => [i / (stops.length - 1), colour]),
    colorbar: {
      title: { text: value, side: 'right', font: { size: theme.fontSize } },
      thickness: 14,
      outlinewidth: 0,
      len: 1,
      ticklen: 4,
      tickcolor: theme.foreground,
      nticks: 7,
    },
    ...(single
      ? { hovertemplate: `${y}<br>${x} %{x}<br>${value} = %{z:.7~g}<extra></extra>` }
      : {
          customdata: grid(cells, (index) => [
            ...cellColumns(cells, index % cells.count),
            cells.min[index],
            cells.max[index],
          ]),
          hovertemplate:
            `${y}<br>${x} %{customdata[0]}–%{customdata[1]}<br>` +
            `${value} from %{customdata[2]:.7~g} to %{customdata[3]:.7~g}<extra></extra>`,
        }),
  };
}

/** Plotly takes heatmaps as rows; built only for the cells on screen. */
function grid<T>(cells: MapCells, value: (index: number) => T): T[][] {
  return Array.from({ length: cells.rows }, (_, row) =>
    Array.from({ length: cells.count }, (__, i) => value(row * cells.count + i)),
  );
}

// Layout -----------------------------------------------------------------------------------------------------------

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
    margin: { l: 48, r: 14, t: titled ? 56 : 12, b: 40, pad: 0 },
    xaxis: {
      ...axisOf(map ? { range: [-0.5, figure.columns - 0.5], ...figure.x } : figure.x, theme, map),
      ...(!map && figure.x.type === 'category' ? categoryTicks(figure) : {}),
    },
    yaxis: axisOf(map ? { range: [-0.5, figure.rows - 0.5], ...figure.y } : figure.y, theme, map),
    showlegend: legend,
    legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1.02, yanchor: 'bottom', bgcolor: 'rgba(0,0,0,0)' },
    barmode: !map && figure.series.some((series) => series.width !== undefined) ? 'overlay' : 'group',
    bargap: 0.2,
    ...(!map && standsOnBars(figure) && { scattermode: 'group', scattergap: 0.2 }),
    hovermode: 'closest',
    hoverlabel: {
      bgcolor: theme.hoverBackground,
      bordercolor: theme.foreground,
      align: 'left',
      font: { ...font, color: theme.hoverForeground },
    },
    dragmode: 'zoom',
    ...(map ? {} : markerLayers(figure, theme)),
  };
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

/** Category names broken into short lines, so that they stay level where there is little room. */
function categoryTicks(figure: ChartFigure): Json {
  const names = [...new Set(figure.series.flatMap((series) => series.x.map(String)))];
  return {
    autotickangles: [0, -40],
    tickmode: 'array',
    tickvals: names,
    ticktext: names.map((name) => wrap(name).map(escapeText).join('<br>')),
  };
}

/** Lines of at most 12 characters where spaces or hyphens allow. */
function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(/(?<=[-\s])/)) {
    const last = lines.length - 1;
    if (lines[last] !== '' && (lines[last]! + word).trimEnd().length > 12) lines.push(word);
    else lines[last] += word;
  }
  return lines.map((line) => line.trim());
}

function markerLayers(figure: ChartFigure, theme: PlotTheme): Json {
  const markers = figure.markers ?? [];
  return {
    shapes: markers.map((marker) => markerLine(marker, theme)),
    annotations: markers.map((marker, i) => markerLabel(figure, marker, i, theme)),
  };
}

function markerLine(marker: Marker, theme: PlotTheme): Json {
  const { axis, value } = marker;
  const across = axis === 'x' ? 'y' : 'x';
  return {
    type: 'line',
    [`${axis}ref`]: axis,
    [`${across}ref`]: 'paper',
    [`${axis}0`]: value,
    [`${axis}1`]: value,
    [`${across}0`]: 0,
    [`${across}1`]: 1,
    line: { color: theme.foreground, width: 1.5, dash: 'dash' },
  };
}

/** Inside the plot, on the side of the line that has more room; the labels of several vertical lines step down. */
function markerLabel(figure: ChartFigure, marker: Marker, index: number, theme: PlotTheme): Json {
  const at = figure[marker.axis].type === 'log' ? Math.log10(marker.value) : marker.value;
  const common = {
    text: escapeText(marker.label),
    showarrow: false,
    bgcolor: theme.background,
    opacity: 0.9,
    font: { color: theme.foreground },
    borderpad: 2,
  };
  if (marker.axis === 'y')
    return { ...common, x: 1, xref: 'paper', xanchor: 'right', y: at, yref: 'y', yanchor: 'bottom' };
  const before = (figure.markers ?? []).slice(0, index).filter((other) => other.axis === 'x').length;
  const xanchor = shareOfAxis(figure, marker.value) > 0.5 ? 'right' : 'left';
  const xshift = xanchor === 'right' ? -4 : 4;
  return { ...common, x: at, xref: 'x', xanchor, xshift, y: 1, yref: 'paper', yanchor: 'top', yshift: -20 * before };
}

/** Where a value of x lies between the ends of the axis, 0…1. */
export function shareOfAxis(figure: ChartFigure, value: number): number {
  const xs = figure.series.flatMap((series) => series.x.map((x, i) => (figure.x.type === 'category' ? i : Number(x))));
  const [low, high] = figure.x.range ?? [
    xs.reduce((a, b) => Math.min(a, b), Infinity),
    xs.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  return high > low ? (value - low) / (high - low) : 0.5;
}

/** Plotly reads a subset of HTML in texts; ours are plain. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
