import type { AnalysisResult } from '../../shared/analysis';

export type Interval = readonly [low: number, high: number];

/** Pearson and Spearman over units; p two-sided, by permutation within subject. */
export interface Correlations {
  readonly spearman: number;
  readonly pearson: number;
  /** Of Spearman. */
  readonly p: number;
  readonly pearsonP: number;
}

/** Spearman within every subject, and whether its mean over subjects differs from 0. */
export interface OverSubjects {
  readonly count: number;
  readonly mean: number;
  readonly t: number;
  /** Two-sided, one-sample t-test. */
  readonly p: number;
  readonly each: readonly { readonly subject: string; readonly units: number; readonly spearman: number }[];
}

/** Mean score of every layer: over units within subject, then over subjects. */
export interface LayerCurve {
  readonly layers: readonly number[];
  readonly depths: readonly number[];
  readonly scores: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** One alignment: a row of `bestLayer.npy` and `centroid.npy`. */
export interface ModelRow extends Correlations {
  readonly name: string;
  /** Units that count, and of how many. */
  readonly units: number;
  readonly of: number;
  /** Which units count: significant ones, or all because nothing was permuted. */
  readonly chosenBy: 'fdr' | 'p' | 'all';
  /** Of the units that count, those with a covariate: behind all correlations. */
  readonly correlated: number;
  /** Largest mean score over layers, and where. */
  readonly peak: number;
  readonly peakInterval: Interval;
  readonly peakLayer: number | null;
  readonly peakDepth: number | null;
  /** The same correlations of the centroid. */
  readonly centroid: Correlations;
  readonly subjects: OverSubjects;
  readonly layersUsed: { readonly depth: number; readonly interval: Interval };
  readonly intervals: { readonly over: 'subjects' | 'units'; readonly count: number; readonly resamples: number };
  readonly curve: LayerCurve;
}

export type Measure = 'peak' | 'spearman' | 'layersUsed';

/** One measure of the models against their performance. */
export interface MeasureRow {
  readonly measure: Measure;
  readonly models: number;
  readonly r: number;
  /** Two-sided, by permutation of the models. */
  readonly p: number;
  /** FDR over the measures. */
  readonly q: number;
  /** r without each family, and the range of these. */
  readonly without: readonly { readonly family: string; readonly models: number; readonly r: number }[];
  readonly range: Interval;
}

export interface BenchmarkFields {
  /** What the score is called. */
  readonly column: string;
  /** Of brain score (peak) with the benchmark. */
  readonly r: number;
  readonly p: number;
  /** The table names families; otherwise every model is one. */
  readonly families: boolean;
  readonly scores: readonly { readonly model: string; readonly score: number; readonly family: string }[];
  readonly measures: readonly MeasureRow[];
}

/** A column of `bestLayer.npy` and `centroid.npy`. */
export interface UnitColumn {
  readonly id: string;
  readonly subject: string;
  readonly position?: readonly [number, number, number];
}

/** What stands under `result` in `result.json`. */
export interface HierarchyFields {
  readonly dataset: string;
  /** The responses were made up from a model. */
  readonly simulated: boolean;
  readonly covariate: string;
  readonly level: number;
  readonly permutations: number;
  readonly units: readonly UnitColumn[];
  readonly models: readonly ModelRow[];
  readonly benchmark?: BenchmarkFields;
}

/** The fields of a hierarchy's result. */
export function fieldsOf(result: AnalysisResult): HierarchyFields {
  return result.fields as unknown as HierarchyFields;
}
