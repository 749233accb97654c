import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cloudEntropy, gaussianClouds } from '../../../../src/math/entropy/clustering-entropy';
import { digamma, gaussianEntropy, paperCodeEntropy } from '../../../../src/math/entropy/entropy';
import { Gemm } from '../../../../src/math/gemm';
import { nearestNeighbours } from '../../../../src/math/neighbours/nearest';
import { Random } from '../../../../src/math/random';
import { centredRows, covariance } from '../../../../src/math/spectrum/covariance';
import { symmetricEigenvalues, topEigenvalues } from '../../../../src/math/spectrum/eigenvalues';
import { fitPowerLaw, logVolume, PAPER_CODE_RANKS, RANKS } from '../../../../src/math/spectrum/power-law';
import { principalVectors } from '../../../../src/math/spectrum/principal';
import { project, spectrumOf } from '../../../../src/math/spectrum/projection';
import { wishartEigenvalues } from '../../../../src/math/spectrum/wishart';

const folder = join(__dirname, '../../../golden/galaxy');
const golden = JSON.parse(readFileSync(join(folder, 'galaxy.json'), 'utf8')) as {
  rows: number;
  width: number;
  eigenvalues: number[];
  ranks1: { slope: number; error: number; logVolume: number };
  ranks11: { slope: number; error: number; logVolume: number };
  entropy: Record<string, number>;
  entropyOfTen: number;
  gaussian: number;
  gaussianOfTen: number;
  paperCode: { entropy: number; gaussian: number };
  digamma: Record<string, number>;
};
const bytes = readFileSync(join(folder, 'decoder.f32'));
const decoder = Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
const { rows, width } = golden;
const gemm = new Gemm(1);
const signal = new AbortController().signal;
afterAll(() => gemm.dispose());

async function drain<T>(steps: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value;
  }
}

/** The decoder in its first principal axes. */
async function projected(values: Float64Array | Float32Array, count: number): Promise<[Float64Array, Float64Array]> {
  const { matrix, means } = await covariance(gemm, values, rows, width);
  const eigenvalues = await symmetricEigenvalues(gemm, matrix, width);
  const vectors = await principalVectors(gemm, matrix, eigenvalues, count, new Random(0));
  const points = centredRows(values, means, 0, rows);
  const { data } = await gemm.multiply(points, { data: vectors, dims: [count, width] }, { transposeB: true });
  return [data, eigenvalues.slice(0, count)];
}

