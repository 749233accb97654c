import { readFileSync } from 'node:fs';
import type { Cooccurrence, FiringPart } from '../../../../src/math/cooccurrence/cooccurrence';
import { countCooccurrence } from '../../../../src/math/cooccurrence/count';

export interface GoldenClustering {
  readonly eigenvalues: readonly number[];
  readonly labels: Readonly<Record<string, string>>;
}

/** What make_clustering.py computed with numpy, scipy and scikit-learn. */
export interface Golden {
  readonly features: number;
  readonly blocks: number;
  readonly width: number;
  readonly dead: readonly number[];
  readonly countSum: number;
  readonly countWeighted: number;
  readonly pairs: readonly (readonly [number, number])[];
  readonly affinities: Readonly<
    Record<string, { samples: readonly number[]; sum: number; rowSums: readonly number[] }>
  >;
  readonly clusterings: Readonly<Record<string, GoldenClustering>>;
  readonly angular: { samples: readonly number[]; sum: number; clustering: GoldenClustering };
  readonly kmeans: { dimensions: number; points: readonly number[]; clusters: number; inertia: number; labels: string };
}

const file = (name: string): URL => new URL(`../../../golden/lobes/${name}`, import.meta.url);

export const golden = JSON.parse(readFileSync(file('clustering.json'), 'utf8')) as Golden;

export function goldenDecoder(): Float32Array {
  return new Float32Array(new Uint8Array(readFileSync(file('clustering-decoder.f32'))).buffer);
}

/** The planted firing matrix, unpacked from bits (most significant first). */
export function goldenFiring(): FiringPart {
  const bits = readFileSync(file('clustering-firing.u8'));
  const { features, blocks } = golden;
  const starts = new Int32Array(blocks + 1);
  const list: number[] = [];
  for (let b = 0; b < blocks; b++) {
    for (let f = 0; f < features; f++) {
      const bit = b * features + f;
      if ((bits[bit >> 3]! >> (7 - (bit & 7))) & 1) list.push(f);
    }
    starts[b + 1] = list.length;
  }
  return { first: 0, starts, features: Int32Array.from(list) };
}

export async function goldenCounts(): Promise<Cooccurrence> {
  async function* parts(): AsyncGenerator<FiringPart> {
    yield await Promise.resolve(goldenFiring());
  }
  const { features, blocks } = golden;
  const options = { features, blocks, threads: 2, memory: 2 ** 30, signal: new AbortController().signal };
  return finished(countCooccurrence(parts(), options));
}

/** Runs a generator to its end. */
export async function finished<Result>(run: AsyncGenerator<unknown, Result>): Promise<Result> {
  for (;;) {
    const step = await run.next();
    if (step.done === true) return step.value;
  }
}

export const labelsOf = (digits: string): Int32Array => Int32Array.from(digits, Number);

/** Adjusted Rand index (Hubert & Arabie 1985): pairs of points on which two labellings agree, corrected for chance. */
export function adjustedRand(a: Int32Array, b: Int32Array): number {
  const pairs = (n: number): number => (n * (n - 1)) / 2;
  const sizes = (keys: readonly string[]): number => {
    const counts = new Map<string, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    return [...counts.values()].reduce((sum, n) => sum + pairs(n), 0);
  };
  const both = sizes(Array.from(a, (label, i) => `${label} ${b[i]}`));
  const inA = sizes(Array.from(a, String));
  const inB = sizes(Array.from(b, String));
  const expected = (inA * inB) / pairs(a.length);
  return (both - expected) / ((inA + inB) / 2 - expected);
}
