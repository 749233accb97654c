import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  adjustedMutualInformation,
  amiNull,
  expectedMutualInformation,
} from '../../../../src/math/clustering/mutual-information';
import { deciles, shuffleWithin } from '../../../../src/math/clustering/strata';
import { nullSummary } from '../../../../src/math/nulls';
import { Random } from '../../../../src/math/random';

const golden = JSON.parse(readFileSync(join(__dirname, '../../../golden/lobes-stats/stats.json'), 'utf8')) as {
  mutualInformation: { a: number[]; b: number[]; ami: number; expected: number }[];
  deciles: { values: number[]; deciles: number[] };
};

function sizesOf(labels: readonly number[]): Int32Array {
  return Int32Array.from(new Set(labels), (label) => labels.filter((other) => other === label).length);
}

/** p of many small data sets in which both labellings hang on the rate (one of five), and on nothing else. */
function pValues(random: Random, sets: number, stratified: boolean): Float64Array {
  return Float64Array.from({ length: sets }, () => {
    const rate = Float64Array.from({ length: 200 }, () => random.below(5) / 5);
    const follow = (x: number): number => (random.uniform() < 0.6 ? Math.floor(x * 3) : random.below(3));
    const [a, b] = [Int32Array.from(rate, follow), Int32Array.from(rate, follow)];
    const found = amiNull(a, b, { draws: 99, random, strata: stratified ? deciles(rate) : undefined });
    return nullSummary(found.value, found.null).p;
  });
}

describe('adjusted mutual information', () => {
  test('is scikit-learn’s adjusted_mutual_info_score', () => {
    // Log-gammas of some thousands carry 1e-12 of rounding on either side.
    for (const { a, b, ami } of golden.mutualInformation) {
      expect(Math.abs(adjustedMutualInformation(Int32Array.from(a), Int32Array.from(b)) - ami)).toBeLessThan(1e-9);
    }
  });

  test('its expectation is scikit-learn’s', () => {
    for (const { a, b, expected } of golden.mutualInformation) {
      const found = expectedMutualInformation(sizesOf(a), sizesOf(b), a.length);
      expect(Math.abs(found - expected)).toBeLessThan(1e-9);
    }
  });

  test('1,024 × 1,024 clusters of 16,384 entries: 1 for the same, near 0 for unrelated', () => {
    const random = new Random(1);
    const a = Int32Array.from({ length: 16_384 }, () => random.below(1024));
    const b = Int32Array.from({ length: 16_384 }, () => random.below(1024));
    expect(adjustedMutualInformation(a, a)).toBeCloseTo(1, 12);
    expect(Math.abs(adjustedMutualInformation(a, b))).toBeLessThan(0.01);
  });

  test('labellings of unequal length are refused', () => {
    expect(() => adjustedMutualInformation(new Int32Array(3), new Int32Array(4))).toThrow(RangeError);
  });
});

describe('nulls of the mutual information', () => {
  test('each draw is the AMI of the shuffled labels, and the value is that of the labels', () => {
    const { a, b } = golden.mutualInformation[1]!;
    const [first, second] = [Int32Array.from(a), Int32Array.from(b)];
    const strata = first.map((label) => label % 4);
    const found = amiNull(first, second, { draws: 3, random: new Random(7), strata });
    expect(found.value).toBe(adjustedMutualInformation(first, second));
    const random = new Random(7);
    for (const draw of found.null) {
      expect(draw).toBe(adjustedMutualInformation(first, shuffleWithin(second, strata, random)));
    }
  });

  test('two labellings that only share the firing rate: plain permutation finds them, deciles of the rate do not', () => {
    const random = new Random(11);
    const plain = pValues(random, 40, false);
    const within = pValues(random, 150, true);
    expect(plain.filter((p) => p <= 0.05).length).toBeGreaterThan(35);
    // Uniform p: 150 · 0.1 = 15 ± 3.7 at most 0.1, and a mean of 0.5 ± 0.024; bounds at four standard errors.
    expect(within.filter((p) => p <= 0.1).length).toBeLessThan(30);
    const mean = within.reduce((sum, p) => sum + p, 0) / within.length;
    expect(mean).toBeGreaterThan(0.4);
    expect(mean).toBeLessThan(0.6);
  });
});

describe('strata', () => {
  test('deciles are NumPy’s, ties together', () => {
    expect([...deciles(golden.deciles.values)]).toEqual(golden.deciles.deciles);
  });

  test('labels stay within their stratum, all arrangements alike', () => {
    const labels = Int32Array.of(1, 2, 3, -1, 7, 7, 8);
    const strata = Int32Array.of(0, 0, 0, 4, 2, 2, 2);
    const random = new Random(5);
    const seen = new Map<string, number>();
    for (let draw = 0; draw < 1800; draw += 1) {
      const shuffled = shuffleWithin(labels, strata, random);
      expect([...shuffled.slice(0, 3)].sort()).toEqual([1, 2, 3]);
      expect([...shuffled.slice(3)].sort()).toEqual([-1, 7, 7, 8]);
      expect(shuffled[3]).toBe(-1);
      seen.set(shuffled.join(), (seen.get(shuffled.join()) ?? 0) + 1);
    }
    // 3! · 3 arrangements, 100 ± 9.7 each.
    expect(seen.size).toBe(18);
    for (const count of seen.values()) expect(Math.abs(count - 100)).toBeLessThan(45);
    expect([...labels]).toEqual([1, 2, 3, -1, 7, 7, 8]);
  });
});