describe('the spectrum of a decoder', () => {
  it('has the eigenvalues of numpy.linalg.eigvalsh', async () => {
    const { matrix } = await covariance(gemm, decoder, rows, width);
    const values = await symmetricEigenvalues(gemm, matrix, width);
    expect(values.length).toBe(golden.eigenvalues.length);
    // Rounding of both sides is 1e-15 of the largest eigenvalue, which is 200 times the smallest.
    values.forEach((value, i) => expect(Math.abs(value / golden.eigenvalues[i]! - 1)).toBeLessThan(1e-12));
    const top = await topEigenvalues(gemm, matrix, width, 7);
    expect(top.length).toBe(7);
    top.forEach((value, i) => expect(Math.abs(value / golden.eigenvalues[i]! - 1)).toBeLessThan(1e-13));
  });

  it('falls with the slopes of scipy.stats.linregress, over both ranges of ranks', () => {
    const values = Float64Array.from(golden.eigenvalues);
    for (const [range, expected] of [
      [RANKS, golden.ranks1],
      [PAPER_CODE_RANKS, golden.ranks11],
    ] as const) {
      const { slope, error } = fitPowerLaw(values, range);
      expect(slope).toBeCloseTo(expected.slope, 10);
      expect(error).toBeCloseTo(expected.error, 10);
      expect(logVolume(values, range)).toBeCloseTo(expected.logVolume, 9);
    }
  });

  it('ends where eigenvalues are only rounding', () => {
    const values = Float64Array.of(4, 2, 1, 0.5, 1e-17, 0, -1e-18);
    expect(fitPowerLaw(values, RANKS).ranks).toEqual({ first: 1, last: 4 });
    expect(logVolume(values, RANKS)).toBeCloseTo(Math.log(4), 12);
    expect(fitPowerLaw(values, PAPER_CODE_RANKS).slope).toBeNaN();
  });

  it('of a large matrix has orthonormal principal vectors that satisfy A·v = λ·v', async () => {
    const n = 320;
    const random = new Random(3, 'principal');
    const root = Float64Array.from({ length: n * n }, (_, i) => random.normal() * (1 + (i % n)) ** -0.4);
    const dims = [n, n];
    const { data: a } = await gemm.multiply({ data: root, dims }, { data: root, dims }, { transposeB: true });
    const values = await symmetricEigenvalues(gemm, a, n);
    const count = 30;
    const vectors = await principalVectors(gemm, a, values, count, random);
    const rowsOf = { data: vectors, dims: [count, n] };
    const { data: images } = await gemm.multiply(rowsOf, { data: a, dims });
    const { data: products } = await gemm.multiply(rowsOf, rowsOf, { transposeB: true });
    images.forEach((value, i) => {
      const expected = values[Math.floor(i / n)]! * vectors[i]!;
      expect(Math.abs(value - expected)).toBeLessThan(1e-11 * values[0]!);
    });
    products.forEach((value, i) => {
      expect(Math.abs(value - Number(i % (count + 1) === 0))).toBeLessThan(1e-12);
    });
  });

  it.each([1e2, 1e5, 1e9])(
    'has them too where a few directions are %s times the others, as activations are',
    async (massive) => {
      const [n, count] = [300, 40];
      const random = new Random(5, 'massive');
      const root = Float64Array.from({ length: n * n }, (_, i) => random.normal() * (1 + (i % n)) ** -0.4);
      for (const direction of [1, 0.2, 0.003]) {
        const along = Float64Array.from({ length: n }, () => random.normal());
        for (let row = 0; row < n; row += 1) {
          const size = Math.sqrt(direction * massive) * random.normal();
          for (let k = 0; k < n; k += 1) root[row * n + k]! += size * along[k]! * 0.05;
        }
      }
      const dims = [n, n];
      const rootRows = { data: root, dims };
      const { data: a } = await gemm.multiply(rootRows, rootRows, { transposeA: true });
      const values = await symmetricEigenvalues(gemm, a, n);
      const vectors = await principalVectors(gemm, a, values, count, random);
      const axes = { data: vectors, dims: [count, n] };
      const { data: images } = await gemm.multiply(axes, { data: a, dims });
      const { data: products } = await gemm.multiply(axes, axes, { transposeB: true });
      images.forEach((value, i) => {
        const expected = values[Math.floor(i / n)]! * vectors[i]!;
        expect(Math.abs(value - expected)).toBeLessThan(1e-11 * values[0]!);
      });
      products.forEach((value, i) => expect(Math.abs(value - Number(i % (count + 1) === 0))).toBeLessThan(1e-12));
    },
  );
});

describe('the spectrum of a Gaussian cloud', () => {
  it.each([
    { rows: 400, width: 20 },
    { rows: 15, width: 60 },
  ])('is drawn without its points: $rows rows in $width dimensions', async ({ rows: n, width: d }) => {
    const draws = 60;
    const mean = async (draw: (i: number) => Promise<Float64Array>): Promise<number[]> => {
      const sums = [0, 0, 0];
      for (let i = 0; i < draws; i += 1) {
        const values = await draw(i);
        const total = values.reduce((sum, value) => sum + value, 0);
        [values[0]!, values[values.length - 1]!, total].forEach((value, j) => (sums[j]! += value / draws));
      }
      return sums;
    };
    const short = await mean((i) => Promise.resolve(wishartEigenvalues(n, d, d, new Random(i, 'wishart'))));
    const long = await mean(async (i) => {
      const random = new Random(i, 'points');
      const points = Float64Array.from({ length: n * d }, () => random.normal());
      const { matrix } = await covariance(gemm, points, n, d);
      return (await symmetricEigenvalues(gemm, matrix, d)).subarray(0, Math.min(d, n - 1));
    });
    // Means over 60 draws; the largest spread of one draw is about 12 %, so five standard errors are 11 %.
    short.forEach((value, i) => expect(Math.abs(value / long[i]! - 1)).toBeLessThan(0.11));
  });
});

