/** Straight lines across a chart with their labels, as Plotly's shapes and annotations. */
import type { ChartFigure, Marker } from './figure';
import type { PlotTheme } from './palette';
import { escapeText } from './plotly-text';

type Json = Readonly<Record<string, unknown>>;

/** Pixels above the plot for the label of one vertical line. */
export const MARKER_ROW = 18;

/** The parts of a layout that draw a chart's markers. */
export function markerLayers(figure: ChartFigure, theme: PlotTheme): Json {
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

/** The label of a vertical line stands above the plot, each of several in a row of its own; of a level one at its end. */
function markerLabel(figure: ChartFigure, marker: Marker, index: number, theme: PlotTheme): Json {
  const at = figure[marker.axis].type === 'log' ? Math.log10(marker.value) : marker.value;
  const common = { text: escapeText(marker.label), showarrow: false, font: { color: theme.foreground }, borderpad: 2 };
  if (marker.axis === 'y') {
    return { ...common, x: 1, xref: 'paper', xanchor: 'right', y: at, yref: 'y', yanchor: 'bottom' };
  }
  const before = (figure.markers ?? []).slice(0, index).filter((other) => other.axis === 'x').length;
  const share = shareOfAxis(figure, marker.value);
  const xanchor = share > 0.7 ? 'right' : share < 0.3 ? 'left' : 'center';
  return { ...common, x: at, xref: 'x', xanchor, y: 1, yref: 'paper', yanchor: 'bottom', yshift: MARKER_ROW * before };
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
