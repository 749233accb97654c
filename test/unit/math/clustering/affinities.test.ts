import { beforeAll, describe, expect, it } from 'vitest';
import { AFFINITIES, affinityMatrix, affinityValue } from '../../../../src/math/clustering/affinities';
import { angularMatrix } from '../../../../src/math/clustering/angular';
import { triangleIndex } from '../../../../src/math/cooccurrence/cooccurrence';
import type { Cooccurrence } from '../../../../src/math/cooccurrence/cooccurrence';
import { Gemm } from '../../../../src/math/gemm';
import { golden, goldenCounts, goldenDecoder } from './golden';

const all = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);

describe('Affinities beside numpy', () => {
  let counts: Cooccurrence;
  beforeAll(async () => {
    counts = await goldenCounts();
  });
  const n11 = (i: number, j: number): number =>
    counts.counts[triangleIndex(Math.min(i, j), Math.max(i, j), golden.features)]!;

  it('counts are those of the product of the firing matrix with itself', () => {
    let [sum, weighted] = [0, 0];
    for (let i = 0; i < golden.features; i++) {
      for (let j = i; j < golden.features; j++) {
        sum += n11(i, j);
        weighted += n11(i, j) * (1 + 3 * i + j);
      }
    }
    expect([sum, weighted]).toEqual([golden.countSum, golden.countWeighted]);
  });

  it.each(AFFINITIES)('%s of pairs, dead and ever-firing features among them, to 1e-12', (name) => {
    golden.pairs.forEach(([i, j], p) => {
      const value = affinityValue(name, n11(i, j), n11(i, i), n11(j, j), golden.blocks);
      expect(Math.abs(value - golden.affinities[name]!.samples[p]!)).toBeLessThan(1e-12);
    });
  });

  // Rows are float32: an affinity near 1 is rounded by 6e-8 at most.
  it.each(AFFINITIES)('rows of %s hold the same values in float32, whichever rows are read', async (name) => {
    const n = golden.features;
    const matrix = affinityMatrix(counts, all(n), name);
    const whole = new Float32Array(n * n);
    await matrix.rows(0, n, whole);
    for (let i = 0; i < n; i += 7) {
      for (let j = 0; j < n; j++) {
        const exact = affinityValue(name, n11(i, j), n11(i, i), n11(j, j), golden.blocks);
        if (whole[i * n + j] !== Math.fround(exact)) expect(whole[i * n + j]).toBeCloseTo(exact, 6);
      }
    }
    const sum = whole.reduce((total, value) => total + value, 0);
    expect(Math.abs(sum - golden.affinities[name]!.sum)).toBeLessThan(6e-8 * n * n);
    const some = new Float32Array(9 * n);
    await matrix.rows(301, 310, some);
    expect(some).toEqual(whole.slice(301 * n, 310 * n));
  });

  it('takes the kept features only, and no product of margins overflows at two million blocks', async () => {
    const kept = Int32Array.of(2, 3, 5, 40, 599);
    const matrix = affinityMatrix(counts, kept, 'jaccard');
    const rows = new Float32Array(25);
    await matrix.rows(0, 5, rows);
    kept.forEach((i, a) => {
      kept.forEach((j, b) => {
        const exact = affinityValue('jaccard', n11(i, j), n11(i, i), n11(j, j), golden.blocks);
        expect(rows[a * 5 + b]).toBe(Math.fround(exact));
      });
    });
    // Margins in a ratio of 1 : 1 and a third of one feature's blocks shared: φ by hand.
    const [blocks, ni] = [2e6, 1e6];
    expect(affinityValue('phi', 750_000, ni, ni, blocks)).toBeCloseTo(1.5, 12);
    expect(affinityValue('phi', 0, ni, ni, blocks)).toBeCloseTo(0, 12);
  });
});

describe('Angular similarity beside numpy', () => {
  it('of pairs and in all, with a feature twice and one opposite to another', async () => {
    const gemm = new Gemm(2);
    const n = golden.features;
    const matrix = angularMatrix(goldenDecoder(), golden.width, all(n), gemm);
    const whole = new Float32Array(n * n);
    await matrix.rows(0, n, whole);
    // Float64 cosines near ±1 leave 1e-8 after the arccosine; float32 storage rounds by 6e-8.
    golden.pairs.forEach(([i, j], p) => {
      expect(Math.abs(whole[i * n + j]! - golden.angular.samples[p]!)).toBeLessThan(1e-7);
    });
    expect(whole[17 * n + 18]).toBeCloseTo(1, 7);
    expect(whole[20 * n + 21]).toBeCloseTo(0, 7);
    const sum = whole.reduce((total, value) => total + value, 0);
    expect(Math.abs(sum - golden.angular.sum)).toBeLessThan(6e-8 * n * n);
    await gemm.dispose();
  });
});
