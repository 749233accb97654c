/** Points in three dimensions, and the surface they lie on, as Plotly's scatter3d and mesh3d (WebGL without eval). */
import type { SpaceFigure } from './figure';
import { scaleStops, type PlotTheme } from './palette';
import { escapeText } from './plotly-text';

type Json = Readonly<Record<string, unknown>>;

/** The mesh below, the points above it, each with its name, value and line of text. */
export function spaceTraces(figure: SpaceFigure, theme: PlotTheme): Json[] {
  const stops = scaleStops(theme.kind, figure.scale);
  const points: Json = {
    type: 'scatter3d',
    mode: 'markers',
    name: escapeText(figure.value),
    x: figure.x,
    y: figure.y,
    z: figure.z,
    marker: {
      size: 6,
      color: figure.values,
      cmin: figure.range[0],
      cmax: figure.range[1],
      colorscale: stops.map((colour, i) => [i / (stops.length - 1), colour]),
      line: { color: theme.foreground, width: 1 },
      colorbar: {
        title: { text: escapeText(figure.value), side: 'right', font: { size: theme.fontSize } },
        thickness: 14,
        outlinewidth: 0,
      },
    },
    customdata: figure.names.map((name, i) => [escapeText(name), escapeText(figure.text[i]!)]),
    hovertemplate: `<b>%{customdata[0]}</b><br>${escapeText(figure.value)}: %{marker.color:.4~g}<br>%{customdata[1]}<extra></extra>`,
  };
  return figure.mesh === undefined ? [points] : [meshTrace(figure.mesh, theme), points];
}

function meshTrace({ vertices, faces }: NonNullable<SpaceFigure['mesh']>, theme: PlotTheme): Json {
  const every = (values: readonly number[], from: number): number[] => values.filter((_, i) => i % 3 === from);
  return {
    type: 'mesh3d',
    x: every(vertices, 0),
    y: every(vertices, 1),
    z: every(vertices, 2),
    i: every(faces, 0),
    j: every(faces, 1),
    k: every(faces, 2),
    color: theme.grid,
    opacity: 0.35,
    hoverinfo: 'skip',
    showscale: false,
  };
}

/** One scene with millimetres on all axes, equal scales. */
export function spaceLayout(figure: SpaceFigure, theme: PlotTheme, titled: boolean): Json {
  const font = { family: theme.fontFamily, size: theme.fontSize, color: theme.foreground };
  const axis = (label: string): Json => ({
    title: { text: `${label} (mm)` },
    gridcolor: theme.grid,
    linecolor: theme.foreground,
    zerolinecolor: theme.grid,
    showbackground: false,
    color: theme.foreground,
  });
  return {
    font,
    paper_bgcolor: theme.background,
    margin: { l: 0, r: 0, t: titled ? 48 : 8, b: 0 },
    ...(titled && { title: { text: escapeText(figure.title), x: 0, xref: 'paper', xanchor: 'left' } }),
    showlegend: false,
    hoverlabel: {
      bgcolor: theme.hoverBackground,
      bordercolor: theme.foreground,
      align: 'left',
      font: { ...font, color: theme.hoverForeground },
    },
    scene: { xaxis: axis('x'), yaxis: axis('y'), zaxis: axis('z'), aspectmode: 'data', bgcolor: theme.background },
  };
}
