import { afterAll, describe, expect, it } from 'vitest';
import { groupsOf, halfCovariance, wholeCovariance } from '../../../../src/analyses/galaxy/groups';
import { Gemm } from '../../../../src/math/gemm';
import { Random } from '../../../../src/math/random';
import { covariance, scatter } from '../../../../src/math/spectrum/covariance';
import { symmetricEigenvalues } from '../../../../src/math/spectrum/eigenvalues';
import { orthonormalRows } from '../../../../src/math/spectrum/orthonormal';
import { fitPowerLaw, logVolume, RANKS } from '../../../../src/math/spectrum/power-law';
import { principalPairs } from '../../../../src/math/spectrum/principal';

const gemm = new Gemm(1);
afterAll(() => gemm.dispose());

/** Points whose standard deviation falls with the column. */
function points(count: number, width: number, power: number): Float32Array {
  const random = new Random(7, `points/${power}`);
  return Float32Array.from({ length: count * width }, (_, i) => random.normal() * (1 + (i % width)) ** -power);
}

describe('the largest eigenvalues of random halves', () => {
  const [count, width, ranks] = [700, 270, 30];

  it.each([0.4, 0.8, 2])(
    'that start from the axes of the whole have slope and volume of the full reduction (column ^ -%s)',
    async (power) => {
      const groups = await groupsOf(gemm, points(count, width, power), width, new Random(1, 'groups'));
      const { matrix } = wholeCovariance(groups);
      const eigenvalues = await symmetricEigenvalues(gemm, matrix, width);
      const whole = await principalPairs(gemm, matrix, width, ranks, { random: new Random(2), eigenvalues });
      const half = halfCovariance(groups, new Random(6, 'half'));
      const options = { random: new Random(3), start: whole!.vectors, tolerance: 3e-4 };
      const found = await principalPairs(gemm, half, width, ranks, options);
      const exact = (await symmetricEigenvalues(gemm, half, width)).subarray(0, ranks);
      const relative = (a: number, b: number): number => Math.abs(a / b - 1);
      // The tolerance of the measures; a residual of 3e-4 leaves about its square in an eigenvalue.
      expect(relative(fitPowerLaw(found!.values, RANKS).slope, fitPowerLaw(exact, RANKS).slope)).toBeLessThan(1e-6);
      expect(relative(logVolume(found!.values, RANKS), logVolume(exact, RANKS))).toBeLessThan(1e-6);
    },
  );

  it('are left to the full reduction where the spectrum is flat and rounds are few', async () => {
    const { matrix } = await covariance(gemm, points(count, width, 0), count, width);
    const options = { random: new Random(4), mostRounds: 1 };
    expect(await principalPairs(gemm, matrix, width, ranks, options)).toBeUndefined();
  });

  it('are found without a start and without knowledge of the spectrum', async () => {
    const { matrix } = await covariance(gemm, points(count, width, 0.5), count, width);
    const exact = await symmetricEigenvalues(gemm, matrix, width);
    const found = await principalPairs(gemm, matrix, width, ranks, { random: new Random(5) });
    // A residual of 1e-11 of the eigenvalue bounds its error.
    found!.values.forEach((value, i) => expect(Math.abs(value / exact[i]! - 1)).toBeLessThan(1e-11));
  });
});

it('groups of rows hold the covariance of the whole, and of the halves that they make up', async () => {
  const [count, width] = [101, 7];
  const rows = points(count, width, 0.5).map((value, i) => value + (i % width));
  const groups = await groupsOf(gemm, rows, width, new Random(1, 'groups'));
  const { matrix } = await covariance(gemm, rows, count, width);
  const whole = wholeCovariance(groups);
  // Sums of 101 products in another order: rounding of 1e-16 each.
  whole.matrix.forEach((value, i) => expect(value).toBeCloseTo(matrix[i]!, 13));

  const order = new Random(1, 'groups').permutation(count);
  const chosen = new Random(2, 'half').sample(8, 4);
  const members = [...chosen].flatMap((g) => [
    ...order.slice(Math.round((g * count) / 8), Math.round(((g + 1) * count) / 8)),
  ]);
  const half = Float32Array.from(members.flatMap((row) => [...rows.subarray(row * width, (row + 1) * width)]));
  const own = await covariance(gemm, half, members.length, width);
  halfCovariance(groups, new Random(2, 'half')).forEach((value, i) => expect(value).toBeCloseTo(own.matrix[i]!, 13));
});

it('products of many columns and rows are summed by tiles, of the rows that are asked for', async () => {
  const [count, width] = [2100, 400];
  const rows = points(count, width, 0.3);
  const means = new Float64Array(width).fill(0.25);
  const members = Int32Array.from({ length: 2060 }, (_, i) => i + 17);
  const matrix = await scatter(gemm, rows, means, members);
  for (const [i, j] of [
    [0, 0],
    [3, 390],
    [390, 3],
    [383, 384],
    [399, 399],
    [150, 31],
  ] as const) {
    let sum = 0;
    for (const row of members) sum += (rows[row * width + i]! - 0.25) * (rows[row * width + j]! - 0.25);
    // 2,060 terms of about 1.
    expect(matrix[i * width + j]!).toBeCloseTo(sum, 9);
  }
});

describe('orthonormal rows', () => {
  const [m, n] = [20, 60];
  const axis = Float64Array.from({ length: n }, (_, i) => Number(i === 5));
  const worst = async (rows: Float64Array): Promise<number> => {
    const made = await orthonormalRows(gemm, rows, axis, n, new Random(8));
    const block = { data: made, dims: [m, n] };
    const { data } = await gemm.multiply(block, block, { transposeB: true });
    const along = made.filter((_, i) => i % n === 5).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return data.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(i % (m + 1) === 0))), along);
  };
  const random = new Random(9);
  const rows = Float64Array.from({ length: m * n }, () => random.normal());

  it('are made of any rows', async () => expect(await worst(rows)).toBeLessThan(1e-14));

  it.each([1e-3, 1e-7, 1e-11])('are made of rows that differ by %s of their length', async (apart) => {
    const alike = rows.map((value, i) => rows[i % n]! + apart * value);
    expect(await worst(alike)).toBeLessThan(1e-13);
  });

  it('are made where some rows are the same and one is zero', async () => {
    const same = rows.map((value, i) => (i < 5 * n ? rows[i % n]! : i < 6 * n ? 0 : value));
    expect(await worst(same)).toBeLessThan(1e-13);
  });
});
