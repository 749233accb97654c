import { describe, expect, it } from 'vitest';
import {
  argsort,
  averageRanks,
  benjaminiHochberg,
  dice,
  mean,
  pearson,
  percentile,
  spearman,
  standardDeviation,
  standardError,
} from '../../../src/math/statistics';
import { expectRelative, golden } from './golden';

const { x, y, ranks } = golden.ranks;
// The same formulas in float64 over 60 numbers: rounding only.
const TOLERANCE = 1e-12;

describe('statistics against SciPy and NumPy', () => {
  it('average ranks of ties', () => {
    expect(Array.from(averageRanks(x))).toEqual(ranks);
  });

  it('Spearman and Pearson', () => {
    expectRelative(spearman(x, y), golden.ranks.spearman, TOLERANCE);
    expectRelative(pearson(x, y), golden.ranks.pearson, TOLERANCE);
  });

  it('mean, s.d. and s.e.m.', () => {
    expectRelative(mean(x), golden.ranks.mean, TOLERANCE);
    expectRelative(standardDeviation(x, 0), golden.ranks.sd0, TOLERANCE);
    expectRelative(standardError(x), golden.ranks.sem, TOLERANCE);
  });

  it('percentiles by linear interpolation', () => {
    for (const [percent, value] of golden.ranks.percentiles) {
      expectRelative(
        percentile(
          y.map((v) => v / 7),
          percent,
        ),
        value,
        1e-15,
        `${percent} %`,
      );
    }
  });
});

describe('at the edges', () => {
  it('Spearman leaves out pairs with NaN and ranks infinities', () => {
    expect(spearman([1, NaN, 2, Infinity, 0], [10, 5, 20, 30, NaN])).toBe(1);
    expect(spearman([1, 2, 3], [5, 5, 5])).toBeNaN();
    expect(() => spearman([1, 2], [1])).toThrow(RangeError);
  });

  it('argsort is stable and puts NaN last', () => {
    expect(Array.from(argsort([2, NaN, 1, 2, -Infinity]))).toEqual([4, 2, 0, 3, 1]);
  });

  it('Benjamini–Hochberg keeps NaN out of the family and never exceeds 1', () => {
    // By hand: family of 3; 0.01·3/1, 0.04·3/2 and 0.9·3/3, then running minima from the largest.
    expect(Array.from(benjaminiHochberg(new Float64Array([0.04, NaN, 0.01, 0.9])))).toEqual([0.06, NaN, 0.03, 0.9]);
    expect(Array.from(benjaminiHochberg(new Float64Array([0, 1, 1])))).toEqual([0, 1, 1]);
    expect(benjaminiHochberg(new Float64Array([NaN]))[0]).toBeNaN();
  });

  it('percentile leaves out NaN and keeps infinities', () => {
    expect(percentile([NaN, 1, 3], 50)).toBe(2);
    expect(percentile([-Infinity, 1, Infinity], 0)).toBe(-Infinity);
    expect(percentile([], 50)).toBeNaN();
  });

  it('Dice of masks', () => {
    expect(dice([1, 1, 0, 0], [1, 0, 1, 0])).toBe(0.5);
    expect(dice([0, 0], [0, 0])).toBeNaN();
  });

  it('one value has no standard error', () => {
    expect(standardError([1])).toBeNaN();
  });
});
