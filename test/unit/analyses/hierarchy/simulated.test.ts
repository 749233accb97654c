import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runJob } from '../../../../src/engine/job';
import { Random } from '../../../../src/math/random';
import { encodeNpy } from '../../../../src/shared/npy';
import { run } from './support';

const [ROWS, LAYERS, WIDTH, UNITS] = [120, 8, 4, 24];
const folder = mkdtempSync(join(tmpdir(), 'brainlens-simulated-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const table = join(folder, 'electrodes.csv');
const growing = join(folder, 'growing');
const flat = join(folder, 'flat');
/** Planted layer of every electrode: it grows with the distance, from 0 at 10 mm to 7 at 80 mm. */
const distances = Array.from({ length: UNITS }, (_, u) => 10 + (70 * u) / (UNITS - 1));
const planted = distances.map((distance) => Math.round((LAYERS - 1) * ((distance - 10) / 70)));

/** Electrodes that follow one feature of their layer, aligned with layers that change gradually. */
async function align(name: string, layerOf: (unit: number) => number, permutations: number): Promise<void> {
  const random = new Random(5, 'simulated');
  const features = new Float32Array(ROWS * LAYERS * WIDTH);
  for (let row = 0; row < ROWS; row += 1) {
    const state = Array.from({ length: WIDTH }, () => random.normal());
    for (let layer = 0; layer < LAYERS; layer += 1) {
      state.forEach((value, j) => (state[j] = 0.8 * value + 0.6 * random.normal()));
      features.set(state, (row * LAYERS + layer) * WIDTH);
    }
  }
  const responses = new Float64Array(ROWS * UNITS);
  for (let row = 0; row < ROWS; row += 1) {
    for (let u = 0; u < UNITS; u += 1) {
      const signal = features[(row * LAYERS + layerOf(u)) * WIDTH + (u % WIDTH)]!;
      responses[row * UNITS + u] = signal + 0.4 * random.normal();
    }
  }
  const x = join(folder, `${name}-features.npy`);
  const y = join(folder, `${name}-responses.npy`);
  writeFileSync(x, encodeNpy({ data: features, shape: [ROWS, LAYERS, WIDTH] }));
  writeFileSync(y, encodeNpy({ data: responses, shape: [ROWS, UNITS] }));
  await runJob(
    {
      analysis: 'align',
      spec: { features: x, responses: y, alpha: 'ols', permutations, bootstrap: 100 },
      out: join(folder, name),
      ...{ force: true, seed: 1, threads: 1, memory: 4e9, executor: 'auto', workspace: folder },
      cacheFolder: join(folder, 'cache'),
    },
    { signal: new AbortController().signal, onProgress: () => undefined },
  );
}

beforeAll(async () => {
  await align('growing', (u) => planted[u]!, 24);
  await align('flat', () => 3, 0);
  const rows = distances.map((distance, u) => `${u},${distance}`);
  writeFileSync(table, `name,distance\n${rows.join('\n')}\n`);
}, 120_000);

it('recovers planted best layers, their growth with distance and the layers that are used', async () => {
  const { result, fields, warnings } = await run({ alignment: [growing, flat], covariate: 'distance', table });
  const [grown, even] = fields.models;
  const { data } = result.arrays['bestLayer']!;
  expect(grown).toMatchObject({ units: UNITS, chosenBy: 'fdr', correlated: UNITS });
  // Neighbouring layers share r = 0.8 of their variance: noise moves few electrodes, and by one layer.
  const moved = planted.filter((layer, u) => data[u] !== layer);
  expect(moved.length).toBeLessThanOrEqual(4);
  planted.forEach((layer, u) => expect(Math.abs(data[u]! - layer)).toBeLessThanOrEqual(1));
  expect(grown!.spearman).toBeGreaterThan(0.97);
  expect(grown!.pearson).toBeGreaterThan(0.97);
  expect(grown!.centroid.spearman).toBeGreaterThan(0.9);
  expect(grown!.p).toBe(1 / 200);
  // All electrodes of the second network follow layer 3 of 8.
  expect(Array.from(data.subarray(UNITS)).filter((layer) => layer === 3).length).toBeGreaterThanOrEqual(UNITS - 2);
  expect(even!.chosenBy).toBe('all');
  expect(even!.layersUsed.depth).toBe(4 / 8);
  expect(even!.layersUsed.interval).toEqual([4 / 8, 4 / 8]);
  expect(even!.peakLayer).toBe(3);
  expect(warnings.filter((warning) => warning.includes('one subject')).length).toBe(2);
});
