import { describe, expect, test } from 'vitest';
import { Random } from '../../../../src/math/random';
import { SimdMemory } from '../../../../src/math/sae-training/memory';
import { learningRate } from '../../../../src/math/sae-training/schedule';
import { TopK } from '../../../../src/math/sae-training/select';
import { UserError } from '../../../../src/shared/errors';

/** Lengths around the unrolled loop's step of 16 and its tail. */
const LENGTHS = [1, 3, 4, 15, 16, 17, 32, 37, 576];

describe('loops over arrays in WebAssembly', () => {
  test.each(LENGTHS)('axpy and dot over %i floats equal plain arithmetic and touch nothing behind', (length) => {
    const memory = new SimdMemory(SimdMemory.bytes([length + 1, length + 1]));
    const [y, x] = [normals(memory.floats(length + 1), 1), normals(memory.floats(length + 1), 2)];
    const [before, behind] = [y.slice(), y[length]!];
    let dot = 0;
    for (let i = 0; i < length; i++) dot += x[i]! * y[i]!;
    expect(memory.simd.dot(x.byteOffset, y.byteOffset, length)).toBeCloseTo(dot, 4);
    memory.simd.axpy(y.byteOffset, x.byteOffset, -0.7, length);
    for (let i = 0; i < length; i++) expect(y[i]).toBeCloseTo(before[i]! - 0.7 * x[i]!, 6);
    expect(y[length]).toBe(behind);
  });

  test('Adam equals its equations', () => {
    const memory = new SimdMemory(SimdMemory.bytes([8, 8, 8, 8]));
    const [p, g, m, v] = [1, 2, 3, 4].map((seed) => normals(memory.floats(8), seed)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    v.forEach((value, i) => (v[i] = value * value));
    const [p0, m0, v0] = [p.slice(), m.slice(), v.slice()];
    memory.simd.adam(p.byteOffset, g.byteOffset, m.byteOffset, v.byteOffset, 8, 0.5, 0.9, 0.999, 0.01, 1e-6);
    for (let i = 0; i < 8; i++) {
      const mean = 0.9 * m0[i]! + 0.1 * 0.5 * g[i]!;
      const square = 0.999 * v0[i]! + 0.001 * (0.5 * g[i]!) ** 2;
      expect(m[i]).toBeCloseTo(mean, 6);
      expect(v[i]).toBeCloseTo(square, 6);
      expect(p[i]).toBeCloseTo(p0[i]! - (0.01 * mean) / (Math.sqrt(square) + 1e-6), 6);
    }
  });

  test('more than WebAssembly can address is refused', () => {
    expect(() => new SimdMemory(5e9)).toThrow(UserError);
  });
});

describe('the k largest of a row', () => {
  test.each([
    [4, 4],
    [37, 5],
    [500, 32],
    [4096, 32],
  ])('of %i elements the %i largest are those of a full sort, whatever came before', (length, k) => {
    const rows = 20;
    const memory = new SimdMemory(SimdMemory.bytes(TopK.lengths(length)));
    const topK = new TopK(memory, length, k);
    const values = normals(new Float32Array(rows * length), 5);
    // Scales that jump from row to row: a guess from the last row lets through too much or too little.
    values.forEach((value, i) => (values[i] = value * 10 ** ((Math.floor(i / length) % 3) - 1) - (i % 2)));
    const [indices, selected] = [new Int32Array(k), new Float32Array(k)];
    for (let row = 0; row < rows; row++) {
      topK.select(values, row, indices, selected);
      const own = values.subarray(row * length, (row + 1) * length);
      const order = Array.from(own.keys()).sort((a, b) => own[b]! - own[a]!);
      expect(Array.from(indices)).toEqual(order.slice(0, k).sort((a, b) => a - b));
      expect(Array.from(selected)).toEqual(Array.from(indices, (index) => own[index]!));
    }
  });

  test('a row of equal values gives k of them', () => {
    const memory = new SimdMemory(SimdMemory.bytes(TopK.lengths(10)));
    const topK = new TopK(memory, 10, 3);
    const [indices, selected] = [new Int32Array(3), new Float32Array(3)];
    for (let again = 0; again < 3; again++) {
      topK.select(new Float32Array(10), 0, indices, selected);
      expect(new Set(indices).size).toBe(3);
      expect(Array.from(selected)).toEqual([0, 0, 0]);
    }
  });

  test('a row that is not finite does not hang, and shows', () => {
    const memory = new SimdMemory(SimdMemory.bytes(TopK.lengths(10)));
    const topK = new TopK(memory, 10, 3);
    const [indices, selected] = [new Int32Array(3), new Float32Array(3)];
    topK.select(new Float32Array(10).fill(NaN), 0, indices, selected);
    expect(selected.every(Number.isNaN)).toBe(true);
  });
});

describe('learning rates', () => {
  const schedule = { rate: 2, steps: 100, warmup: 10, decay: 0.2 };

  test('rise linearly, stay, and fall linearly to their last', () => {
    const rates = Array.from({ length: 100 }, (_, step) => learningRate(schedule, step));
    expect(rates[0]).toBeCloseTo(0.2);
    expect(rates[9]).toBe(2);
    expect(rates.slice(9, 81)).toEqual(new Array(72).fill(2));
    expect(rates[90]).toBeCloseTo(1);
    expect(rates[99]).toBeCloseTo(0.1);
  });

  test('without warm-up and fall are constant', () => {
    expect(learningRate({ ...schedule, warmup: 0, decay: 0 }, 0)).toBe(2);
    expect(learningRate({ ...schedule, warmup: 0, decay: 0 }, 99)).toBe(2);
  });

  test('of a run shorter than its warm-up stay above zero', () => {
    const rates = Array.from({ length: 3 }, (_, step) => learningRate({ ...schedule, steps: 3 }, step));
    expect(Math.min(...rates)).toBeGreaterThan(0);
  });
});

function normals(into: Float32Array, seed: number): Float32Array {
  const random = new Random(seed);
  for (let i = 0; i < into.length; i++) into[i] = random.normal();
  return into;
}
