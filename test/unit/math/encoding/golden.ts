import { readFileSync } from 'node:fs';
import type { AlphaChoice } from '../../../../src/math/encoding/encoding';

/** What the published tools give for one set of features, responses and folds: see test/golden/encoding/make.py. */
export interface Case {
  readonly name: string;
  readonly alpha: AlphaChoice;
  readonly rows: number;
  readonly columns: number;
  readonly pca?: number;
  readonly folds?: number[];
  readonly labels?: string[];
  readonly runs?: number[];
  readonly k?: number;
  readonly gap?: number;
  readonly responses?: 'missing';
  readonly scores: number[][];
  readonly alphas: (number | null)[][];
  readonly innerErrors: (number | null)[][];
  readonly innerScores: (number | null)[][];
  readonly sse: number[][];
  readonly sst: number[][];
}

export interface BandedCase {
  readonly alphas: number[];
  readonly rows: number;
  readonly columns: number;
  readonly folds: number[];
  readonly both: number[][];
  readonly nuisanceAlone: number[][];
  readonly chosen: [number, number][][];
}

const folder = new URL('../../../golden/encoding/', import.meta.url);

export const golden = JSON.parse(readFileSync(new URL('encoding.json', folder), 'utf8')) as {
  alphas: number[];
  units: number;
  responses: number[][];
  missing: (number | null)[][];
  cases: Case[];
  nuisance: number[][];
  banded: BandedCase[];
};

const bytes = readFileSync(new URL('features.f32', folder));
const features = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const COLUMNS = 90;

/** The first rows and columns of the features. */
export function featuresOf(rows: number, columns: number): Float32Array {
  return features.filter((_, i) => Math.floor(i / COLUMNS) < rows && i % COLUMNS < columns);
}

/** The largest distance; a `null` is not compared. */
export function farthest(actual: Float64Array, expected: readonly (number | null)[][], relative = false): number {
  let most = 0;
  expected.flat().forEach((value, i) => {
    if (value === null) return;
    const distance = Math.abs(actual[i]! - value) / (relative ? Math.max(Math.abs(value), 1e-6) : 1);
    most = Math.max(most, Number.isNaN(distance) ? Infinity : distance);
  });
  return most;
}
