import { afterAll, expect, test } from 'vitest';
import { gaussianCloud } from '../../../src/math/gaussian-cloud';
import { Gemm } from '../../../src/math/gemm';
import { Random } from '../../../src/math/random';
import { covariance } from '../../../src/math/spectrum/covariance';
import { project, spectrumOf } from '../../../src/math/spectrum/projection';
import { symmetricEigenvalues } from '../../../src/math/spectrum/eigenvalues';

const gemm = new Gemm(1);
afterAll(() => gemm.dispose());

test.each([
  [200, 10],
  [101, 100],
])('a Gaussian cloud of %d points has exactly the variances of %d axes', async (n, axes) => {
  const variances = Float64Array.from({ length: axes }, (_, i) => 3 / (1 + i));
  const points = await gaussianCloud(gemm, n, variances, new Random(1, 'cloud'));
  const { matrix, means } = await covariance(gemm, points, n, axes);
  // With as many points as axes the factor of their covariance loses six digits of sixteen.
  for (const value of means) expect(Math.abs(value)).toBeLessThan(1e-9);
  for (let i = 0; i < axes; i += 1) {
    for (let j = 0; j < axes; j += 1) {
      expect(Math.abs(matrix[i * axes + j]! - (i === j ? variances[i]! : 0))).toBeLessThan(1e-9);
    }
  }
});

test('points no more than axes are refused', async () => {
  await expect(gaussianCloud(gemm, 10, new Float64Array(10).fill(1), new Random(0))).rejects.toThrow(/full rank/);
});

test('points that extend in few of many dimensions keep their distances in principal axes', async () => {
  const [n, width, live] = [200, 576, 60];
  const random = new Random(3, 'points');
  const rows = Float64Array.from({ length: n * width }, (_, i) => (i % width < live ? random.normal() : 0));
  const { points, eigenvalues } = await project(gemm, rows, await spectrumOf(gemm, rows, width), 100, random);
  expect(eigenvalues).toHaveLength(live);
  for (const [i, j] of [
    [0, 1],
    [7, 150],
  ] as const) {
    expect(distance(points, live, i, j)).toBeCloseTo(distance(rows, width, i, j), 10);
  }
});

function distance(points: Float64Array, width: number, i: number, j: number): number {
  const other = points.subarray(j * width, (j + 1) * width);
  return Math.hypot(...points.subarray(i * width, (i + 1) * width).map((value, k) => value - other[k]!));
}

test.each([
  [120, 512],
  [150, 250],
  [300, 576],
])('eigenvalues of %d points in %d dimensions end in zeros', async (n, width) => {
  const random = new Random(2, 'points');
  const rows = Float64Array.from({ length: n * width }, () => random.normal());
  const { matrix } = await covariance(gemm, rows, n, width);
  const values = await symmetricEigenvalues(gemm, matrix, width);
  let trace = 0;
  for (let i = 0; i < width; i += 1) trace += matrix[i * width + i]!;
  expect(values.reduce((sum, value) => sum + value, 0) / trace).toBeCloseTo(1, 12);
  expect(values[n - 2]! / values[0]!).toBeGreaterThan(1e-4);
  for (const value of values.slice(n - 1)) expect(Math.abs(value) / values[0]!).toBeLessThan(1e-13);
});
