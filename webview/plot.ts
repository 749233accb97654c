/** Plotly with the traces that figures use; nothing here needs eval or a network; points in space need WebGL. */
import Plotly, { type PlotlyElement } from 'plotly.js/lib/core';
import bar from 'plotly.js/lib/bar';
import heatmap from 'plotly.js/lib/heatmap';
import mesh3d from 'plotly.js/lib/mesh3d';
import scatter3d from 'plotly.js/lib/scatter3d';
// The plain one builds shaders by eval, which the page's policy forbids, and then fails without a word.
import scattergl from 'plotly.js/src/traces/scattergl/strict';
import { EXPORT_SIZE, integerStep, type PlotlySpec } from '../src/shared/to-plotly';
import type { Zoom } from './state';

Plotly.register([bar, heatmap, mesh3d, scatter3d, scattergl]);

/** What a person does to a drawing. */
export interface PlotEvents {
  zoomed(zoom: Zoom | undefined): void;
  /** A click on a point: its `customdata`. */
  clicked?(point: unknown): void;
  /** A lasso or a box about points: their `customdata`; `undefined` where it is taken back. */
  selected?(points: readonly unknown[] | undefined): void;
}

/** One Plotly drawing in `node`, which must have a size. Calls are carried out in order. */
export class Plot {
  private drawn: PlotlyElement | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private spec: PlotlySpec | undefined;
  private zoomed: Zoom | undefined;
  /** Plotly reports a selection anew while it draws. */
  private drawing = false;
  /** The outline of a lasso or box outlives a redrawing. */
  keepsSelection = false;

  constructor(
    private readonly node: HTMLElement,
    private readonly events: PlotEvents,
  ) {}

  get zoom(): Zoom | undefined {
    return this.zoomed;
  }

  /** Ranges as drawn; before the first drawing `undefined`. */
  get ranges(): Zoom | undefined {
    const { xaxis, yaxis } = this.drawn?._fullLayout ?? {};
    return xaxis && yaxis && { x: xaxis.range, y: yaxis.range };
  }

  /** Pixels across the plot area. */
  get width(): number {
    return this.drawn?._fullLayout._size.w ?? this.node.clientWidth;
  }

  /** Draws or redraws; the zoom stays as it is. */
  show(spec: PlotlySpec): Promise<void> {
    this.spec = spec;
    return this.enqueue(async () => {
      const { data, layout, config } = withZoom(spec, this.zoomed);
      const first = this.drawn === undefined;
      // Plotly writes ranges into the layout that it is given.
      const selections = this.keepsSelection ? (this.drawn?.layout.selections ?? []) : [];
      this.drawing = true;
      try {
        this.drawn = await Plotly.react(this.node, data, { ...structuredClone(layout), selections }, config);
      } finally {
        this.drawing = false;
      }
      if (first) this.listen(this.drawn);
    });
  }

  /** Zooms to ranges, or out to the whole figure. */
  setZoom(zoom: Zoom | undefined): Promise<void> {
    this.zoomed = zoom;
    if (this.spec === undefined) return Promise.resolve();
    // It may bring a spec for the new ranges.
    this.events.zoomed(zoom);
    return this.show(this.spec);
  }

  resize(): Promise<void> {
    return this.enqueue(async () => {
      if (this.drawn !== undefined && this.node.clientWidth > 0) await Plotly.Plots.resize(this.node);
    });
  }

  /** A picture of `spec`, at the present zoom, as a data URL; a PNG has two pixels per unit of its size. */
  image(spec: PlotlySpec, format: 'png' | 'svg'): Promise<string> {
    return Plotly.toImage(withZoom(spec, this.zoomed), { format, ...EXPORT_SIZE, scale: format === 'png' ? 2 : 1 });
  }

  dispose(): void {
    Plotly.purge(this.node);
  }

  private listen(drawn: PlotlyElement): void {
    drawn.on('plotly_relayout', (changes) => {
      if (!Object.keys(changes).some((key) => /^[xy]axis\.range/.test(key))) return;
      const { xaxis, yaxis } = drawn._fullLayout;
      if (xaxis === undefined || yaxis === undefined) return;
      this.zoomed = { x: [...xaxis.range], y: [...yaxis.range] };
      const before = this.spec;
      this.events.zoomed(this.zoomed);
      // Ticks follow the zoom, unless a new drawing for it is under way already.
      if (this.spec === before && before !== undefined) void this.show(before);
    });
    drawn.on('plotly_click', ({ points }) => {
      if (points[0]?.customdata !== undefined) this.events.clicked?.(points[0].customdata);
    });
    drawn.on('plotly_selected', (selection) => {
      if (this.drawing) return;
      this.events.selected?.(
        selection?.points.map(({ customdata }) => customdata).filter((data) => data !== undefined),
      );
    });
    drawn.on('plotly_deselect', () => {
      if (!this.drawing) this.events.selected?.(undefined);
    });
    drawn.on('plotly_doubleclick', () => void this.setZoom(undefined));
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => undefined);
    return done;
  }
}

function withZoom(spec: PlotlySpec, zoom: Zoom | undefined): PlotlySpec {
  if (zoom === undefined) return spec;
  const axis = (name: 'x' | 'y'): object => ({
    [`${name}axis`]: {
      ...(spec.layout[`${name}axis`] as object),
      ...(spec.integers[name] && integerStep(zoom[name][1] - zoom[name][0])),
      range: [...zoom[name]],
      autorange: false,
    },
  });
  return { ...spec, layout: { ...spec.layout, ...axis('x'), ...axis('y') } };
}
