/** Many points coloured by group, as Plotly's scattergl in the plane and scatter3d in space. */
import type { CloudFigure, CloudLayout, Grouping } from './figure';
import { groupColour, groupSymbol, type PlotTheme } from './palette';
import { escapeText, hoverLabel } from './plotly-text';
import { count } from './words';

type Json = Readonly<Record<string, unknown>>;

/** What dragging over a cloud in the plane does. */
export const DRAGS = ['zoom', 'pan', 'lasso', 'select'] as const;
export type Drag = (typeof DRAGS)[number];

/** How a cloud is looked at. Points go by their index in the figure, not by their id. */
export interface CloudView {
  /** Indices into the figure's `layouts` and `groupings`. */
  readonly layout: number;
  readonly grouping: number;
  /** Names of groups that are not drawn. */
  readonly hidden?: ReadonlySet<string>;
  /** The point whose details are shown. */
  readonly chosen?: number | undefined;
  /** All others are dimmed. */
  readonly selected?: ReadonlySet<number> | undefined;
  readonly drag?: Drag;
  /** Without it points of the plane are drawn as SVG, at most `most` of them. */
  readonly webgl?: false;
  readonly most?: number;
}

/** Points of a picture without WebGL. */
export const FEW_POINTS = 2000;

/** Behind all other groups, whose rank is Plotly's 1000. */
const REST_RANK = 2000;

const FIRST: CloudView = { layout: 0, grouping: 0 };

/** How many points each group of a grouping has. */
export function groupSizes({ groups, of }: Grouping): number[] {
  const sizes = groups.map(() => 0);
  for (const group of of) sizes[group]!++;
  return sizes;
}

/** "lobe 1 (312)": what the legend calls a group. */
export function groupLabels(grouping: Grouping): string[] {
  const sizes = groupSizes(grouping);
  return grouping.groups.map((name, i) => `${name} (${count(sizes[i]!)})`);
}

/**
 * Indices of at most `most` points, ascending: from every group its share, evenly spaced, and at least one.
 * All of them where there are no more. Where there are more groups than `most`, one of each.
 */
export function thinPoints({ groups, of }: Grouping, most: number): number[] {
  if (of.length <= most) return of.map((_, i) => i);
  const members = groups.map((): number[] => []);
  of.forEach((group, i) => members[group]!.push(i));
  const room = Math.max(0, most - groups.length);
  return members
    .flatMap((all) => {
      const kept = Math.min(all.length, Math.max(1, Math.floor((all.length * room) / of.length)));
      return Array.from({ length: kept }, (_, i) => all[Math.floor((i * all.length) / kept)]!);
    })
    .sort((a, b) => a - b);
}

/** One trace per group that is shown, then a ring about the chosen point. `customdata` is the index of the point. */
export function cloudTraces(figure: CloudFigure, theme: PlotTheme, view: CloudView = FIRST, named = false): Json[] {
  const layout = layoutAt(figure, view);
  const grouping = groupingAt(figure, view);
  const members = grouping.groups.map((): number[] => []);
  const most = view.webgl === false && layout.z === undefined ? (view.most ?? FEW_POINTS) : Infinity;
  for (const i of thinPoints(grouping, most)) members[grouping.of[i]!]!.push(i);
  const labels = groupLabels(grouping);
  const isRest = ({ legendrank }: Json): boolean => legendrank === REST_RANK;
  const traces = grouping.groups.flatMap((name, group): Json[] => {
    const points = members[group]!;
    if (points.length === 0 || view.hidden?.has(name) === true) return [];
    const color = groupColour(theme.kind, group, grouping.rest);
    return [
      {
        ...placed(layout, points, view),
        mode: 'markers',
        ...(group === grouping.rest && { legendrank: REST_RANK }),
        name: escapeText(named ? labels[group]! : name),
        marker: {
          color,
          symbol: groupSymbol(group),
          size: markerSize(figure.ids.length, layout.z !== undefined),
          opacity: theme.kind.startsWith('high-contrast') ? 1 : 0.8,
          line: { width: 0, color },
        },
        customdata: points,
        text: points.map((i) => escapeText(`${figure.noun} ${figure.ids[i]!}`)),
        hovertext: points.map((i) => escapeText(figure.text[i]!)),
        hovertemplate: '<b>%{text}</b> · %{fullData.name}<br>%{hovertext}<extra></extra>',
        ...(view.selected !== undefined &&
          layout.z === undefined && {
            selectedpoints: [...points.keys()].filter((at) => view.selected!.has(points[at]!)),
            unselected: { marker: { opacity: 0.15 } },
          }),
      },
    ];
  });
  // Later ones are drawn over earlier ones.
  const ordered = traces.toSorted((a, b) => Number(isRest(b)) - Number(isRest(a)));
  return view.chosen === undefined ? ordered : [...ordered, ring(layout, view.chosen, theme, view)];
}

