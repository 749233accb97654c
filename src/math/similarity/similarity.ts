import { UserError } from '../../shared/errors';
import { averageRanks } from '../statistics';
import { centred, gram, zscoredColumns } from './gram';

/**
 * Similarity of two representations of the same stimuli without a fit. Each metric is the cosine of two vectors that are
 * made of one representation each (its signature), so that all pairs of layers cost one Gram matrix per layer.
 *
 * - `cka`: linear CKA (Kornblith et al. 2019), the cosine of the Gram matrices of column-centred features.
 * - `debiased-cka`: the same with the unbiased HSIC of Song et al. 2012, as the cosine of U-centred Gram matrices
 *   (Székely & Rizzo 2014): HSIC = Σ_{i≠j} Ã_ij·B̃_ij / (n(n − 3)).
 * - `rsa`: Spearman correlation, average ranks, of dissimilarities 1 − Pearson between stimuli (upper triangles).
 */
export type SimilarityMetric = 'cka' | 'debiased-cka' | 'rsa';

/** The unbiased HSIC divides by n − 3. */
const FEWEST = 4;

/**
 * What a metric compares of one representation: f64, n(n − 1)/2 numbers (n(n + 1)/2 for `cka`), of length one; NaN where
 * the features are the same for all stimuli.
 * @param features [rows, width], row-major, finite
 * @param zscored every column z-scored first (ddof 0; s.d. 0 → 1), so that massive units do not dominate
 * @throws UserError for fewer than 4 stimuli, or under `rsa` a stimulus whose features are all equal
 */
export function signatureOf(
  features: Float32Array | Float64Array,
  rows: number,
  metric: SimilarityMetric,
  zscored = false,
): Float64Array {
  if (rows < FEWEST) {
    throw new UserError(`${rows} stimuli are too few to compare representations`, `Give at least ${FEWEST}.`);
  }
  const width = features.length / rows;
  const values = zscored ? zscoredColumns(features, rows, width) : Float64Array.from(features);
  switch (metric) {
    case 'cka':
      return unit(upper(gram(centred(values, rows, width), rows, width), rows));
    case 'debiased-cka':
      return unit(uCentred(gram(centred(values, rows, width), rows, width), rows));
    case 'rsa':
      return unit(deviations(averageRanks(dissimilarities(values, rows, width))));
  }
}

/** The similarity of two representations from their signatures under one metric: their cosine. */
export function similarityOf(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) throw new RangeError(`signatures of ${a.length} and ${b.length} numbers`);
  return dot(a, b);
}

/** The diagonal and the upper triangle, which stands for the lower one too. */
function upper(matrix: Float64Array, n: number): Float64Array {
  const out = new Float64Array((n * (n + 1)) / 2);
  let at = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = i; j < n; j += 1) out[at++] = matrix[i * n + j]! * (i === j ? 1 : Math.SQRT2);
  }
  return out;
}

/** Upper triangle of K_ij − Σ_j K_ij/(n − 2) − Σ_i K_ij/(n − 2) + ΣΣ K/((n − 1)(n − 2)), K's diagonal being zero. */
function uCentred(matrix: Float64Array, n: number): Float64Array {
  const sums = new Float64Array(n);
  for (let i = 0; i < n; i += 1) for (let j = 0; j < n; j += 1) if (i !== j) sums[i]! += matrix[i * n + j]!;
  const total = sums.reduce((sum, value) => sum + value, 0) / ((n - 1) * (n - 2));
  return triangle(n, (i, j) => matrix[i * n + j]! - (sums[i]! + sums[j]!) / (n - 2) + total);
}

/** 1 − Pearson correlation of the features of every two stimuli. */
function dissimilarities(values: Float64Array, rows: number, width: number): Float64Array {
  const patterns = new Float64Array(values.length);
  for (let row = 0; row < rows; row += 1) {
    const pattern = unit(deviations(values.subarray(row * width, (row + 1) * width)));
    if (Number.isNaN(pattern[0])) {
      const remedy = 'Leave it out, or compare with --metric cka.';
      throw new UserError(`The features of stimulus ${row + 1} are all equal: nothing correlates with them`, remedy);
    }
    patterns.set(pattern, row * width);
  }
  const correlations = gram(patterns, rows, width);
  return triangle(rows, (i, j) => 1 - correlations[i * rows + j]!);
}

function triangle(n: number, value: (i: number, j: number) => number): Float64Array {
  const out = new Float64Array((n * (n - 1)) / 2);
  let at = 0;
  for (let i = 0; i < n; i += 1) for (let j = i + 1; j < n; j += 1) out[at++] = value(i, j);
  return out;
}

function deviations(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function unit(values: Float64Array): Float64Array {
  const norm = Math.sqrt(dot(values, values));
  return values.map((value) => value / norm);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}
