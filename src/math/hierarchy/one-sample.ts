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

/** One-sample t-test against 0 over the values that are not NaN, as `scipy.stats.ttest_1samp`; t and p NaN below two. */
export function oneSampleT(values: Float64Array): OneSample {
  const present = values.filter((value) => !Number.isNaN(value));
  const n = present.length;
  const centre = n === 0 ? NaN : mean(present);
  const t = n < 2 ? NaN : centre / standardError(present);
  return { n, mean: centre, t, p: Number.isNaN(t) ? NaN : studentTwoSidedP(t, n - 1) };
}
