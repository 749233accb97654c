/**
 * Figures as data: what is shown, not how. The engine writes them into `figures.json`; the panel, the report, notebooks,
 * hovers and Python read them. Colours are roles, so that every renderer picks its own palette for its theme.
 */
export type Figure = ChartFigure | MapFigure | SpaceFigure | CloudFigure | ParallelogramFigure | TableFigure;

interface FigureBase {
  /** Stable within a result: `selected-per-layer`. */
  readonly id: string;
  readonly title: string;
  /** One or two sentences that say what the figure shows with its main numbers: caption and text for screen readers. */
  readonly summary: string;
}

export interface Axis {
  readonly label: string;
  readonly type: 'linear' | 'log' | 'category';
  readonly range?: readonly [number, number];
  /** Of a map: what is written at 0, 1, … instead of the number, such as names of networks. */
  readonly names?: readonly string[];
}

/** Colour by meaning. `selected` is the result; `control-n` its controls; `condition-n` stimulus conditions; `muted` the rest. */
export type Role =
  | 'selected'
  | 'control-1'
  | 'control-2'
  | 'control-3'
  | 'condition-1'
  | 'condition-2'
  | 'condition-3'
  | 'condition-4'
  | 'muted';

/** One set of marks. All arrays have one length. */
export interface Series {
  readonly name: string;
  readonly mark: 'bar' | 'line' | 'points' | 'band';
  readonly role: Role;
  readonly x: readonly (number | string)[];
  /** For `band`, the middle line. `null` leaves a gap. */
  readonly y: readonly (number | null)[];
  /** Absolute ends of error bars or of the band. */
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
  /** Points in a chart with categories: the series of bars on whose bars they stand. */
  readonly beside?: string;
  /** Bar width in x units (histograms); default 0.8. */
  readonly width?: number;
  /** What `low`–`high` are, for legends and hovers: "range of 10 seeds", "± s.e.m.". */
  readonly interval?: string;
  /** One line per point for its hover: "200 rows · 5 folds". */
  readonly text?: readonly string[];
  /** Of `points`: names written beside them, where there are few. */
  readonly labels?: readonly string[];
}

/** A straight line across the plot at one value of one axis. */
export interface Marker {
  readonly axis: 'x' | 'y';
  readonly value: number;
  readonly label: string;
}

export interface ChartFigure extends FigureBase {
  readonly kind: 'chart';
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly markers?: readonly Marker[];
}

/**
 * A large matrix as an image, row 0 at the bottom. `min` and `max` aggregate `step` neighbouring columns per cell
 * (row-major, rows × ceil(columns / step)); a renderer that can read `array` re-aggregates it on zoom.
 */
export interface MapFigure extends FigureBase {
  readonly kind: 'map';
  readonly x: Axis;
  readonly y: Axis;
  readonly value: string;
  readonly rows: number;
  readonly columns: number;
  readonly step: number;
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly scale: 'diverging' | 'sequential';
  /** Ends of the colour scale. */
  readonly range: readonly [number, number];
  /** File in the result folder with the full matrix [rows, columns]. */
  readonly array?: string;
}

/** Points in three dimensions (millimetres), coloured by value, on a surface where there is one. */
export interface SpaceFigure extends FigureBase {
  readonly kind: 'space';
  /** What the colour says. */
  readonly value: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly z: readonly number[];
  readonly values: readonly number[];
  readonly names: readonly string[];
  /** One line per point for its hover. */
  readonly text: readonly string[];
  readonly scale: 'diverging' | 'sequential';
  /** Ends of the colour scale. */
  readonly range: readonly [number, number];
  /** Triangles: vertices x, y, z one after the other, faces three indices each. */
  readonly mesh?: { readonly vertices: readonly number[]; readonly faces: readonly number[] };
}

/** One way to divide the points of a cloud: lobes by an affinity and a number of lobes. */
export interface Grouping {
  readonly name: string;
  /** Names of the groups, in the order of colours. */
  readonly groups: readonly string[];
  /** Of every point, an index into `groups`. */
  readonly of: readonly number[];
  /** Index of the group that is none, of points that were left out: drawn muted, below the others. */
  readonly rest?: number;
}

/** One way to lay the points of a cloud out: the plane, or space where `z` is there. All arrays have one length. */
export interface CloudLayout {
  readonly name: string;
  readonly axes: readonly string[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly z?: readonly number[];
}

/** Many points coloured by group: features of an SAE by lobe. The panel chooses among layouts and groupings. */
export interface CloudFigure extends FigureBase {
  readonly kind: 'cloud';
  /** What a point is: "feature". */
  readonly noun: string;
  /** Of every point its number. */
  readonly ids: readonly number[];
  /** One line per point for its hover. */
  readonly text: readonly string[];
  readonly layouts: readonly CloudLayout[];
  readonly groupings: readonly Grouping[];
  /** JSON Lines file in the result folder: line i is what a click on the point with id i lists (`PointDetails`). */
  readonly details?: string;
}

/** A line of a cloud's `details`. */
export interface PointDetails {
  readonly title: string;
  /** Named small facts: "firing rate" → "1.2 %". */
  readonly facts: Readonly<Record<string, string>>;
  /** Texts in which the point stands out, the strongest first; `token` is marked within its surroundings. */
  readonly contexts: readonly {
    readonly before: string;
    readonly token: string;
    readonly after: string;
    readonly value: number;
    readonly source: string;
  }[];
}

/** What a pair of words was to the method that made the last space. `left-out`: it shares a word with a held-out pair. */
export type PairUse = 'training' | 'held-out' | 'left-out';

/** Some word pairs of one relation, by the distances of their words. */
export interface PairSet {
  readonly name: string;
  /** Every word once. */
  readonly words: readonly string[];
  /** Input and output of the first pair, of the second, …: indices into `words`. */
  readonly pairs: readonly number[];
  /** Of every pair. */
  readonly uses: readonly PairUse[];
  /** Of every layer, in every space: squared distances of words 1 and 0, 2 and 0, 2 and 1, 3 and 0, … */
  readonly squares: readonly (readonly (readonly number[])[])[];
}

/**
 * Two word pairs as a parallelogram, in the plane in which their words spread most, once per space side by side. The panel
 * chooses the relation, the layer and the pairs.
 */
export interface ParallelogramFigure extends FigureBase {
  readonly kind: 'parallelogram';
  /** What leads from the first space to the last, in the middle of a sentence: "discriminant analysis". */
  readonly method: string;
  /** "Before discriminant analysis". */
  readonly spaces: readonly string[];
  readonly layers: readonly string[];
  readonly relations: readonly PairSet[];
}

export interface TableColumn {
  readonly label: string;
  readonly type: 'number' | 'text';
  /** Significant digits for numbers; absent: integers as they are. */
  readonly digits?: number;
}

export interface TableFigure extends FigureBase {
  readonly kind: 'table';
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly (number | string | null)[])[];
}

/** The file `figures.json` of a result folder. */
export interface FiguresFile {
  readonly schema: 'brainlens/figures@1';
  readonly figures: readonly Figure[];
}
