import type { Granularity } from '../../data/brain/dataset';
import type { AnalysisResult } from '../../shared/analysis';
import type { Average } from './aggregate';

export type Interval = readonly [low: number, high: number];

/** One layer, or one set of chosen units. Layers count from 0; `null`: units of several layers. */
export interface LayerRow {
  readonly layer: number | null;
  /** (layer + 1)/L */
  readonly depth: number | null;
  /** Units within subject, then subjects (definitions, Aggregation). */
  readonly score: number;
  readonly interval: Interval;
  /** The same of r/ceiling, over units that have a ceiling. */
  readonly normalised: number;
  /** 95 % of the scores of permuted responses. */
  readonly nullBand?: Interval;
  /** Ridge only: R² out of fold against the training mean. */
  readonly r2?: number;
  /** With nuisance: R² of both bands together, and what the layer adds: R²(both) − R²(nuisance). */
  readonly bothR2?: number;
  readonly unique?: number;
}

export interface BestLayer {
  readonly layer: number | null;
  readonly depth: number | null;
  readonly score: number;
  readonly normalised: number;
  readonly interval: Interval;
  /** 95 % of the best layer of resamples. */
  readonly layerInterval: Interval;
  /** Layer chosen in each outer fold by inner folds of its training rows: without the upward bias of a maximum. */
  readonly nestedScore: number;
  readonly nestedScoreReason?: string;
  /** The layer so chosen, by outer fold. */
  readonly nestedLayers: readonly number[];
}

/** A column of `scores.npy`. */
export interface UnitRow {
  readonly id: string;
  readonly subject: string;
  readonly summary: boolean;
  readonly lag?: number;
  readonly bestLayer: number | null;
  readonly score: number;
  readonly normalised: number;
  readonly ceiling: number;
  /** Rows with a response. */
  readonly n: number;
  /** Folds with a score at the best layer. */
  readonly folds: number;
  /** Median over folds of the penalty at the best layer. */
  readonly alpha: number;
  /** Max-statistic over layers; NaN without permutations. */
  readonly p: number;
  /** FDR over units, summary columns apart. */
  readonly q: number;
  readonly position?: readonly [number, number, number];
  readonly covariates: Readonly<Record<string, number>>;
  readonly labels: Readonly<Record<string, string>>;
}

export interface UnitSetRow {
  readonly kind: string;
  readonly seed?: number;
  readonly k: number;
  readonly score: number;
  readonly interval: Interval;
}

/** Selected units against the random sets of one kind. */
export interface SetComparison {
  readonly control: string;
  readonly sets: number;
  readonly median: number;
  readonly range: Interval;
  /** Selected − median of the controls. */
  readonly difference: number;
  /** One-sided: (1 + #{control ≥ selected})/(1 + sets). */
  readonly p: number;
}

/** Word-locked responses by time (array `lagScores`, f64 [lags, layers, units]). */
export interface Latency {
  /** Seconds. */
  readonly lags: readonly number[];
  /** Of every layer the aggregate over units at every lag, and where it is largest. */
  readonly layers: readonly {
    readonly layer: number | null;
    readonly scores: readonly number[];
    readonly peakLag: number;
    readonly score: number;
  }[];
  /** Of every unit the lag and layer of its largest score: an estimate of its latency, without an interval. */
  readonly units: readonly {
    readonly id: string;
    readonly subject: string;
    readonly peakLag: number;
    readonly layer: number | null;
    readonly score: number;
  }[];
}

/** What stands under `result` in `result.json`. */
export interface AlignmentFields {
  readonly dataset: string;
  readonly cite?: string;
  /** The responses were made up from a model. */
  readonly simulated: boolean;
  readonly granularity: Granularity | 'rows';
  readonly metric: 'ridge' | 'cka' | 'debiased-cka' | 'rsa';
  readonly zscore?: boolean;
  readonly rows: number;
  readonly width: number;
  /** Layers of the model in all. */
  readonly modelLayers: number;
  readonly pooling?: string;
  readonly alpha?: 'nested' | 'loo' | 'ols';
  readonly alphas?: readonly number[];
  readonly pca?: number;
  readonly folds?: { readonly name: string; readonly count: number; readonly heldOut: readonly number[] };
  /** What a column of `scores.npy` is: a unit, or all units of a subject together. */
  readonly columns: 'units' | 'subjects';
  readonly subjects: readonly { readonly subject: string; readonly units: number }[];
  readonly summaryUnits: number;
  readonly aggregate: Average;
  readonly intervals: { readonly over: string; readonly count: number; readonly resamples: number };
  readonly layers: readonly LayerRow[];
  readonly best: BestLayer;
  /** Aggregate of the ceilings, NaN where there are none; and how many units have one. */
  readonly ceiling: number;
  readonly ceilings: { readonly units: number; readonly without: number };
  /** Of the largest aggregate over layers; NaN without permutations. */
  readonly p: number;
  readonly permutations: { readonly draws: number; readonly how: string };
  /** Units with q < 0.05; absent without permutations. */
  readonly significant?: { readonly units: number; readonly of: number };
  readonly nuisance?: { readonly columns: readonly string[]; readonly score: number; readonly r2: number };
  readonly unitSets: readonly UnitSetRow[];
  readonly setComparisons: readonly SetComparison[];
  readonly units: readonly UnitRow[];
  /** Ridge, where responses have lags. */
  readonly latency?: Latency;
  readonly missing: number;
}

/** The fields of an alignment's result. */
export function fieldsOf(result: AnalysisResult): AlignmentFields {
  return result.fields as unknown as AlignmentFields;
}
