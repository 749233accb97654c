/** What the panel remembers when its page is thrown away: VS Code does that to every hidden tab. */
import type { Drag } from '../src/shared/cloud-plot';
import type { ParallelogramView } from '../src/shared/parallelogram';

export interface Sort {
  readonly column: number;
  readonly direction: 'ascending' | 'descending';
}

/** Axis ranges in Plotly's units (log axes in powers of ten). */
export interface Zoom {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export interface FigureState {
  readonly zoom?: Zoom | undefined;
  readonly sort?: Sort | undefined;
  readonly page?: number | undefined;
  /** Names of series that are switched off. */
  readonly hidden?: readonly string[] | undefined;
  /** Of a cloud: indices of its layout and grouping, what dragging does, the id of the point whose details are open. */
  readonly layout?: number | undefined;
  readonly grouping?: number | undefined;
  readonly drag?: Drag | undefined;
  readonly chosen?: number | undefined;
  /** Which parallelogram is shown. */
  readonly parallelogram?: ParallelogramView | undefined;
  /** The data table under a picture is open. */
  readonly table?: boolean | undefined;
}

export interface PanelState {
  /** Which result it belongs to. */
  readonly result: string;
  readonly scroll: number;
  readonly provenance: boolean;
  readonly figures: Readonly<Record<string, FigureState>>;
}

/** The state to begin with: the stored one if it is this result's and whole, else a fresh one. */
export function restore(stored: unknown, result: string): PanelState {
  const fresh: PanelState = { result, scroll: 0, provenance: false, figures: {} };
  if (typeof stored !== 'object' || stored === null) return fresh;
  const state = { ...fresh, ...stored };
  const whole = typeof state.scroll === 'number' && typeof state.figures === 'object' && state.figures !== null;
  return whole && state.result === result ? state : fresh;
}

/** Holds the state of one shown result and stores every change. */
export class StateStore {
  constructor(
    private current: PanelState,
    private readonly store: (state: PanelState) => void,
  ) {}

  get state(): PanelState {
    return this.current;
  }

  figure(id: string): FigureState {
    return this.current.figures[id] ?? {};
  }

  update(changes: Partial<PanelState>): void {
    this.current = { ...this.current, ...changes };
    this.store(this.current);
  }

  updateFigure(id: string, changes: FigureState): void {
    this.update({ figures: { ...this.current.figures, [id]: { ...this.figure(id), ...changes } } });
  }
}
