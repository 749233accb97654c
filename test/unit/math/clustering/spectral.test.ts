import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AFFINITIES, affinityMatrix } from '../../../../src/math/clustering/affinities';
import { angularMatrix } from '../../../../src/math/clustering/angular';
import { kMeans } from '../../../../src/math/clustering/kmeans';
import { spectralClusters } from '../../../../src/math/clustering/spectral';
import type { SpectralClusters, SpectralOptions } from '../../../../src/math/clustering/spectral';
import type { SymmetricMatrix } from '../../../../src/math/clustering/symmetric';
import type { Cooccurrence } from '../../../../src/math/cooccurrence/cooccurrence';
import { Gemm } from '../../../../src/math/gemm';
import { Random } from '../../../../src/math/random';
import { Cancelled } from '../../../../src/shared/errors';
import { adjustedRand, finished, golden, goldenCounts, goldenDecoder, labelsOf } from './golden';
import type { GoldenClustering } from './golden';

const gemm = new Gemm(2);
afterAll(() => gemm.dispose());

function cluster(
  matrix: SymmetricMatrix,
  numbers: readonly number[],
  options: Partial<SpectralOptions> = {},
): Promise<SpectralClusters> {
  const signal = new AbortController().signal;
  return finished(spectralClusters(matrix, numbers, { gemm, random: new Random(1), signal, ...options }));
}

/** A matrix of given values. */
function given(size: number, value: (i: number, j: number) => number): SymmetricMatrix {
  return {
    size,
    rows(from, to, out) {
      for (let i = from; i < to; i++) for (let j = 0; j < size; j++) out[(i - from) * size + j] = value(i, j);
      return Promise.resolve();
    },
  };
}

function expectAsScikitLearn(found: SpectralClusters, numbers: readonly number[], expected: GoldenClustering): void {
  found.eigenvalues.forEach((value, e) => {
    // The matrix and its products are float32; errors of eigenvalues are of the residual's square.
    expect(Math.abs(value - expected.eigenvalues[e]!)).toBeLessThan(1e-6);
  });
  numbers.forEach((number, n) => {
    const labels = expected.labels[String(number)];
    if (labels !== undefined) expect(adjustedRand(found.labels[n]!, labelsOf(labels))).toBeGreaterThanOrEqual(0.99);
  });
}

describe('Spectral clustering beside scikit-learn', () => {
  const numbers = [2, 3, 5];
  let counts: Cooccurrence;
  let kept: Int32Array;
  beforeAll(async () => {
    counts = await goldenCounts();
    const dead = new Set(golden.dead);
    kept = Int32Array.from({ length: golden.features }, (_, i) => i).filter((i) => !dead.has(i));
  });

  it.each(AFFINITIES)('by %s: the same eigenvalues and lobes', async (name) => {
    const found = await cluster(affinityMatrix(counts, kept, name), numbers);
    expectAsScikitLearn(found, numbers, golden.clusterings[name]!);
    expect(found.residual).toBeLessThan(1e-6);
    expect(found.isolated).toBe(0);
  });

  it('features that never fired have no neighbour: degree 1, eigenvalue 1', async () => {
    const everything = Int32Array.from({ length: golden.features }, (_, i) => i);
    const found = await cluster(affinityMatrix(counts, everything, 'jaccard'), numbers);
    expectAsScikitLearn(found, numbers, golden.clusterings['jaccard-dead']!);
    expect(found.isolated).toBe(golden.dead.length);
  });

  it('by the angles of decoder directions', async () => {
    const everything = Int32Array.from({ length: golden.features }, (_, i) => i);
    const found = await cluster(angularMatrix(goldenDecoder(), golden.width, everything, gemm), numbers);
    expectAsScikitLearn(found, numbers, golden.angular.clustering);
  });

  it('the golden file has labels of nearly all, so that these tests compare something', () => {
    const labelled = Object.values(golden.clusterings).flatMap(({ labels }) => Object.keys(labels));
    expect(labelled.length).toBeGreaterThanOrEqual(15);
    expect(Object.keys(golden.angular.clustering.labels)).toEqual(['2', '3']);
  });

  it('is the same whether the matrix is held or made again for every product; lobes are on one thread as on two', async () => {
    const matrix = affinityMatrix(counts, kept, 'phi');
    const held = await cluster(matrix, numbers);
    const streamed = await cluster(matrix, numbers, { memory: 0 });
    const single = new Gemm(1);
    const oneThread = await cluster(matrix, numbers, { gemm: single });
    await single.dispose();
    expect(streamed).toEqual(held);
    // ONNX Runtime cuts a product otherwise on one thread: sums differ in their last bits, lobes do not.
    expect(oneThread.labels).toEqual(held.labels);
    oneThread.eigenvalues.forEach((value, e) => {
      expect(value).toBeCloseTo(held.eigenvalues[e]!, 7);
    });
    expect(held.embedding).toHaveLength(kept.length * 5);
  });
});

