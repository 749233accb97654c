import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hoverLines, writeDetails } from '../../../../src/analyses/lobes/details';
import { lobesFigures } from '../../../../src/analyses/lobes/figures';
import { pairBytes, requireMemory } from '../../../../src/analyses/lobes/memory';
import type { LobesFields, LobesResult } from '../../../../src/analyses/lobes/result';
import { warnOfLobes } from '../../../../src/analyses/lobes/warnings';
import { Random } from '../../../../src/math/random';
import type { CloudFigure } from '../../../../src/shared/figure';
import { jsonable } from '../../../../src/shared/json';
import { resultOf } from '../../models/support';

const FEATURES = 16_384;
const folder = mkdtempSync(join(tmpdir(), 'brainlens-lobes-large-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const none = { nullMean: 0.0123456789, nullSd: 0.00123456789, z: 12.3456789, p: 0.00990099, draws: 100 };
const names = ['phi', 'jaccard', 'dice', 'overlap', 'simple-matching'] as const;
const sizes = [FEATURES - 2000, 1000, 1000];

/** As large as a result gets: both maps, five affinities, contexts in three bytes a character, features left out. */
function largest(): LobesResult {
  const random = new Random(0);
  const cloud = (columns: number) => ({
    data: Float32Array.from({ length: FEATURES * columns }, () => 200 * random.uniform() - 100),
    shape: [FEATURES, columns],
  });
  const labels = { data: Int32Array.from({ length: FEATURES }, (_, i) => (i % 4) - 1), shape: [FEATURES] };
  const fields: LobesFields = {
    source: 'documents',
    name: 'sae',
    features: FEATURES,
    width: 2304,
    kept: FEATURES,
    leftOut: { neverFired: 0, tooOften: 0 },
    blocks: 10_000,
    heldOutBlocks: 10_000,
    lobes: 3,
    numbers: [3],
    draws: 100,
    split: { kind: 'first', train: 13_107, test: 3277 },
    affinities: names.map((name) => ({
      name,
      lobes: 3,
      labels: 'labels',
      sizes,
      eigenvalues: [0, 0.123456789, 0.23456789],
      ami: { value: 0.1, ...none, withinDeciles: none },
      position: { balancedAccuracy: 0.5, ...none, withinDeciles: none },
    })),
    geometry: [{ lobes: 3, labels: 'geometryLabels', sizes }],
    documentTypes: [],
    lobeTable: sizes.map((size, lobe) => ({ lobe, size, meanRate: 0.01, features: [] })),
    heatmap: { side: 128, bounds: [0, 100, 114] },
    map: { pcaShares: [0.1, 0.05, 0.04], umap: true },
  };
  return {
    fields: { ...fields },
    hover: Array.from({ length: FEATURES }, () => `12 % · ${'語彙'.repeat(12)} · "quoted" · more of it`),
    arrays: {
      labels,
      geometryLabels: labels,
      pca: cloud(3),
      umap2: cloud(2),
      umap3: cloud(3),
      firingRate: { data: Float32Array.from({ length: FEATURES }, () => random.uniform()), shape: [FEATURES] },
      heatmap: { data: Float32Array.from({ length: 128 * 128 }, () => random.uniform()), shape: [128, 128] },
    },
  };
}

test('figures of 16,384 features stay within 2 MB, whatever their tokens', () => {
  const figures = { schema: 'brainlens/figures@1', figures: lobesFigures(largest()) };
  const bytes = Buffer.byteLength(JSON.stringify(jsonable(figures)));
  const cloud = figures.figures[0] as CloudFigure;
  expect(cloud.text.every((text) => text.startsWith('12 % · 語'))).toBe(true);
  expect(bytes).toBeLessThanOrEqual(2e6);
});

test('hover lines decode no more tokens than they show', async () => {
  let decoded = 0;
  const texts = {
    contexts: () => [],
    tokenRates: new Float64Array(2),
    *tokens() {
      for (const token of [' a', 'a', ' ', 'b', 'c', 'd', 'e']) {
        decoded += 1;
        yield token;
      }
    },
  };
  const source = { features: 2, blocks: 8, texts };
  expect(await resultOf(hoverLines(source, Int32Array.of(4, 0)))).toEqual(['50 % · a · b · c', '0 % · a · b · c']);
  expect(decoded).toBe(10);
});

test('a cancelled run stops writing details', async () => {
  const path = join(folder, 'features.jsonl');
  const ended = new AbortController();
  const source = {
    features: 1000,
    blocks: 8,
    texts: {
      tokens: () => [],
      tokenRates: new Float64Array(1000),
      contexts: (feature: number) => {
        if (feature === 100) ended.abort();
        return [];
      },
    },
  };
  const kept = { features: new Int32Array(0), leftOut: { neverFired: 0, tooOften: 0 } };
  const facts = { source, kept, counts: new Int32Array(1000), labellings: [], geometry: [] };
  await expect(writeDetails(path, facts, ended.signal)).rejects.toThrow();
  expect(readFileSync(path, 'utf8').split('\n').length - 1).toBe(128);
});

test('eigenvectors that have not converged are named by affinity, once for all numbers of lobes', () => {
  const warnings: string[] = [];
  const one = { lobes: 2, labels: Int32Array.of(0, 0, 1, 1), eigenvalues: Float64Array.of(0, 1), isolated: 0 };
  const by = (residual: number) => ({ ...one, affinity: 'jaccard' as const, residual });
  warnOfLobes([by(3e-5), { ...by(3e-5), lobes: 3 }], [{ ...one, residual: 1e-7 }], () => [2, 2], {
    warn: (message: string) => void warnings.push(message),
  } as never);
  expect(warnings).toEqual([
    'By Jaccard, eigenvectors not converged: residual 0.00003 where 0.000001 is asked for; labels may differ from those of exact ones.',
  ]);
});

test('memory: counts must fit, a matrix of affinities is held where it does', () => {
  const size = { features: 16_384, width: 2304 };
  expect(pairBytes(size, 8e9) / size.features ** 2).toBeCloseTo(6, 2);
  expect(pairBytes(size, 2e9) / size.features ** 2).toBeCloseTo(2, 2);
  expect(() => requireMemory(size, 1e9)).toThrow(/16384 features take .* of it for co-occurrence/);
  expect(() => requireMemory(size, 2e9)).not.toThrow();
});
