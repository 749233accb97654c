import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { crystals } from '../../../../src/analyses/crystals/index';
import type { SearchResult } from '../../../../src/analyses/crystals/result';
import { Random } from '../../../../src/math/random';
import { encodeNpy } from '../../../../src/shared/npy';
import { run } from './support';

const folder = mkdtempSync(join(tmpdir(), 'brainlens-crystal-search-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [FEATURES, WIDTH] = [40, 16];
/** Pairs of features that one vector tells apart: 20 and 28, 21 and 29 … */
const PLANTED = 8;

function matrix(name: string, data: Float32Array, width: number): string {
  const path = join(folder, name);
  writeFileSync(path, encodeNpy({ data, shape: [data.length / width, width] }));
  return path;
}

/** Gaussian directions, the first without any; those from 28 on are those from 20 on plus one vector, if planted. */
function decoder(name: string, planted: boolean): string {
  const random = new Random(5, 'decoder');
  const rows = Float32Array.from({ length: FEATURES * WIDTH }, () => random.normal()).fill(0, 0, WIDTH);
  const vector = Float32Array.from({ length: WIDTH }, () => 2 * random.normal());
  for (let i = 0; planted && i < PLANTED * WIDTH; i += 1) {
    rows[28 * WIDTH + i] = rows[20 * WIDTH + i]! + vector[i % WIDTH]! + 0.05 * random.normal();
  }
  return matrix(name, rows, WIDTH);
}

/** Lobe 0: features 1 … 9; lobe 1: 10 … 34; lobe 2: two; the others are left out. Later features fire more often. */
function lobes(name: string, changes: { readonly features?: number; readonly schema?: string } = {}): string {
  const { features = FEATURES, schema = 'brainlens/lobes@1' } = changes;
  const path = join(folder, name);
  mkdirSync(path);
  const lobeOf = (i: number): number => (i === 0 || i > 36 ? -1 : i < 10 ? 0 : i < 35 ? 1 : 2);
  const all = Array.from({ length: features }, (_, i) => i);
  const provenance = { brainlens: '0', onnxruntime: '0', node: '0', platform: 'p', threads: 1, seed: 0, inputs: [] };
  const head = { schema, name, created: 'today', seconds: 1, spec: {}, provenance, result: {}, summary: '' };
  writeFileSync(join(path, 'result.json'), JSON.stringify(head));
  writeFileSync(join(path, 'labels.npy'), encodeNpy({ data: Int32Array.from(all, lobeOf), shape: [features] }));
  const rates = { data: Float32Array.from(all, (i) => i / features), shape: [features] };
  writeFileSync(join(path, 'firingRate.npy'), encodeNpy(rates));
  const lines = all.map((i) => {
    const contexts = [' word', ' word', ' other'].map((token) => ({
      value: 1,
      before: '',
      token: `${token}${i}`,
      after: '',
    }));
    return JSON.stringify({ title: `Feature ${i}`, facts: {}, contexts: i === 20 ? [] : contexts });
  });
  writeFileSync(join(path, 'features.jsonl'), `${lines.join('\n')}\n`);
  return path;
}

async function search(
  settings: object,
): Promise<SearchResult & { warnings: readonly string[]; inputs: readonly string[] }> {
  const { result, warnings, inputs } = await run({ clusters: 12, clouds: 19, ...settings });
  return { ...(result.fields as unknown as SearchResult), warnings, inputs };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const planted = decoder('planted.npy', true);
const noise = decoder('noise.npy', false);
const own = lobes('own');

describe('crystals of a decoder', () => {
  it('that were planted are the tightest cluster, beyond every Gaussian cloud, with the features that make them', async () => {
    const { clusters, tightest, differences } = await search({ decoder: planted, count: 39, clusters: 24 });
    expect(differences).toBe((39 * 38) / 2);
    const [directions] = tightest;
    expect(directions).toMatchObject({ normalised: true, draws: 19, p: 0.05 });
    expect(directions!.z).toBeGreaterThan(4);
    const [best] = clusters;
    expect(best).toMatchObject({ normalised: true, disjoint: PLANTED, p: 0.05 });
    expect(best!.parallelogram - best!.expected).toBeGreaterThan(0.2);
    expect(best!.quadruples).toHaveLength(5);
    for (const { features, parallelogram, cosine } of best!.quadruples) {
      const [a, b, c, d] = features.toSorted((x, y) => x - y);
      expect([c! - a!, d! - b!]).toEqual([PLANTED, PLANTED]);
      expect(a).toBeGreaterThanOrEqual(20);
      expect(b).toBeLessThan(28);
      expect(parallelogram).toBeGreaterThan(0.9);
      expect(cosine).toBeGreaterThan(0.98);
    }
  });

  it('are not found in noise; directions of length 0 are left out', async () => {
    const { clusters, tightest, warnings, tokens, searched } = await search({ decoder: noise, count: 39 });
    for (const { p, z } of tightest) {
      expect(p).toBeGreaterThan(0.05);
      expect(z).toBeLessThan(3);
    }
    expect(searched).not.toContain(0);
    expect(warnings).toEqual(['1 feature without a direction left out.']);
    expect(tokens).toEqual({});
    for (const { p, quadruples } of clusters) {
      expect(p).toBeGreaterThanOrEqual(0.05);
      expect(p).toBeLessThanOrEqual(1);
      for (const { features } of quadruples) expect(new Set(features).size).toBe(4);
    }
  });

  it('are drawn as tables, and told in a line', async () => {
    const { result } = await run({ decoder: noise, count: 20, clusters: 10, clouds: 2 });
    expect(crystals.figures(result).map(({ id }) => id)).toEqual(['tightest', 'clusters', 'quadruples']);
    expect(crystals.summary(result)).toMatch(/^20 features, 190 differences: tightest cluster/);
  });
});

describe('features to search', () => {
  const quick = { decoder: planted, clusters: 5, clouds: 1 };

  it('are drawn at random, the same for one seed', async () => {
    const [one, again] = [await search({ ...quick, count: 20 }), await search({ ...quick, count: 20 })];
    expect(new Set(one.searched).size).toBe(20);
    expect(one.searched).toEqual(one.searched.toSorted((a, b) => a - b));
    expect(again.searched).toEqual(one.searched);
    expect(one.searched).not.toEqual(range(1, 21));
  });

  it('are the most active of a lobe, named by the tokens that they fire on', async () => {
    const { searched, tokens, clusters, inputs, warnings } = await search({
      ...quick,
      featuresOf: own,
      lobe: 1,
      count: 15,
    });
    expect(searched).toEqual(range(20, 35));
    expect(inputs).toEqual([
      planted,
      ...['result.json', 'labels.npy', 'firingRate.npy'].map((name) => join(own, name)),
    ]);
    expect(warnings).toEqual(['1 feature without a direction left out.']);
    const named = new Set(clusters.flatMap(({ quadruples }) => quadruples.flatMap(({ features }) => features)));
    expect(Object.keys(tokens).map(Number)).toEqual([...named].filter((i) => i !== 20).sort((a, b) => a - b));
    for (const i of named) if (i !== 20) expect(tokens[i]).toEqual([` word${i}`, ` other${i}`]);
  });

  it('are the most active of all lobes where none is named: what never fired is not searched', async () => {
    const { searched } = await search({ ...quick, featuresOf: join(own, 'result.json'), count: 10 });
    expect(searched).toEqual(range(27, 37));
  });

  it('are some of a lobe at random where that is asked for, and all of a small one', async () => {
    const some = await search({ ...quick, featuresOf: own, lobe: 1, pick: 'random', count: 10 });
    expect(some.searched.every((i) => i >= 10 && i < 35)).toBe(true);
    expect(some.searched).not.toEqual(range(25, 35));
    const all = await search({ ...quick, featuresOf: own, lobe: 0, count: 20 });
    expect(all.searched).toEqual(range(1, 10));
    expect(all.warnings).toContain('9 features to search, fewer than --count 20.');
  });

  it('so few that no five differences are without a common feature have no tightest cluster, and it is said', async () => {
    const { result, warnings } = await run({ clusters: 12, clouds: 2, decoder: noise, count: 8 });
    expect(warnings.slice(-1)).toEqual([
      'No cluster of directions or of differences as they are has 5 differences that share no feature, so there is no tightest one: search more features (--count), or in fewer --clusters.',
    ]);
    expect(crystals.summary(result)).toBe(
      '8 features, 28 differences: no cluster has five differences that share no feature',
    );
    expect(JSON.stringify(crystals.figures(result))).not.toMatch(/NaN/);
  });

  it.each([
    [{ featuresOf: own, lobe: 2 }, /--lobe 2 of .*own has 2 features\. Choose one from 0 to 2 that has 8 or more\./],
    [{ featuresOf: own, lobe: 7 }, /--lobe 7 of .*own has 0 features\. Choose one from 0 to 2/],
    [{ featuresOf: lobes('other', { features: 12 }) }, /other has lobes of 12 features, the decoder has 40\. Give/],
    [{ featuresOf: lobes('galaxy', { schema: 'brainlens/galaxy@1' }) }, /holds a result of brainlens\/galaxy@1\. Give/],
    [{ featuresOf: join(folder, 'nothing') }, /nothing does not exist/],
    [{ featuresOf: planted }, /planted\.npy is not a result folder\. Give the result folder of brainlens lobes\./],
    [{ lobe: 1 }, /--lobe: is a lobe of --features-of: give both/],
    [{ pick: 'random' }, /--pick: goes with --features-of/],
    [
      { decoder: matrix('few.npy', new Float32Array(5 * 4).fill(1), 4) },
      /The decoder has 5 features\. A search needs 8/,
    ],
    [{ decoder: join(folder, 'none.npy') }, /none\.npy does not exist/],
    [{ decoder: undefined, sae: folder }, /holds no SAE: looked for sae_weights\.safetensors/],
    [{ model: folder }, /--model: is missing: give --model, --sae or --decoder, and only one of them/],
  ])('are refused in one line: %j', async (change, message) => {
    const error: unknown = await search({ ...quick, ...change }).catch((caught: unknown) => caught);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('\n');
  });
});
