import type { NullSummary } from '../../math/nulls';
import type { AnalysisResult } from '../../shared/analysis';
import type { PairUse } from '../../shared/figure';
import type { Quality } from '../../math/crystals/qualities';

/** Both qualities among their draws under shuffled relation labels. */
export interface QualityNull {
  readonly cosine: NullSummary;
  readonly parallelogram: NullSummary;
}

export interface BeforeAfter<T> {
  /** On the activations. */
  readonly before: T;
  /** On the discriminant directions. */
  readonly after: T;
}

/** One relation at one layer. */
export interface RelationFields extends BeforeAfter<Quality> {
  readonly name: string;
  readonly layer: number;
  readonly pairs: number;
  /** Pairs whose words have the same activation: no difference. */
  readonly unchanged: number;
  /** Means over splits; `pairs` test pairs in all splits. */
  readonly heldOut: BeforeAfter<Quality> & {
    readonly pairs: number;
    readonly transfer: BeforeAfter<number> & { readonly chance: number; readonly candidates: number };
  };
  readonly null: BeforeAfter<QualityNull> & { readonly heldOut: BeforeAfter<QualityNull> };
}

/** How well relations stand apart at one layer. */
export interface SilhouetteFields extends BeforeAfter<number> {
  readonly layer: number;
  readonly heldOut: BeforeAfter<number>;
  /** After discriminant analysis, over `pairs` pairs at most. */
  readonly null: { readonly after: NullSummary; readonly heldOut: NullSummary; readonly pairs: number };
}

/** How the discriminant directions of one layer were found. */
export interface DiscriminantFields {
  readonly layer: number;
  readonly method: 'svd' | 'shrinkage';
  readonly shrinkage: number;
  readonly dimensions: number;
  readonly ratios: readonly number[];
  readonly heldOut: readonly {
    readonly method: 'svd' | 'shrinkage';
    readonly shrinkage: number;
    readonly training: number;
    readonly test: number;
    readonly leftOut: number;
  }[];
}

/** Properties of words that may hide relations. */
export const PROPERTIES = ['length', 'frequency', 'capitalised', 'tokens'] as const;
export type Property = (typeof PROPERTIES)[number];

/** What discriminant analysis removed at one layer. */
export interface DistractorFields {
  readonly layer: number;
  /** Share of the differences' variance. */
  readonly removed: number;
  readonly directions: readonly {
    readonly share: number;
    /** Pearson r of the words along the direction with their property. */
    readonly words: Readonly<Record<Property, number>>;
    /** The same of differences with the property's difference. */
    readonly differences: Readonly<Record<Property, number>>;
  }[];
}

/**
 * Pairs of one relation that are drawn; the squared distances of their words from one another lie in the array `distances`,
 * relation by relation: words 1 and 0, 2 and 0, 2 and 1, ….
 */
export interface PlaneFields {
  readonly name: string;
  /** Pairs that the relation has. */
  readonly of: number;
  /** Every word once. */
  readonly words: readonly string[];
  /** Input and output of every pair: indices into `words`. */
  readonly pairs: readonly number[];
  /** What every pair was to the discriminant analysis of the first split, whose directions are drawn. */
  readonly uses: readonly PairUse[];
}

/** The small numbers of word pairs in a model. */
export interface RelationsResult {
  readonly kind: 'relations';
  readonly layers: readonly number[];
  readonly pairs: number;
  readonly words: number;
  readonly carrier: string;
  readonly splits: number;
  readonly draws: number;
  readonly relations: readonly RelationFields[];
  readonly silhouette: readonly SilhouetteFields[];
  readonly lda: readonly DiscriminantFields[];
  readonly distractors: readonly DistractorFields[];
  readonly planes: readonly PlaneFields[];
}

/** Two differences of one cluster that share no feature: a parallelogram of features. */
export interface Quadruple {
  /** a, b, c, d with b − a ≈ d − c. */
  readonly features: readonly [number, number, number, number];
  readonly cosine: number;
  readonly parallelogram: number;
}

export interface ClusterFields extends Quality {
  readonly normalised: boolean;
  /** Differences in the cluster, and those of them that share no feature, over which the qualities are. */
  readonly size: number;
  readonly disjoint: number;
  /** Mean over clouds of the tightest cluster of at least as many disjoint differences; NaN where no cloud has one. */
  readonly expected: number;
  /** (1 + #{clouds that have one as tight})/(1 + clouds). */
  readonly p: number;
  readonly quadruples: readonly Quadruple[];
}

/** The small numbers of a search in a decoder. */
export interface SearchResult {
  readonly kind: 'search';
  readonly features: number;
  readonly searched: readonly number[];
  readonly differences: number;
  readonly clusters: readonly ClusterFields[];
  /** The tightest cluster against the tightest of every cloud. */
  readonly tightest: readonly (NullSummary & { readonly normalised: boolean })[];
  /** Top tokens of every feature that is named, where they are known. */
  readonly tokens: Readonly<Record<string, readonly string[]>>;
}

/** The fields of a result that this analysis made. */
export function fieldsOf(result: AnalysisResult): RelationsResult | SearchResult {
  return result.fields as unknown as RelationsResult | SearchResult;
}
