// The parts of Plotly that the panel uses; @types/plotly.js describes its whole bundle.
declare module 'plotly.js/lib/core' {
  export interface PlotlyElement extends HTMLElement {
    readonly _fullLayout: {
      /** Absent in a picture of space. */
      readonly xaxis?: { readonly range: readonly [number, number] };
      readonly yaxis?: { readonly range: readonly [number, number] };
      readonly _size: { readonly w: number; readonly h: number };
    };
    readonly layout: { readonly selections?: readonly unknown[] };
    on(event: 'plotly_relayout', listener: (changes: Record<string, unknown>) => void): void;
    on(event: 'plotly_click', listener: (event: { readonly points: readonly Point[] }) => void): void;
    on(event: 'plotly_selected', listener: (event: { readonly points: readonly Point[] } | undefined) => void): void;
    on(event: 'plotly_doubleclick' | 'plotly_deselect', listener: () => void): void;
  }
  interface Point {
    readonly customdata?: unknown;
  }
  interface Picture {
    readonly data: readonly unknown[];
    readonly layout: unknown;
    readonly config?: unknown;
  }
  interface ImageOptions {
    readonly format: 'png' | 'svg';
    readonly width: number;
    readonly height: number;
    readonly scale?: number;
  }
  const Plotly: {
    register(modules: readonly unknown[]): void;
    react(node: HTMLElement, data: readonly unknown[], layout: unknown, config: unknown): Promise<PlotlyElement>;
    relayout(node: HTMLElement, changes: Record<string, unknown>): Promise<PlotlyElement>;
    toImage(picture: Picture, options: ImageOptions): Promise<string>;
    purge(node: HTMLElement): void;
    readonly Plots: { resize(node: HTMLElement): Promise<void> };
  };
  export default Plotly;
}
declare module 'plotly.js/lib/bar' {
  const trace: unknown;
  export default trace;
}
declare module 'plotly.js/lib/heatmap' {
  const trace: unknown;
  export default trace;
}
declare module 'plotly.js/lib/mesh3d' {
  const trace: unknown;
  export default trace;
}
declare module 'plotly.js/lib/scatter3d' {
  const trace: unknown;
  export default trace;
}
declare module 'plotly.js/src/traces/scattergl/strict' {
  const trace: unknown;
  export default trace;
}
declare module '*.css';
