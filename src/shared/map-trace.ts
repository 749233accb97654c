/** A map as one of Plotly's heatmaps. */
import type { MapFigure } from './figure';
import { cellColumns, cellValue, colourLabel, ownCells, type MapCells } from './map-cells';
import { scaleStops, type PlotTheme } from './palette';
import { escapeText } from './plotly-text';
import { formatNumber } from './ticks';

/** One Plotly heatmap of the given cells; hovers give the value, or the range of columns with minimum and maximum. */
export function mapTrace(
  figure: MapFigure,
  theme: PlotTheme,
  cells: MapCells = ownCells(figure),
): Record<string, unknown> {
  const stops = scaleStops(theme.kind, figure.scale);
  const [low, high] = figure.range;
  const label = colourLabel(figure);
  return {
    type: 'heatmap',
    z: grid(cells, (index) => {
      const value = cellValue(cells, index, figure.scale);
      // Plotly leaves an infinite cell blank; it has the colour of its end.
      return value === Infinity ? high : value === -Infinity ? low : value;
    }),
    x0: cells.start + (cells.step - 1) / 2,
    dx: cells.step,
    y0: 0,
    dy: 1,
    zmin: low,
    zmax: high,
    zauto: false,
    zsmooth: false,
    hoverongaps: false,
    colorscale: stops.map((colour, i) => [i / (stops.length - 1), colour]),
    colorbar: {
      // A letter or two turned on its side could be anything.
      title: {
        text: escapeText(label),
        side: label.length > 6 ? 'right' : 'top',
        font: { size: theme.fontSize },
      },
      thickness: 14,
      outlinewidth: 0,
      len: 1,
      ticklen: 4,
      tickcolor: theme.foreground,
      nticks: 7,
    },
    ...mapHover(figure, cells),
  };
}

/** The exact value of a single column; of several their range with minimum and maximum. */
function mapHover(figure: MapFigure, cells: MapCells): Record<string, unknown> {
  const x = escapeText(figure.x.label);
  const y = `${escapeText(figure.y.label)} %{y}`;
  const value = escapeText(figure.value);
  const shown = (number: number | null | undefined): string => formatNumber(number ?? NaN, 7);
  const { names: columns } = figure.x;
  const { names: rows } = figure.y;
  if (columns !== undefined && rows !== undefined) {
    const place = (index: number): string =>
      `${rows[Math.floor(index / cells.count)] ?? ''} – ${columns[cells.start + (index % cells.count)] ?? ''}`;
    return {
      // Few and named: their values are read, not only seen.
      texttemplate: '%{z:.3~g}',
      customdata: grid(cells, (index) => [escapeText(place(index)), shown(cells.max[index])]),
      hovertemplate: `%{customdata[0]}<br>${value} = %{customdata[1]}<extra></extra>`,
    };
  }
  if (cells.step === 1) {
    return {
      customdata: grid(cells, (index) => shown(cells.max[index])),
      hovertemplate: `${y}<br>${x} %{x}<br>${value} = %{customdata}<extra></extra>`,
    };
  }
  return {
    customdata: grid(cells, (index) => [
      ...cellColumns(cells, index % cells.count),
      shown(cells.min[index]),
      shown(cells.max[index]),
    ]),
    hovertemplate:
      `${y}<br>${x} %{customdata[0]}–%{customdata[1]}<br>` +
      `${value} from %{customdata[2]} to %{customdata[3]}<extra></extra>`,
  };
}

/** Plotly takes heatmaps as rows; built only for the cells on screen. */
function grid<T>(cells: MapCells, value: (index: number) => T): T[][] {
  return Array.from({ length: cells.rows }, (_, row) =>
    Array.from({ length: cells.count }, (__, i) => value(row * cells.count + i)),
  );
}
