import { afterAll, describe, expect, it } from 'vitest';
import { crystalClusters, principalPoints } from '../../../../src/math/crystals/search';
import { gaussianCloud } from '../../../../src/math/gaussian-cloud';
import { Gemm } from '../../../../src/math/gemm';
import { Random } from '../../../../src/math/random';
import { resultOf } from '../../models/support';

const gemm = new Gemm(1);
afterAll(() => gemm.dispose());
const [pairs, width] = [10, 12];
const random = new Random(5);
const normal = () => random.normal();

/** Ten random points, and each of them moved by one vector: ten parallel differences among 190. */
const points = new Float64Array(2 * pairs * width);
const step = Float64Array.from({ length: width }, () => 1.5 * normal());
for (let i = 0; i < pairs * width; i += 1) {
  points[i] = normal();
  points[pairs * width + i] = points[i]! + step[i % width]! + 0.02 * normal();
}
const settings = { clusters: 30, gemm, signal: new AbortController().signal, phase: 'Clusters' };

describe('the search for crystals among points', () => {
  it('turns points into their principal axes without changing a distance', async () => {
    const turned = await principalPoints(gemm, points, width);
    const axes = turned.variances.length;
    expect(axes).toBe(width);
    const distance = (rows: Float64Array, d: number, i: number, j: number) =>
      Math.hypot(...Array.from({ length: d }, (_, k) => rows[i * d + k]! - rows[j * d + k]!));
    for (const [i, j] of [
      [0, 1],
      [3, 17],
      [19, 8],
    ] as const)
      expect(distance(turned.points, axes, i, j)).toBeCloseTo(distance(points, width, i, j), 10);
    turned.variances.forEach((variance, axis) => {
      const own = turned.points.filter((_, at) => at % axes === axis);
      expect(own.reduce((sum, value) => sum + value * value, 0) / (own.length - 1)).toBeCloseTo(variance, 10);
    });
  });

  it.each([true, false])(
    'finds planted parallelograms, far tighter than in a Gaussian cloud (normalised %s)',
    async (normalised) => {
      const { points: turned, variances } = await principalPoints(gemm, points, width);
      const own = { ...settings, normalised, random: new Random(1) };
      const clusters = await resultOf(crystalClusters(turned, variances.length, own));
      // Of two differences alone many are alike: the planted points are parallelograms crosswise too.
      const tightest = clusters.find((cluster) => cluster.pairs.length >= 10);
      const found = Array.from({ length: tightest!.pairs.length / 2 }, (_, i) =>
        tightest!.pairs.slice(2 * i, 2 * i + 2),
      );
      expect(found.length).toBeGreaterThanOrEqual(8);
      for (const [a, b] of found) expect(Math.abs(a! - b!)).toBe(pairs);
      expect(tightest!.parallelogram).toBeGreaterThan(0.95);
      expect(tightest!.cosine).toBeGreaterThan(0.99);
      const cloud = await gaussianCloud(gemm, 2 * pairs, variances, new Random(2, 'cloud'));
      const noise = await resultOf(crystalClusters(cloud, variances.length, own));
      const large = noise.filter((cluster) => cluster.pairs.length >= 10);
      for (const { parallelogram } of large) expect(parallelogram).toBeLessThan(0.9);
    },
  );

  it('clouds of a few points in many dimensions have differences as alike by chance as those of the points', async () => {
    const [n, wide] = [60, 400];
    const random = new Random(8, 'noise');
    const noise = Float64Array.from({ length: n * wide }, () => random.normal());
    const { points: turned, variances } = await principalPoints(gemm, noise, wide);
    const cloud = await gaussianCloud(gemm, n, variances, new Random(9, 'cloud'));
    const ratio = spreadOfCosines(cloud, variances.length) / spreadOfCosines(turned, variances.length);
    // 0.054 with 60 points in 400 dimensions; clouds drawn with the variances of the sample have 0.142.
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.25);
  });

  it('measures clusters by differences that share no point', async () => {
    const { points: turned, variances } = await principalPoints(gemm, points, width);
    const clusters = await resultOf(
      crystalClusters(turned, variances.length, { ...settings, normalised: true, random: new Random(3) }),
    );
    for (const cluster of clusters) {
      expect(new Set(cluster.pairs).size).toBe(cluster.pairs.length);
      expect(cluster.size).toBeGreaterThanOrEqual(cluster.pairs.length / 2);
    }
    clusters.slice(1).forEach(({ parallelogram }, i) => {
      expect(parallelogram).toBeLessThanOrEqual(clusters[i]!.parallelogram);
    });
  });
});

/** Root mean square of the cosines between differences of neighbouring rows that share none. */
function spreadOfCosines(points: Float64Array, axes: number): number {
  const count = Math.floor(points.length / axes / 2);
  const differences = Array.from({ length: count }, (_, i) =>
    points.slice(2 * i * axes, (2 * i + 1) * axes).map((value, k) => points[(2 * i + 1) * axes + k]! - value),
  );
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0);
  let [squares, pairs] = [0, 0];
  for (let i = 0; i < count; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const [a, b] = [differences[i]!, differences[j]!];
      squares += dot(a, b) ** 2 / (dot(a, a) * dot(b, b));
      pairs += 1;
    }
  }
  return Math.sqrt(squares / pairs);
}
