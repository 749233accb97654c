import { describe, expect, it } from 'vitest';
import { incompleteBeta, logBeta, logGamma, studentTwoSidedP, studentTwoSidedT } from '../../../src/math/special';
import { expectRelative, golden } from './golden';

describe('special functions against mpmath at 400 digits', () => {
  it('ln Γ to 1e-13 of 1 + |value|', () => {
    for (const [x, value] of golden.logGamma)
      expect(Math.abs(logGamma(x) - value)).toBeLessThan(1e-13 * (1 + Math.abs(value)));
  });

  it('ln B to 1e-13 of 1 + |value|, without cancellation at 1e6', () => {
    for (const [a, b, value] of golden.logBeta)
      expect(Math.abs(logBeta(a, b) - value)).toBeLessThan(1e-13 * (1 + Math.abs(value)));
  });

  it('the incomplete beta function to 1e-12 relative', () => {
    for (const [x, a, b, value] of golden.incompleteBeta)
      expectRelative(incompleteBeta(x, a, b), value, 1e-12, `I_${x}(${a}, ${b})`);
  });

  it("Student's two-sided p to 1e-10 relative, from 1 down to 1e-290, df 1 to 1e6", () => {
    expect(Math.min(...golden.student.map(([, , p]) => p))).toBeLessThan(1e-250);
    for (const [t, df, p] of golden.student) {
      expectRelative(studentTwoSidedP(t, df), p, 1e-10, `t = ${t}, df = ${df}`);
      expect(studentTwoSidedP(-t, df)).toBe(studentTwoSidedP(t, df));
    }
  });

  it('the t of a two-sided p as in printed tables, and back again', () => {
    const table = { 1: 12.706, 2: 4.303, 7: 2.365, 9: 2.262, 30: 2.042 };
    for (const [df, t] of Object.entries(table)) expect(studentTwoSidedT(0.05, Number(df))).toBeCloseTo(t, 3);
    expect(studentTwoSidedT(0.05, 1e6)).toBeCloseTo(1.95997, 4);
    for (const df of [1, 7, 300])
      for (const p of [0.9, 0.01, 1e-12])
        expectRelative(studentTwoSidedP(studentTwoSidedT(p, df), df), p, 1e-12, `${p}, ${df}`);
    expect(studentTwoSidedT(0.05, 0)).toBeNaN();
  });

  it('have values at their ends', () => {
    expect(studentTwoSidedP(NaN, 3)).toBeNaN();
    expect(studentTwoSidedP(1, NaN)).toBeNaN();
    expect(studentTwoSidedP(-Infinity, 3)).toBe(0);
    expect(incompleteBeta(0, 2, 3)).toBe(0);
    expect(incompleteBeta(1, 2, 3)).toBe(1);
    expect(incompleteBeta(-0.1, 2, 3)).toBeNaN();
    expect(logGamma(-1)).toBeNaN();
  });
});