describe('entropy of a decoder', () => {
  it('is that of SciPy’s nearest neighbours, in all its dimensions and in its first ten', async () => {
    const [points, eigenvalues] = await projected(decoder, width);
    for (const k of [1, 3]) {
      const { entropy, gaussian, clustering } = await drain(cloudEntropy(points, eigenvalues, { gemm, signal, k }));
      expect(entropy).toBeCloseTo(golden.entropy[k]!, 8);
      expect(gaussian).toBeCloseTo(golden.gaussian, 9);
      expect(clustering).toBe(gaussian - entropy);
    }
    const [few, largest] = await projected(decoder, 10);
    const ten = await drain(cloudEntropy(few, largest, { gemm, signal, k: 1 }));
    expect(ten.entropy).toBeCloseTo(golden.entropyOfTen, 8);
    expect(ten.gaussian).toBeCloseTo(golden.gaussianOfTen, 9);
  });

  it('by the paper’s code is that of its formula in NumPy', async () => {
    const { means } = await covariance(gemm, decoder, rows, width);
    const scaled = Float64Array.from(decoder, (value, i) => value - means[i % width]!);
    const deviations = Array.from({ length: width }, (_, column) => {
      let sum = 0;
      for (let row = 0; row < rows; row += 1) sum += scaled[row * width + column]! ** 2;
      return Math.sqrt(sum / rows);
    });
    const [points, eigenvalues] = await projected(
      scaled.map((value, i) => value / deviations[i % width]!),
      width,
    );
    const { distances } = await drain(nearestNeighbours(points, width, 1, { gemm, signal }));
    expect(paperCodeEntropy(distances, eigenvalues, 1)).toBeCloseTo(golden.paperCode.entropy, 8);
    expect(gaussianEntropy(eigenvalues)).toBeCloseTo(golden.paperCode.gaussian, 8);
  });

  it('needs the digamma function of SciPy', () => {
    for (const [n, expected] of Object.entries(golden.digamma)) expect(digamma(Number(n))).toBeCloseTo(expected, 13);
  });

  it('of Gaussian points in few of many dimensions is that of Gaussian clouds of their covariance', async () => {
    const [n, width, components] = [300, 576, 100];
    const random = new Random(4, 'cloud');
    const rows = Float64Array.from({ length: n * width }, () => random.normal());
    const spectrum = await spectrumOf(gemm, rows, width);
    const { points, eigenvalues } = await project(gemm, rows, spectrum, components, new Random(5));
    const { clustering } = await drain(cloudEntropy(points, eigenvalues, { gemm, signal, k: 1 }));
    const null_ = await drain(gaussianClouds(n, eigenvalues, 20, new Random(6), { gemm, signal, k: 1 }));
    const mean = null_.reduce((sum, value) => sum + value, 0) / null_.length;
    const sd = Math.sqrt(null_.reduce((sum, value) => sum + (value - mean) ** 2, 0) / null_.length);
    expect(Math.abs(clustering - mean) / sd).toBeLessThan(4);
  });

  it('of a Gaussian cloud lies within its own null, and of a clustered one far outside', async () => {
    const eigenvalues = Float64Array.from({ length: 8 }, (_, i) => 1 / (1 + i));
    const n = 500;
    const null_ = await drain(gaussianClouds(n, eigenvalues, 20, new Random(1), { gemm, signal, k: 1 }));
    const mean = null_.reduce((sum, value) => sum + value, 0) / null_.length;
    const sd = Math.sqrt(null_.reduce((sum, value) => sum + (value - mean) ** 2, 0) / null_.length);
    const clustering = async (points: Float64Array): Promise<number> => {
      const { matrix, means } = await covariance(gemm, points, n, 8);
      const own = await symmetricEigenvalues(gemm, matrix, 8);
      const centred = points.map((value, i) => value - means[i % 8]!);
      return (await drain(cloudEntropy(centred, own, { gemm, signal, k: 1 }))).clustering;
    };
    const random = new Random(2, 'cloud');
    const plain = Float64Array.from({ length: n * 8 }, (_, i) => random.normal() * Math.sqrt(eigenvalues[i % 8]!));
    const tight = Float64Array.from(
      { length: n * 8 },
      (_, i) => ((i >> 3) % 10 === i % 8 ? 3 : 0) + 0.2 * random.normal(),
    );
    expect(Math.abs((await clustering(plain)) - mean) / sd).toBeLessThan(4);
    expect(((await clustering(tight)) - mean) / sd).toBeGreaterThan(20);
  });
});
