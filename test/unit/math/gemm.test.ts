import { afterAll, expect, test } from 'vitest';
import { Gemm } from '../../../src/math/gemm';
import { symmetricEigen } from '../../../src/math/eigen';
import { invertDefinite } from '../../../src/math/encoding/spd';
import { Random } from '../../../src/math/random';

const gemm = new Gemm(2);
afterAll(() => gemm.dispose());
const random = new Random(1, 'gemm');
const dense = (...dims: number[]): { data: Float64Array; dims: number[] } => ({
  data: Float64Array.from({ length: dims.reduce((a, b) => a * b) }, () => random.uniform() - 0.5),
  dims,
});

test.each([
  [false, false],
  [true, false],
  [false, true],
  [true, true],
])('products in both precisions, transposed %s and %s, singly and in batches', async (transposeA, transposeB) => {
  const a = dense(2, ...(transposeA ? [5, 4] : [4, 5]));
  const b = dense(2, ...(transposeB ? [3, 5] : [5, 3]));
  const expected = new Float64Array(2 * 4 * 3);
  for (let index = 0; index < expected.length; index++) {
    const [batch, i, j] = [Math.floor(index / 12), Math.floor((index % 12) / 3), index % 3];
    for (let k = 0; k < 5; k++) {
      const left = a.data[batch * 20 + (transposeA ? k * 4 + i : i * 5 + k)]!;
      expected[index]! += left * b.data[batch * 15 + (transposeB ? j * 5 + k : k * 3 + j)]!;
    }
  }
  const product = await gemm.multiply(a, b, { transposeA, transposeB });
  expect(product.dims).toEqual([2, 4, 3]);
  product.data.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 14);
  });
  const [first, second] = [a, b].map(({ data, dims }) => ({
    data: Float32Array.from(data.subarray(0, data.length / 2)),
    dims: dims.slice(1),
  }));
  const single = await gemm.multiply(first!, second!, { transposeA, transposeB });
  expect(single.data).toBeInstanceOf(Float32Array);
  single.data.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 5);
  });
});

test.each([7, 48, 77, 276])('inverses of positive definite matrices of order %i', async (order) => {
  const factor = dense(3, order, order);
  const matrices = await gemm.multiply(factor, factor, { transposeB: true });
  for (let i = 0; i < 3 * order; i++) matrices.data[i * order + (i % order)]! += 0.01;
  const { data } = await gemm.multiply(matrices, await invertDefinite(gemm, matrices));
  const isDiagonal = (i: number): boolean => Math.floor(i / order) % order === i % order;
  const error = data.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(isDiagonal(i)))), 0);
  expect(error).toBeLessThan(1e-9);
});

test.each([1e4, 1e8, 1e10])(
  'inverses of nearly singular matrices are as exact as a condition of %s allows',
  async (condition) => {
    const order = 277;
    const { vectors } = symmetricEigen(
      (await gemm.multiply(dense(order, order), dense(order, order), { transposeB: true })).data,
      order,
    );
    // Most directions lie at the low end, as in blocks of rows that repeat.
    const values = Float64Array.from({ length: order }, (_, i) => condition ** -Math.min(1, i / 60));
    const scaled = vectors.map((value, i) => value * values[Math.floor(i / order)]!);
    const rows = { data: vectors, dims: [1, order, order] };
    const matrix = await gemm.multiply(rows, { data: scaled, dims: rows.dims }, { transposeA: true });
    const { data } = await gemm.multiply(matrix, await invertDefinite(gemm, matrix));
    const error = data.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(i % (order + 1) === 0))), 0);
    expect(error).toBeLessThan(10 * condition * Number.EPSILON);
  },
);

test('eigenvectors are orthonormal and give the matrix back', () => {
  const n = 40;
  const { data } = dense(n, n);
  const symmetric = data.map((value, i) => value + data[(i % n) * n + Math.floor(i / n)]!);
  const { values, vectors } = symmetricEigen(symmetric.slice(), n);
  expect([...values]).toEqual([...values].sort((a, b) => b - a));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let [inner, again] = [0, 0];
      for (let k = 0; k < n; k++) {
        inner += vectors[i * n + k]! * vectors[j * n + k]!;
        again += values[k]! * vectors[k * n + i]! * vectors[k * n + j]!;
      }
      expect(inner).toBeCloseTo(Number(i === j), 12);
      expect(again).toBeCloseTo(symmetric[i * n + j]!, 12);
    }
  }
});

test.each([
  [24, 64, 160, 'float64'],
  [24, 100, 500, 'float64'],
  [300, 1, 300, 'float32'],
  [2, 2, 700, 'float32'],
  [40, 200, 300, 'float32'],
  [200, 30, 300, 'float64'],
] as const)('[%d, %d] over %d in %s has the same bytes on 1, 2 and 4 threads', async (m, n, k, element) => {
  const random = new Random(1, 'threads');
  const matrix = (rows: number, columns: number) => {
    const data = Float64Array.from({ length: rows * columns }, () => random.normal());
    return { data: element === 'float64' ? data : Float32Array.from(data), dims: [rows, columns] };
  };
  const [a, b, transposed] = [matrix(m, k), matrix(k, n), matrix(n, k)];
  const products = [1, 2, 4].map(async (threads) => {
    const own = new Gemm(threads);
    const both = [(await own.multiply(a, b)).data, (await own.multiply(a, transposed, { transposeB: true })).data];
    await own.dispose();
    return both;
  });
  const [one, ...others] = await Promise.all(products);
  for (const other of others) expect(other).toEqual(one);
});
