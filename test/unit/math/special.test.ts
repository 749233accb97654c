import { describe, expect, it } from 'vitest';
import { incompleteBeta, logBeta, logGamma, studentTwoSidedP } from '../../../src/math/special';
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