describe('Spectral clustering of graphs whose spectrum is known', () => {
  it('a complete graph repeats its eigenvalue n/(n − 1), solved densely', async () => {
    const { eigenvalues, embedding } = await cluster(
      given(30, () => 2),
      [30],
    );
    expect(eigenvalues[0]).toBeCloseTo(0, 7);
    for (let e = 1; e < 30; e++) expect(eigenvalues[e]).toBeCloseTo(30 / 29, 6);
    expect(embedding[0]).toBeCloseTo(1 / Math.sqrt(30 * 58), 6);
  });

  it('four components: eigenvalue 0 four times, found by the block method, and each component a lobe', async () => {
    const size = 400;
    const matrix = given(size, (i, j) => (i % 4 === j % 4 ? 1 + ((i * j) % 3) : 0));
    const { eigenvalues, labels } = await cluster(matrix, [4, 6]);
    for (let e = 0; e < 4; e++) expect(eigenvalues[e]).toBeCloseTo(0, 6);
    expect(eigenvalues[4]).toBeGreaterThan(0.5);
    expect(
      adjustedRand(
        labels[0]!,
        Int32Array.from({ length: size }, (_, i) => i % 4),
      ),
    ).toBe(1);
  });

  it('more lobes than features, none, NaN and negative affinities are errors to read', async () => {
    const ones = given(2, () => 1);
    await expect(cluster(ones, [3])).rejects.toThrow('3 lobes of 2 features');
    await expect(
      cluster(
        given(1, () => 1),
        [2],
      ),
    ).rejects.toThrow('2 lobes of 1 feature. Ask for at most 1.');
    await expect(
      cluster(
        given(0, () => 1),
        [2],
      ),
    ).rejects.toThrow('lower the threshold');
    await expect(cluster(ones, [0])).rejects.toThrow('0 lobes');
    await expect(
      cluster(
        given(5, () => NaN),
        [2],
      ),
    ).rejects.toThrow('not a number in row 0');
    await expect(
      cluster(
        given(5, (i, j) => (i === j ? 1 : i * j - 3)),
        [2],
      ),
    ).rejects.toThrow('negative value (-3)');
  });

  it('two features make two lobes, and one feature one', async () => {
    const two = await cluster(
      given(2, () => 0),
      [2],
    );
    expect(two.isolated).toBe(2);
    expect([...two.eigenvalues]).toEqual([1, 1]);
    expect(new Set(two.labels[0])).toEqual(new Set([0, 1]));
    expect([
      ...(
        await cluster(
          given(1, () => 1),
          [1],
        )
      ).labels[0]!,
    ]).toEqual([0]);
  });

  it('stops when it is cancelled', async () => {
    await expect(
      cluster(
        given(50, () => 1),
        [2],
        { signal: AbortSignal.abort() },
      ),
    ).rejects.toBeInstanceOf(Cancelled);
  });
});

describe('k-means beside scikit-learn', () => {
  it('reaches the least inertia of many restarts, with the same clusters', async () => {
    const { points, dimensions, clusters, inertia, labels } = golden.kmeans;
    const found = await finished(
      kMeans(Float64Array.from(points), dimensions, clusters, { gemm, random: new Random(3), restarts: 20 }),
    );
    expect(found.inertia).toBeCloseTo(inertia, 6);
    expect(adjustedRand(found.labels, labelsOf(labels))).toBe(1);
    const again = await finished(
      kMeans(Float64Array.from(points), dimensions, clusters, { gemm, random: new Random(3), restarts: 20 }),
    );
    expect(again).toEqual(found);
  });

  it('survives fewer distinct points than clusters', async () => {
    const found = await finished(kMeans(Float64Array.of(1, 1, 1, 5, 5, 5), 1, 3, { gemm, random: new Random(1) }));
    expect(found.inertia).toBeCloseTo(0, 12);
    expect(found.labels[0]).not.toBe(found.labels[3]);
  });
});
