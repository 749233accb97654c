import { describe, expect, it } from 'vitest';
import { formatNumber, integerTicks, linearTicks, logTicks } from '../../../src/shared/ticks';

describe('ticks', () => {
  it('are round and lie within the axis', () => {
    expect(linearTicks(0, 29, 6)).toEqual([0, 5, 10, 15, 20, 25]);
    expect(linearTicks(-0.61, 0.83, 4)).toEqual([-0.5, 0, 0.5]);
    expect(linearTicks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(linearTicks(5, 5, 4)).toEqual([5]);
  });

  it('of what is counted are integers within the axis', () => {
    expect(integerTicks(-0.5, 1.5, 8)).toEqual([0, 1]);
    expect(integerTicks(-0.5, 0.5, 8)).toEqual([0]);
    expect(integerTicks(-0.6, 29.4, 6)).toEqual([0, 5, 10, 15, 20, 25]);
    expect(integerTicks(0.2, 0.8, 4)).toEqual([]);
  });

  it('of a log axis are powers of ten, thinned when there are many', () => {
    expect(logTicks(0.8, 2000, 5)).toEqual([1, 10, 100, 1000]);
    expect(logTicks(1, 1e8, 4)).toEqual([1, 1e3, 1e6]);
  });
});

describe('numbers', () => {
  it.each([
    [27.354581, 5, '27.355'],
    [-0.5, 6, '−0.5'],
    [0, 3, '0'],
    [1.2345e-7, 3, '1.23e−7'],
    [1e-10, 3, '1e−10'],
    [17280, 15, '17280'],
    [2e12, 3, '2e+12'],
    [Infinity, 3, '∞'],
    [NaN, 3, 'NaN'],
  ])('%d to %d digits is %s', (value, digits, text) => {
    expect(formatNumber(value, digits)).toBe(text);
  });
});
