import type { FoldPlan } from '../folds';

/** How α is chosen for every fold and unit (definitions, Alignment). `ols`: minimum-norm least squares, no α. */
export type AlphaChoice = 'nested' | 'loo' | 'ols';

export interface EncodingOptions {
  readonly alpha: AlphaChoice;
  /** The grid, ascending and positive. Not used by `ols`. */
  readonly alphas: Float64Array;
  /** At most this many principal components of the standardised training rows stand for the features. */
  readonly pca?: number;
  readonly signal: AbortSignal;
}

/** Responses to be predicted: f64 [rows, units], NaN = missing (that unit is fitted on the rows that it has). */
export interface Targets {
  readonly data: Float64Array;
  readonly units: number;
}

/** Scores of one layer. Folds in the plan's order; all arrays C order. */
export interface LayerScores {
  /** Pearson r on the held-out rows, f64 [folds, units]; 0 when either side is constant; NaN where a unit has too few rows. */
  readonly scores: Float64Array;
  /** α in use, f64 [folds, units]; NaN under `ols`. */
  readonly alphas: Float64Array;
  /** Pearson r between responses and inner out-of-fold predictions at the chosen α, mean over inner folds, f64 [folds, units]: chooses a layer without the held-out rows. */
  readonly innerScores: Float64Array;
  /** Mean squared inner error at the chosen α, f64 [folds, units]: compares bands (NaN under `ols`). */
  readonly innerErrors: Float64Array;
  /** Σ(y − ŷ)² and Σ(y − training mean)² over the held-out rows, f64 [folds, units]. */
  readonly sse: Float64Array;
  readonly sst: Float64Array;
  /** Out-of-fold predictions f64 [rows, units], NaN where a row is never held out; only when asked for. */
  readonly predictions?: Float64Array;
}

/** A band of columns: f32 or f64 [rows, width], row-major, finite. */
export interface Columns {
  readonly data: Float32Array | Float64Array;
  readonly width: number;
}

/** What features explain beyond low-level predictors. R² = 1 − SSE/SST out of fold, f64 [folds, units]; NaN = too few rows. */
export interface BandedScores {
  readonly both: Float64Array;
  readonly nuisance: Float64Array;
  /** R²(both) − R²(nuisance) */
  readonly unique: Float64Array;
  /** α of each band in use, f64 [folds, units]; NaN under `ols`. */
  readonly featureAlphas: Float64Array;
  readonly nuisanceAlphas: Float64Array;
}

/**
 * One layer's features, factorised once for all folds: any number of response sets (real, permuted) can then be scored.
 */
export interface LayerEncoder {
  score(targets: Targets, options?: { readonly predictions?: boolean }): Promise<LayerScores>;
  /** Frees its matrices. */
  release(): void;
}

/** Makes encoders; owns the cores' worker threads, or processes. */
export interface EncoderPool {
  /** Layers of this size worth having open at the same time. */
  parallel(plan: FoldPlan, width: number): number;
  /**
   * @param features f32 or f64 [rows, width], row-major, finite
   * @throws UserError where a fold has too few rows; Cancelled
   */
  layer(
    features: Float32Array | Float64Array,
    width: number,
    plan: FoldPlan,
    options: EncodingOptions,
  ): Promise<LayerEncoder>;
  /**
   * Banded ridge of [nuisance | features], α per band from the product of the grid with itself.
   * @throws UserError where a fold has too few rows; Cancelled
   */
  banded(
    features: Columns,
    nuisance: Columns,
    plan: FoldPlan,
    options: EncodingOptions,
    targets: Targets,
  ): Promise<BandedScores>;
  /** Bytes needed at the peak while `parallel` such layers are open, before they are made. */
  memory(plan: FoldPlan, width: number, units: number): number;
  dispose(): Promise<void>;
}