/** Axes of the plane or of space; dragging does what the view says. */
export function cloudLayout(figure: CloudFigure, theme: PlotTheme, view: CloudView = FIRST, titled = false): Json {
  const layout = layoutAt(figure, view);
  const font = { family: theme.fontFamily, size: theme.fontSize, color: theme.foreground };
  const axis = (at: number): Json => ({
    title: { text: escapeText(layout.axes[at] ?? 'xyz'[at]!), standoff: 8, font: { size: theme.fontSize } },
    gridcolor: theme.grid,
    linecolor: theme.foreground,
    zerolinecolor: theme.grid,
    color: theme.foreground,
  });
  const plane = { automargin: true, zeroline: false, ticks: 'outside', ticklen: 4 };
  const space = { showbackground: false };
  const scene = {
    xaxis: { ...axis(0), ...space },
    yaxis: { ...axis(1), ...space },
    zaxis: { ...axis(2), ...space },
    aspectmode: 'cube',
    bgcolor: theme.background,
    dragmode: 'orbit',
    // Far and high enough that the labels of the lower axes are not cut.
    camera: { eye: { x: 1.5, y: 1.5, z: 1 }, center: { x: 0, y: 0, z: -0.2 } },
    // The camera stays where the person has put it while groups come and go.
    uirevision: layout.name,
  };
  return {
    font,
    paper_bgcolor: theme.background,
    plot_bgcolor: theme.background,
    margin:
      layout.z === undefined
        ? { l: 48, r: 14, t: titled ? 84 : 12, b: 40, pad: 0 }
        : { l: 0, r: 0, t: titled ? 84 : 0, b: 0, pad: 0 },
    ...(titled && {
      title: { text: escapeText(figure.title), x: 0, xref: 'paper', xanchor: 'left', yref: 'container', y: 0.97 },
    }),
    showlegend: titled,
    legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1.02, yanchor: 'bottom', itemsizing: 'constant' },
    hovermode: 'closest',
    hoverlabel: hoverLabel(theme),
    ...(layout.z === undefined
      ? {
          dragmode: view.drag ?? 'zoom',
          xaxis: { ...axis(0), ...plane },
          yaxis: { ...axis(1), ...plane },
          newselection: { line: { color: theme.foreground, width: 1.5, dash: 'dash' } },
        }
      : { scene }),
  };
}

/** The layout of a view; the first one where the view's is not there. */
export function layoutAt({ layouts }: CloudFigure, { layout }: CloudView): CloudLayout {
  return layouts[layout] ?? layouts[0]!;
}

/** The grouping of a view; the first one where the view's is not there. */
export function groupingAt({ groupings }: CloudFigure, { grouping }: CloudView): Grouping {
  return groupings[grouping] ?? groupings[0]!;
}

function placed({ x, y, z }: CloudLayout, points: readonly number[], { webgl }: CloudView): Json {
  const at = (values: readonly number[]): number[] => points.map((i) => values[i]!);
  const plane = { x: at(x), y: at(y) };
  if (z !== undefined) return { type: 'scatter3d', ...plane, z: at(z) };
  return { type: webgl === false ? 'scatter' : 'scattergl', ...plane };
}

function ring(layout: CloudLayout, point: number, theme: PlotTheme, view: CloudView): Json {
  return {
    ...placed(layout, [point], view),
    mode: 'markers',
    showlegend: false,
    hoverinfo: 'skip',
    marker: {
      symbol: 'circle-open',
      size: layout.z === undefined ? 20 : 10,
      color: theme.foreground,
      line: { width: 3, color: theme.foreground },
    },
  };
}

/** Pixels: fewer points are larger. WebGL draws those of space about twice as large. */
function markerSize(points: number, space: boolean): number {
  const size = points <= 300 ? 9 : points <= 3000 ? 7 : points <= 10_000 ? 5 : 4;
  return space ? size / 2 : size;
}
