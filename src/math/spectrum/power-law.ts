import { mean } from '../statistics';

/** A straight line through log₁₀ λ against log₁₀ rank. */
export interface PowerLaw {
  /** Negative where eigenvalues fall with their rank. */
  readonly slope: number;
  /** Standard error of the slope. */
  readonly error: number;
  readonly intercept: number;
  /** Ranks that went in: eigenvalues of 0 have no logarithm and end the range. */
  readonly ranks: { readonly first: number; readonly last: number };
}

/** Ranks of the definition, from 1. */
export const RANKS = { first: 1, last: 100 } as const;
/** Ranks of the paper's code: zero-based indices 10 … 149. */
export const PAPER_CODE_RANKS = { first: 11, last: 150 } as const;

/** Below this share of the largest an eigenvalue is rounding. */
const NOTHING = 1e-13;

/**
 * Least squares over the ranks `first` … `last` of descending eigenvalues (Li et al. 2024, galaxy scale; as
 * `scipy.stats.linregress`). Fewer than three positive eigenvalues in the range give NaN.
 */
export function fitPowerLaw(eigenvalues: Float64Array, { first, last }: PowerLaw['ranks']): PowerLaw {
  const used = logarithms(eigenvalues, { first, last });
  const n = used.length;
  const ranks = { first, last: first + n - 1 };
  if (n < 3) return { slope: NaN, error: NaN, intercept: NaN, ranks };
  const x = used.map((_, i) => Math.log10(first + i));
  const y = used.map((value) => value / Math.LN10);
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < n; i += 1) {
    const [dx, dy] = [x[i]! - meanX, y[i]! - meanY];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  const slope = xy / xx;
  const error = Math.sqrt(Math.max(0, yy - slope * xy) / (n - 2) / xx);
  return { slope, error, intercept: meanY - slope * meanX, ranks };
}

/** Σ ln λ over the ranks: the logarithm of the volume that the cloud fills in those directions; NaN where there are none. */
export function logVolume(eigenvalues: Float64Array, ranks: PowerLaw['ranks']): number {
  const used = logarithms(eigenvalues, ranks);
  return used.length === 0 ? NaN : used.reduce((sum, value) => sum + value, 0);
}

function logarithms(eigenvalues: Float64Array, { first, last }: PowerLaw['ranks']): Float64Array {
  const some = eigenvalues.subarray(first - 1, last);
  const end = some.findIndex((value) => !(value > NOTHING * eigenvalues[0]!));
  return some.subarray(0, end < 0 ? some.length : end).map(Math.log);
}
