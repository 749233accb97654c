import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpyFile } from '../../../../src/data/npy-file';
import { Random } from '../../../../src/math/random';
import { bestMatches, diagonalityOf } from '../../../../src/math/similarity/diagonality';
import { signatureOf, similarityOf } from '../../../../src/math/similarity/similarity';
import type { SimilarityMetric } from '../../../../src/math/similarity/similarity';

const folder = join(import.meta.dirname, '../../../golden/similarity');
type Golden = Record<SimilarityMetric, { raw: number; zscored: number; self: number }>;
const golden = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as Golden;
const x = (await readNpyFile(join(folder, 'x.npy'))).data as Float64Array;
const y = (await readNpyFile(join(folder, 'y.npy'))).data as Float64Array;
const ROWS = 13;
/** Both sides are float64; the issue asks for 1e-6. */
const DIGITS = 11;
const METRICS: SimilarityMetric[] = ['cka', 'debiased-cka', 'rsa'];

const compare = (a: Float64Array, b: Float64Array, metric: SimilarityMetric, zscored = false): number =>
  similarityOf(signatureOf(a, ROWS, metric, zscored), signatureOf(b, ROWS, metric, zscored));

describe.each(METRICS)('%s', (metric) => {
  it('has the numbers of NumPy and SciPy, raw and on z-scored features', () => {
    expect(compare(x, y, metric)).toBeCloseTo(golden[metric].raw, DIGITS);
    expect(compare(x, y, metric, true)).toBeCloseTo(golden[metric].zscored, DIGITS);
    expect(Math.abs(golden[metric].raw - golden[metric].zscored)).toBeGreaterThan(0.01);
  });

  it('is one for a representation and itself, scaled, and symmetric', () => {
    expect(golden[metric].self).toBeCloseTo(1, DIGITS);
    expect(
      compare(
        x,
        x.map((value) => 3 * value),
        metric,
      ),
    ).toBeCloseTo(1, DIGITS);
    expect(compare(y, x, metric)).toBeCloseTo(compare(x, y, metric), DIGITS);
  });

  it('refuses fewer than four stimuli', () => {
    expect(() => signatureOf(x.subarray(0, 21), 3, metric)).toThrow(/^3 stimuli are too few/);
  });
});

describe('similarity', () => {
  it('of noise with noise is near zero only where it is debiased', () => {
    const random = new Random(1);
    const noise = (): Float64Array => Float64Array.from({ length: ROWS * 200 }, () => random.uniform() - 0.5);
    const [a, b] = [noise(), noise()];
    expect(compare(a, b, 'cka')).toBeGreaterThan(0.7);
    expect(Math.abs(compare(a, b, 'debiased-cka'))).toBeLessThan(0.3);
  });

  it('of features that are the same for all stimuli is no number', () => {
    expect(compare(new Float64Array(ROWS * 2).fill(0.5), y, 'cka')).toBeNaN();
  });

  it('under RSA refuses a stimulus without variance by its number', () => {
    const flat = x.slice().fill(2, 7, 14);
    expect(() => signatureOf(flat, ROWS, 'rsa')).toThrow(/stimulus 2 are all equal.*--metric cka/);
  });
});

describe('diagonality', () => {
  it('takes the first of equal best matches and skips what is no number', () => {
    expect([...bestMatches(Float64Array.of(1, 1, 0, NaN, 0, 2), 3)]).toEqual([0, 2]);
  });

  it('is one where matches run with depth, with the p of all orders', () => {
    const { value, p, z } = diagonalityOf(Int32Array.of(0, 1, 2, 3, 4), 5, 20_000, new Random(2));
    expect(value).toBe(1);
    // One of 5! orders reaches it: 1/120 = 0.0083, s.d. over draws 0.0006.
    expect(p).toBeGreaterThan(0.0083 - 0.003);
    expect(p).toBeLessThan(0.0083 + 0.003);
    // The null has variance 1/(n − 1) = 1/4.
    expect(z).toBeCloseTo(2, 1);
  });

  it('has uniform p over 200 seeds where layers match in any order', () => {
    const ps = Float64Array.from({ length: 200 }, (_, seed) => {
      const random = new Random(seed, 'matches');
      return diagonalityOf(random.permutation(12), 12, 199, random.fork('null')).p;
    }).sort();
    const distance = ps.reduce((most, p, i) => Math.max(most, Math.abs(p - i / 200), Math.abs(p - (i + 1) / 200)), 0);
    // Kolmogorov–Smirnov at the 1 % level over 200 values; the seeds are fixed.
    expect(distance).toBeLessThan(1.628 / Math.sqrt(200));
  });

  it('is minus one where they run against it, and none where all are the same', () => {
    expect(diagonalityOf(Int32Array.of(3, 2, 1), 4, 100, new Random(2))).toMatchObject({ value: -1, p: 1 });
    expect(diagonalityOf(Int32Array.of(2, 2, 2), 4, 100, new Random(2))).toMatchObject({ value: NaN, p: NaN });
  });
});
