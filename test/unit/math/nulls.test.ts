import { describe, expect, test } from 'vitest';
import { gaussianDecoder, nullSummary } from '../../../src/math/nulls';
import { Random } from '../../../src/math/random';

describe('a value among its null draws', () => {
  test('z with ddof 0, empirical p, the smallest p that could be', () => {
    const found = nullSummary(5, [1, 2, 3, 6]);
    expect(found).toMatchObject({ value: 5, draws: 4, nullMean: 3, p: 2 / 5, smallestP: 1 / 5 });
    expect(found.nullSd).toBeCloseTo(Math.sqrt(3.5), 12);
    expect(found.z).toBeCloseTo(2 / Math.sqrt(3.5), 12);
    expect(found.reason).toBeUndefined();
  });

  test.each([
    [0.3, [0.1, 0.1, 0.1], 'all null draws are equal'],
    [NaN, [1, 2], 'the value itself is not a number'],
    [1, [], 'no null draw gave a number'],
    [1, [NaN], 'no null draw gave a number'],
  ])('where there is no z, it says why: %s', (value, draws, reason) => {
    expect(nullSummary(value, draws)).toMatchObject({ z: NaN, reason });
  });

  test('draws that are not numbers are left out', () => {
    expect(nullSummary(2, [1, NaN, 3])).toMatchObject({ draws: 2, nullMean: 2, smallestP: 1 / 3 });
  });
});

describe('Gaussian decoder', () => {
  test('rows of unit length whose directions are uniform', () => {
    const [n, width] = [2000, 5];
    const rows = gaussianDecoder(n, width, new Random(3));
    const moments = new Float64Array(width * width);
    let fourth = 0;
    for (let i = 0; i < n; i += 1) {
      const row = rows.subarray(i * width, (i + 1) * width);
      expect(Math.hypot(...row)).toBeCloseTo(1, 6);
      row.forEach((a, j) => row.forEach((b, k) => (moments[j * width + k]! += (a * b) / n)));
      fourth += row[0]! ** 4 / n;
    }
    // Uniform on the sphere: E[x x'] = I/5, E[x₁⁴] = 3/35; standard errors below 0.0052 and 0.0033; four of them.
    moments.forEach((moment, at) => {
      expect(Math.abs(moment - (at % (width + 1) === 0 ? 1 / width : 0))).toBeLessThan(0.02);
    });
    expect(Math.abs(fourth - 3 / 35)).toBeLessThan(0.013);
  });

  test('an odd number of values is filled to the end, and a seed gives the same rows', () => {
    const rows = gaussianDecoder(3, 3, new Random(1));
    expect(rows.every((value) => value !== 0)).toBe(true);
    expect(gaussianDecoder(3, 3, new Random(1))).toEqual(rows);
  });
});
