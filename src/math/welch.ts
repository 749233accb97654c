import { studentTwoSidedP } from './special';

/** Welch's test of every unit; all f64 [units]. */
export interface WelchTests {
  readonly t: Float64Array;
  /** Welch–Satterthwaite degrees of freedom. */
  readonly df: Float64Array;
  /** Two-sided. */
  readonly p: Float64Array;
}

/** Mean and variance (ddof 1) of every unit over some rows; f64 [units]. */
export interface Moments {
  readonly n: number;
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/**
 * Mean and variance (ddof 1) per unit over the given rows, float64, in two passes with the corrected sum of squares
 * (Chan, Golub & LeVeque 1983). Values are taken relative to the first row, so that a constant unit has variance 0
 * exactly. NaN and ±∞ in a unit make its variance NaN.
 * @param values [n, units], C order
 * @param rows at least one row of `values`
 */
export function momentsOf(values: Float32Array | Float64Array, units: number, rows: ArrayLike<number>): Moments {
  const n = rows.length;
  const first = values.subarray(rows[0]! * units, (rows[0]! + 1) * units);
  const mean = new Float64Array(units);
  const squares = new Float64Array(units);
  const drift = new Float64Array(units);
  for (let i = 0; i < n; i++) {
    const row = rows[i]! * units;
    for (let u = 0; u < units; u++) mean[u]! += values[row + u]! - first[u]!;
  }
  for (let u = 0; u < units; u++) mean[u] = first[u]! + mean[u]! / n;
  for (let i = 0; i < n; i++) {
    const row = rows[i]! * units;
    for (let u = 0; u < units; u++) {
      const deviation = values[row + u]! - mean[u]!;
      squares[u]! += deviation * deviation;
      drift[u]! += deviation;
    }
  }
  for (let u = 0; u < units; u++) squares[u] = (squares[u]! - (drift[u]! * drift[u]!) / n) / (n - 1);
  return { n, mean, variance: squares };
}

/**
 * Welch's unequal-variances t-test of every unit, first condition minus second, as `scipy.stats.ttest_ind(a, b,
 * equal_var=False)`. A unit constant in both conditions has t = NaN where the means are equal, else ±∞ with p = 0.
 * @param a, b moments of at least two rows each
 */
export function welchTests(a: Moments, b: Moments): WelchTests {
  const units = a.mean.length;
  const t = new Float64Array(units);
  const df = new Float64Array(units);
  const p = new Float64Array(units);
  for (let u = 0; u < units; u++) {
    const shareA = a.variance[u]! / a.n;
    const shareB = b.variance[u]! / b.n;
    t[u] = (a.mean[u]! - b.mean[u]!) / Math.sqrt(shareA + shareB);
    const weight = shareA / (shareA + shareB);
    df[u] = 1 / (weight ** 2 / (a.n - 1) + (1 - weight) ** 2 / (b.n - 1));
    p[u] = Number.isFinite(t[u]!) ? studentTwoSidedP(t[u]!, df[u]!) : Number.isNaN(t[u]!) ? NaN : 0;
  }
  return { t, df, p };
}
