import type { AnalysisResult } from '../../shared/analysis';

/** The small numbers of a comparison of layers. */
export interface SimilarityFields {
  readonly metric: 'cka' | 'debiased-cka' | 'rsa';
  readonly zscored: boolean;
  readonly stimuli: number;
  /** File names of A and B. */
  readonly models: readonly [string, string];
  readonly layers: readonly [number, number];
  /** Spearman of layer depth with best-match depth. */
  readonly diagonality: number;
  /** Under permutations of B's layers; p is one-sided. */
  readonly nullMean: number;
  readonly nullSd: number;
  readonly z: number;
  readonly p: number;
  readonly permutations: number;
  /** Of every layer of A its best match in B. */
  readonly bestMatches: readonly {
    readonly layer: number;
    readonly match: number;
    readonly depth: number;
    readonly matchDepth: number;
    readonly similarity: number;
  }[];
}

/** The fields of a result that this analysis made. */
export function fieldsOf(result: AnalysisResult): SimilarityFields {
  return result.fields as unknown as SimilarityFields;
}
