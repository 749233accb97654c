import type { AnalysisResult } from '../../shared/analysis';

/** Of a layer of A its best match in B. */
export interface BestMatch {
  readonly layer: number;
  readonly match: number;
  readonly depth: number;
  readonly matchDepth: number;
  readonly similarity: number;
}

/** Whether deeper layers of A match deeper layers of B. */
export interface PairDiagonality {
  /** Spearman of layer depth with best-match depth. */
  readonly diagonality: number;
  /** Under permutations of B's layers; p is one-sided. */
  readonly nullMean: number;
  readonly nullSd: number;
  readonly z: number;
  readonly p: number;
  readonly bestMatches: readonly BestMatch[];
}

/** Two models, A before B. */
export interface PairFields extends PairDiagonality {
  /** Indices into `models`. */
  readonly a: number;
  readonly b: number;
  /** Name of its array, f64 [layersA, layersB]. */
  readonly array: string;
  /** Mean of the best matches of all layers of A and of all layers of B, halved. */
  readonly similarity: number;
}

/** More than two models at once. */
export interface SummaryFields {
  /** Average linkage on 1 − similarity: rows as SciPy's `linkage`. */
  readonly clustering: readonly {
    readonly a: number;
    readonly b: number;
    readonly distance: number;
    readonly size: number;
  }[];
  /** Models from left to right under that tree. */
  readonly order: readonly number[];
  /** Classical MDS of 1 − similarity: a point per model, and the share of the positive eigenvalues of each axis. */
  readonly map: { readonly x: readonly number[]; readonly y: readonly number[]; readonly explained: readonly number[] };
}

/** The small numbers of a comparison of layers. */
export interface SimilarityFields {
  readonly metric: 'cka' | 'debiased-cka' | 'rsa';
  readonly zscored: boolean;
  /** What a row is. */
  readonly level: 'text' | 'word' | 'scan';
  /** Rows: texts, words or scans. */
  readonly stimuli: number;
  /** Names of the models, in the order that they were given in. */
  readonly models: readonly string[];
  readonly layers: readonly number[];
  readonly permutations: number;
  /** Models that could not be read or run, and why; the others were compared. */
  readonly failed: readonly { readonly model: string; readonly problem: string }[];
  readonly pairs: readonly PairFields[];
  /** With more than two models. */
  readonly summary?: SummaryFields;
}

/** With two models the numbers of their pair stand beside the others. */
export type ResultFields = SimilarityFields & Partial<PairDiagonality>;

/** The fields of a result that this analysis made. */
export function fieldsOf(result: AnalysisResult): SimilarityFields {
  return result.fields as unknown as SimilarityFields;
}
