import { studentTwoSidedP } from '../special';
import { mean, standardError } from '../statistics';

/** Whether a mean differs from 0. */
export interface OneSample {
  readonly n: number;
  readonly mean: number;
  readonly t: number;
  /** Two-sided. */
  readonly p: number;
}

/** A spread below this share of the mean is rounding. */
const NO_SPREAD = 1e-12;

/**
 * One-sample t-test against 0 over the values that are not NaN, as `scipy.stats.ttest_1samp`. t and p are NaN below two
 * values, and where all are equal (the rank correlations of few units often are): there is no spread to judge by.
 */
export function oneSampleT(values: Float64Array): OneSample {
  const present = values.filter((value) => !Number.isNaN(value));
  const n = present.length;
  const centre = n === 0 ? NaN : mean(present);
  const error = n < 2 ? 0 : standardError(present);
  const t = error > NO_SPREAD * Math.abs(centre) ? centre / error : NaN;
  return { n, mean: centre, t, p: Number.isNaN(t) ? NaN : studentTwoSidedP(t, n - 1) };
}
