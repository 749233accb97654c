import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const folder = join(__dirname, '../../golden/statistics');

/** Numbers that SciPy, NumPy and mpmath gave; NaN and infinities as strings. */
export interface Golden {
  student: [t: number, df: number, p: number][];
  logGamma: [x: number, value: number][];
  logBeta: [a: number, b: number, value: number][];
  incompleteBeta: [x: number, a: number, b: number, value: number][];
  welch: Record<'t' | 'p' | 'df' | 'q', (number | string)[]> & {
    units: number;
    positive: number[];
    negative: number[];
  };
  ranks: {
    x: number[];
    y: number[];
    ranks: number[];
    spearman: number;
    pearson: number;
    mean: number;
    sd0: number;
    sem: number;
    percentiles: [percent: number, value: number][];
  };
  xoshiro: { state: number[]; next: number[] };
}

export const golden = JSON.parse(readFileSync(join(folder, 'statistics.json'), 'utf8')) as Golden;

export function welchValues(): Float32Array {
  const bytes = readFileSync(join(folder, 'welch-values.f32'));
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}

/** Equal within a relative tolerance; NaN and infinities exactly. */
export function expectRelative(actual: number, expected: number, tolerance: number, what = ''): void {
  if (!Number.isFinite(expected) || expected === 0) return expect(actual, what).toBe(expected);
  expect(Math.abs(actual / expected - 1), `${what}: ${actual} against ${expected}`).toBeLessThan(tolerance);
}
