/** Points in three dimensions, and the surface they lie on, as Plotly's scatter3d and mesh3d (WebGL without eval). */
import type { SpaceFigure } from './figure';
import { pointStops, type PlotTheme } from './palette';
import { escapeText, hoverLabel } from './plotly-text';

/** Distance from which a cube fills the picture, along each axis. */
const EYE = 1;
/** Flat and straight arrangements are looked at from no farther away. */
const MOST_REACH = 3;
/** Steps of a colour bar of whole numbers at most. */
const MOST_TICKS = 8;

type Json = Readonly<Record<string, unknown>>;

/** The mesh below, the points above it, each with its name, value and line of text. */
export function spaceTraces(figure: SpaceFigure, theme: PlotTheme): Json[] {
  const stops = pointStops(theme.kind, figure.scale);
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
        ...wholeTicks(figure),
      },
    },
    customdata: figure.names.map((name, i) => [escapeText(name), escapeText(figure.text[i]!)]),
    hovertemplate: `<b>%{customdata[0]}</b><br>${escapeText(figure.value)}: %{marker.color:.4~g}<br>%{customdata[1]}<extra></extra>`,
  };
  return figure.mesh === undefined ? [points] : [meshTrace(figure.mesh, theme), points];
}

/** Where all values are whole, as layers are, the ticks of the colour bar are so too. */
function wholeTicks({ values, range: [low, high] }: SpaceFigure): Json {
  if (![...values, low, high].every(Number.isInteger)) return {};
  return { tick0: low, dtick: Math.max(1, Math.ceil((high - low) / MOST_TICKS)) };
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
    hoverlabel: hoverLabel(theme),
    scene: {
      xaxis: axis('x'),
      yaxis: axis('y'),
      zaxis: axis('z'),
      aspectmode: 'data',
      bgcolor: theme.background,
      camera: { eye: eyeOn(figure) },
    },
  };
}

/** Plotly scales a scene to the volume of a cube: a long one needs an eye that is farther away by as much. */
function eyeOn({ x, y, z, mesh }: SpaceFigure): Json {
  const extents = [x, y, z].map((values, axis) => {
    const all = [...values, ...(mesh?.vertices.filter((_, i) => i % 3 === axis) ?? [])];
    return (
      all.reduce((high, value) => Math.max(high, value), -Infinity) -
      all.reduce((low, value) => Math.min(low, value), Infinity)
    );
  });
  const side = Math.cbrt(extents.reduce((volume, extent) => volume * extent, 1));
  const reach = side > 0 ? Math.max(...extents) / side : 1;
  const distance = EYE * Math.min(Math.max(reach, 1), MOST_REACH);
  return { x: distance, y: distance, z: 0.7 * distance };
}
