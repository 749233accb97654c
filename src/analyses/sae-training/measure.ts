import type { SaeTrainer } from '../../math/sae-training/trainer';

/** How well an SAE does on rows that it did not learn from. */
export interface Fit {
  readonly tokens: number;
  /** 1 − Σ‖x − x̂‖² / Σ‖x − mean‖², the mean over the same rows. */
  readonly varianceExplained: number;
  /** Features per token above 0. */
  readonly l0: number;
  /** Mean of (x − x̂)² over tokens and units, in the model's own scale. */
  readonly meanSquaredError: number;
  /** Tokens on which each feature was above 0, f64 [features]. */
  readonly firings: Float64Array;
}

/** How well an SAE does on all held-out rows, their outliers among them. */
export type WholeFit = Pick<Fit, 'tokens' | 'varianceExplained' | 'meanSquaredError'>;

/**
 * The fit with outliers: the same measures over the rows of a fit and the outliers behind them.
 * @param fit of the first `fit.tokens` rows
 * @param rows f32 [rows, width] in the model's scale
 * @returns what `fit` says where no outlier stands behind its rows
 */
export async function withOutliers(
  fit: Fit,
  trainer: SaeTrainer,
  rows: Float32Array,
  factor: number,
): Promise<WholeFit> {
  const { width } = trainer.settings;
  const { tokens, varianceExplained, meanSquaredError } = fit;
  const outliers = rows.subarray(tokens * width);
  if (outliers.length === 0) return { tokens, varianceExplained, meanSquaredError };
  const theirs = (await measureFit(trainer, outliers, factor)).meanSquaredError * outliers.length;
  const error = meanSquaredError * tokens * width + theirs;
  return {
    tokens: rows.length / width,
    varianceExplained: 1 - error / totalVariance(rows, width),
    meanSquaredError: error / rows.length,
  };
}

/**
 * Measures the trainer's SAE on rows f32 [rows, width] in the model's scale.
 * @param factor brings them to the trainer's scale
 */
export async function measureFit(trainer: SaeTrainer, rows: Float32Array, factor: number): Promise<Fit> {
  const { width, batch, features } = trainer.settings;
  const tokens = rows.length / width;
  const firings = new Float64Array(features);
  let error = 0;
  let fired = 0;
  for (let row = 0; row < tokens; row += batch) {
    const count = Math.min(batch, tokens - row);
    const from = row * width;
    for (let i = 0; i < count * width; i++) trainer.rows[i] = rows[from + i]! * factor;
    const sums = await trainer.reconstruct(count, (feature) => (firings[feature]! += 1));
    error += sums.squaredError;
    fired += sums.firings;
  }
  error /= factor * factor;
  return {
    tokens,
    varianceExplained: 1 - error / totalVariance(rows, width),
    l0: fired / tokens,
    meanSquaredError: error / rows.length,
    firings,
  };
}

/** Σ‖x − mean‖². */
function totalVariance(rows: Float32Array, width: number): number {
  const means = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) means[i % width]! += rows[i]!;
  for (let c = 0; c < width; c++) means[c]! /= rows.length / width;
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += (rows[i]! - means[i % width]!) ** 2;
  return sum;
}
