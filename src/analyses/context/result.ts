import type { AnalysisResult } from '../../shared/analysis';
import type { AlignmentFields, BestLayer, Interval, LayerRow } from '../alignment/result';
import type { ContextLength } from './spec';

/** A difference of two scores, its interval from resamples drawn for both together; NaN where nothing is resampled. */
export interface Gain {
  readonly score: number;
  readonly interval: Interval;
}

/** Scores with one context length. */
export interface LengthRow {
  readonly length: ContextLength;
  /** Words that have no more tokens before them than this length reads: for them it is `full`. */
  readonly wholeWords: number;
  readonly layers: readonly LayerRow[];
  /** Of every layer what this length adds to the score of the shortest one. */
  readonly gains: readonly Gain[];
  readonly best: BestLayer;
  /** Of the largest score over layers; NaN without permutations. */
  readonly p: number;
}

/** A layer over all lengths. */
export interface LayerReach {
  readonly layer: number | null;
  readonly depth: number | null;
  /** Length of the largest score. */
  readonly bestLength: ContextLength | null;
  readonly score: number;
  /** The shortest length whose score reaches 95 % of the largest; null where no score is positive. */
  readonly plateau: ContextLength | null;
}

/** A column of `scores.npy`. */
export interface UnitReach {
  readonly id: string;
  readonly subject: string;
  readonly summary: boolean;
  readonly lag?: number;
  readonly bestLength: ContextLength | null;
  readonly bestLayer: number | null;
  readonly score: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** Fields of the alignments that are the same for all lengths. */
export const SHARED = [
  'dataset',
  'cite',
  'simulated',
  'granularity',
  'metric',
  'zscore',
  'rows',
  'width',
  'modelLayers',
  'pooling',
  'alpha',
  'alphas',
  'pca',
  'folds',
  'columns',
  'subjects',
  'summaryUnits',
  'aggregate',
  'intervals',
  'ceiling',
  'ceilings',
  'permutations',
  'nuisance',
  'missing',
] as const satisfies readonly (keyof AlignmentFields)[];

export type SharedFields = Pick<AlignmentFields, (typeof SHARED)[number]>;

/** What stands under `result` in `result.json`. */
export interface ContextFields extends SharedFields {
  readonly lengths: readonly ContextLength[];
  readonly words: number;
  readonly byLength: readonly LengthRow[];
  readonly byLayer: readonly LayerReach[];
  /** The length and layer of the largest score. */
  readonly best: BestLayer & { readonly length: ContextLength };
  readonly units: readonly UnitReach[];
  /** What went through the model for all lengths but `full`, and what windows one by one would have taken. */
  readonly sharing: {
    readonly windows: number;
    readonly windowTokens: number;
    readonly sequences: number;
    readonly tokens: number;
  };
  /** What the windows were expected to take; 0 where all were known from an earlier run. */
  readonly estimatedSeconds: number;
}

/** The fields of a result. */
export function fieldsOf(result: AnalysisResult): ContextFields {
  return result.fields as unknown as ContextFields;
}
