import type { Random } from '../random';
import { spearman } from '../statistics';

/** Whether deeper layers of one network match deeper layers of another. */
export interface Diagonality {
  /** Spearman correlation of layer depth with best-match depth; NaN where all layers match the same one. */
  readonly value: number;
  /** Under permutations of B's layers: mean, s.d. (ddof 0), (value − mean)/s.d. */
  readonly nullMean: number;
  readonly nullSd: number;
  readonly z: number;
  /** One-sided: (1 + #{null ≥ value})/(1 + draws). */
  readonly p: number;
}

/**
 * The column of the largest similarity of every row; the first of equal ones.
 * @param similarity f64 [layersA, layersB]
 */
export function bestMatches(similarity: Float64Array, layersB: number): Int32Array {
  return Int32Array.from({ length: similarity.length / layersB }, (_, i) => {
    const row = similarity.subarray(i * layersB, (i + 1) * layersB);
    return row.reduce((best, value, j) => (value > row[best]! || Number.isNaN(row[best]!) ? j : best), 0);
  });
}

/** Diagonality of the best matches (definitions, Hierarchy: model to model). Depth is monotone in the layer's index. */
export function diagonalityOf(matches: Int32Array, layersB: number, draws: number, random: Random): Diagonality {
  const layers = Int32Array.from(matches.keys());
  const value = spearman(layers, matches);
  const nulls = Float64Array.from({ length: draws }, () => {
    const permutation = random.permutation(layersB);
    return spearman(
      layers,
      matches.map((match) => permutation[match]!),
    );
  });
  const nullMean = nulls.reduce((sum, one) => sum + one, 0) / draws;
  const nullSd = Math.sqrt(nulls.reduce((sum, one) => sum + (one - nullMean) ** 2, 0) / draws);
  // Sums in another order must not make an equal correlation a smaller one.
  const reached = nulls.filter((one) => one >= value - 1e-12).length;
  const p = Number.isNaN(value) ? NaN : (1 + reached) / (1 + draws);
  return { value, nullMean, nullSd, z: (value - nullMean) / nullSd, p };
}
