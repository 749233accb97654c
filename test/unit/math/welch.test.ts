import { describe, expect, it } from 'vitest';
import { benjaminiHochberg } from '../../../src/math/statistics';
import { momentsOf, welchTests } from '../../../src/math/welch';
import { expectRelative, golden, welchValues } from './golden';

const { units, positive, negative, t, p, df, q } = golden.welch;
const values = welchValues();
const tests = welchTests(momentsOf(values, units, positive), momentsOf(values, units, negative));

describe("Welch's t-test against scipy.stats.ttest_ind(equal_var=False)", () => {
  // Both sides are float64 over the same float32 numbers: only the order of sums differs. Unit 3 lies at 1e6 with a
  // spread of 3, where a mean is good to 1e-16·1e6/3 of it, hence 1e-9.
  it('gives the same t', () => {
    t.forEach((expected, u) => expectRelative(tests.t[u]!, Number(expected), 1e-9, `t of unit ${u}`));
  });

  it('gives the same degrees of freedom where t is finite', () => {
    df.forEach((expected, u) => {
      if (Number.isFinite(tests.t[u]!)) expectRelative(tests.df[u]!, Number(expected), 1e-9, `df of unit ${u}`);
    });
  });

  it('gives the same p, and Benjamini–Hochberg the same q over the finite ones', () => {
    const adjusted = benjaminiHochberg(tests.p);
    p.forEach((expected, u) => expectRelative(tests.p[u]!, Number(expected), 1e-9, `p of unit ${u}`));
    q.forEach((expected, u) => expectRelative(adjusted[u]!, Number(expected), 1e-9, `q of unit ${u}`));
  });

  it('has t = NaN for a unit constant at one value, ±∞ with p = 0 for one constant at two', () => {
    expect([tests.t[5], tests.t[6], tests.t[7]]).toEqual([NaN, Infinity, -Infinity]);
    expect([tests.p[5], tests.p[6], tests.p[7]]).toEqual([NaN, 0, 0]);
  });

  it('has t = NaN for a unit with a NaN or an infinity', () => {
    expect([tests.t[8], tests.t[9]]).toEqual([NaN, NaN]);
    expect([tests.p[8], tests.p[9]]).toEqual([NaN, NaN]);
  });

  it('knows a constant float64 unit for constant, whatever its digits', () => {
    const constant = new Float64Array(7).fill(0.1);
    expect(momentsOf(constant, 1, [0, 1, 2, 3, 4, 5, 6])).toEqual({
      n: 7,
      mean: new Float64Array([0.1]),
      variance: new Float64Array([0]),
    });
  });
});
