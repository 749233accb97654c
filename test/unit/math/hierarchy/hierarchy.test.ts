import { describe, expect, it } from 'vitest';
import { averageLinkage, leavesOf } from '../../../../src/math/clustering/linkage';
import { centroidOf, layersUsed } from '../../../../src/math/hierarchy/curves';
import { oneSampleT } from '../../../../src/math/hierarchy/one-sample';
import { correlateWithinGroups, ordersWithin } from '../../../../src/math/hierarchy/within-groups';
import { classicalMds } from '../../../../src/math/projection/classical-mds';
import { Random } from '../../../../src/math/random';
import { benjaminiHochberg } from '../../../../src/math/statistics';
import { golden } from '../../analyses/hierarchy/support';

describe('correlations with permutations within groups', () => {
  const { groups, x, y, pearson, spearman } = golden.small;

  it('have the p of all orders within groups, but for the draw', () => {
    const draws = 20_000;
    const random = new Random(3, 'all orders');
    const found = correlateWithinGroups(Float64Array.from(x), Float64Array.from(y), groups, draws, random);
    expect(found.pearson).toBeCloseTo(pearson.value, 12);
    expect(found.spearman).toBeCloseTo(spearman.value, 12);
    // Four standard errors of a share of 20,000 draws.
    const near = (p: number) => 4 * Math.sqrt((p * (1 - p)) / draws);
    expect(Math.abs(found.pearsonP - pearson.p)).toBeLessThan(near(pearson.p));
    expect(Math.abs(found.spearmanP - spearman.p)).toBeLessThan(near(spearman.p));
    expect(ordersWithin(groups)).toBe(24 * 6);
  });

  it(
    'have uniform p over 200 seeds where the covariate is shuffled within subjects that differ',
    { timeout: 60_000 },
    () => {
      const ps: { pearson: number; spearman: number }[] = [];
      for (let seed = 0; seed < 200; seed += 1) {
        const random = new Random(seed, 'simulated electrodes');
        const subject = Array.from({ length: 60 }, (_, i) => Math.floor(i / 15));
        // Subjects differ in distance and depth alike, which is no hierarchy within any of them.
        const distance = Float64Array.from(subject, (s) => 20 * s + 10 * random.normal());
        const best = Float64Array.from(
          subject,
          (s) => Math.min(12, Math.max(1, Math.round(3 + 2 * s + 2 * random.normal()))) / 12,
        );
        const found = correlateWithinGroups(best, distance, subject.map(String), 199, random.fork('null'));
        ps.push({ pearson: found.pearsonP, spearman: found.spearmanP });
      }
      // Kolmogorov–Smirnov at the 1 % level over 200 values; the seeds are fixed.
      const critical = 1.628 / Math.sqrt(200);
      expect(kolmogorov(ps.map((p) => p.pearson))).toBeLessThan(critical);
      expect(kolmogorov(ps.map((p) => p.spearman))).toBeLessThan(critical);
    },
  );

  it('are undefined where either side is constant', () => {
    const one = new Float64Array(7).fill(0.1);
    const found = correlateWithinGroups(one, Float64Array.from(y), groups, 99, new Random(0));
    expect(found).toEqual({ pearson: NaN, pearsonP: NaN, spearman: NaN, spearmanP: NaN });
  });
});

it('a centroid leaves out layers without a score, and there is none of equal scores', () => {
  const depths = Float64Array.of(0.25, 0.5, 0.75, 1);
  expect(centroidOf(Float64Array.of(0.1, NaN, 0.3, 0.1), depths)).toBeCloseTo(0.75, 12);
  expect(centroidOf(new Float64Array(4).fill(0.2), depths)).toBeNaN();
});

it('layers used: the first depth at 95 % of the peak, none where no score is positive', () => {
  const depths = Float64Array.of(0.25, 0.5, 0.75, 1);
  expect(layersUsed(Float64Array.of(0.1, 0.96, 0.9, 1), depths)).toBe(0.5);
  expect(layersUsed(Float64Array.of(0.1, 0.94, 0.949, 1), depths)).toBe(1);
  expect(layersUsed(Float64Array.of(-0.2, -0.1, -0.3, -0.2), depths)).toBeNaN();
});

it('a t-test over subjects leaves out those without a value', () => {
  const { n, t, p } = oneSampleT(Float64Array.of(...golden.subjectSpearman, NaN));
  expect(n).toBe(3);
  expect(t).toBeCloseTo(golden.t, 9);
  expect(p).toBeCloseTo(golden.p, 9);
  expect(oneSampleT(Float64Array.of(0.5)).p).toBeNaN();
  expect(oneSampleT(Float64Array.of(0.9, 0.9 + 1e-16, 0.9))).toMatchObject({ n: 3, t: NaN, p: NaN });
});

it('FDR over the measures is that of SciPy', () => {
  const q = benjaminiHochberg(Float64Array.from(golden.fdr.p));
  golden.fdr.q.forEach((value, i) => expect(q[i]).toBeCloseTo(value, 14));
});

it('average linkage merges as SciPy does, with its order of leaves', () => {
  const merges = averageLinkage(Float64Array.from(golden.distances), 7);
  merges.forEach(({ a, b, distance, size }, i) => {
    const [left, right, expected, members] = golden.linkage.slice(4 * i, 4 * i + 4);
    expect([a, b, size]).toEqual([left, right, members]);
    expect(distance).toBeCloseTo(expected!, 12);
  });
  expect(Array.from(leavesOf(merges))).toEqual(golden.leaves);
  expect(Array.from(leavesOf([]))).toEqual([0]);
});

it('classical MDS gives the points of NumPy, and zeros beyond their dimensions', () => {
  const { points, explained } = classicalMds(Float64Array.from(golden.distances), 7);
  golden.mds.forEach((value, i) => expect(points[i]).toBeCloseTo(value, 9));
  golden.explained.forEach((share, i) => expect(explained[i]).toBeCloseTo(share, 9));
  const line = classicalMds(Float64Array.of(0, 3, 3, 0), 2);
  expect(Array.from(line.points, Math.abs)).toEqual([expect.closeTo(1.5, 12), 0, expect.closeTo(1.5, 12), 0]);
});

/** Largest distance between the shares of values and a uniform distribution on the steps of 200 possible p. */
function kolmogorov(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.reduce(
    (most, p, i) => Math.max(most, Math.abs((i + 1) / sorted.length - p), Math.abs(i / sorted.length - p)),
    0,
  );
}
