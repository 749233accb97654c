import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { alignment } from '../../../../src/analyses/alignment/index';
import type { Transformer } from '../../../../src/models/transformer';
import type { RunContext } from '../../../../src/analyses/contract';
import { jsonable } from '../../../../src/shared/json';
import { figuresSchema } from '../../../../src/shared/figures-file';
import { encodeNpy } from '../../../../src/shared/npy';
import { temporaryFolder } from '../../models/support';
import { run, samples } from './support';

const opened: Transformer[] = [];
afterAll(async () => {
  for (const transformer of opened) await transformer.dispose();
});
const home = temporaryFolder();

const model = join(samples, 'models/tiny-random');
const simulated = join(samples, 'datasets/simulated');
const settings = { model, dataset: join(simulated, 'dataset.yaml'), bootstrap: 200, alpha: 'loo' };

describe('the simulated dataset', () => {
  const whole = run({ ...settings, alpha: 'nested', bootstrap: 1000, permutations: 19, alphas: '1e-1:1e4:6' }, opened);

  test('gives its planted layers back', async () => {
    const { fields } = await whole;
    expect(fields.units).toHaveLength(24);
    const errors = fields.units.map(({ bestLayer, covariates }) => Math.abs(bestLayer! - covariates['planted_layer']!));
    expect(errors.filter((error) => error === 0).length).toBeGreaterThanOrEqual(22);
    expect(Math.max(...errors)).toBeLessThanOrEqual(1);
    // Half of all units read out layer 2.
    expect(fields.best.layer).toBe(2);
    expect(fields.best.nestedLayers.filter((layer) => layer === 2).length).toBeGreaterThanOrEqual(4);
    expect(fields.best.normalised).toBeGreaterThan(0.8);
    expect(fields.best.normalised).toBeLessThan(1.05);
  });

  test('whole passages are held out and permuted, and every unit is significant', async () => {
    const { fields, warnings } = await whole;
    expect(fields.folds!.name).toBe('group:group:5');
    expect(fields.permutations.how).toBe('whole groups change places');
    expect(fields.p).toBe(1 / 20);
    expect(fields.units.every(({ p }) => p === 1 / 20)).toBe(true);
    expect(fields.intervals).toMatchObject({ over: 'subjects', count: 3 });
    expect(warnings.join()).toMatch(/simulated from a model/);
    expect(warnings.join()).toMatch(/3 subjects: too few/);
  });

  test('every figure says that it is simulated, and they are small', async () => {
    const { result, fields } = await whole;
    expect(fields.simulated).toBe(true);
    const figures = alignment.figures(result);
    expect(figures.map(({ id }) => id)).toEqual([
      'layers',
      'unit-curves-1',
      'unit-curves-2',
      'unit-curves-3',
      'unit-map',
      'unit-space',
      'unit-layers-space',
      'units',
    ]);
    for (const [id, of] of [
      ['unit-space', 'score'],
      ['unit-layers-space', 'bestLayer'],
    ] as const) {
      const space = figures.find((figure) => figure.id === id);
      if (space?.kind !== 'space') throw new Error(`${id} is no map in space`);
      const byName = new Map(fields.units.map((unit) => [`${unit.subject} ${unit.id}`, unit[of]]));
      expect(space.values).toHaveLength(24);
      space.values.forEach((value, i) => expect(value).toBeCloseTo(byName.get(space.names![i]!)!, 4));
    }
    for (const { title, summary } of figures) {
      expect(title).toMatch(/\(simulated data\)$/);
      expect(summary).toMatch(/^Simulated responses, not a brain\./);
    }
    expect(alignment.summary(result)).toMatch(
      /^Simulated data: .*24 units of 3 subjects: r 0\.\d+ \[.*\] at layer 2, p = 0\.05$/,
    );
    const file = jsonable({ schema: 'brainlens/figures@1', figures });
    expect(figuresSchema.safeParse(file).error).toBeUndefined();
    expect(JSON.stringify(file).length).toBeLessThan(2e6);
  });
});

test('nuisance is a band of its own: what it explains is not credited to the layers', async () => {
  const folder = join(home, 'nuisance');
  cpSync(simulated, folder, { recursive: true });
  const responses = readFileSync(join(folder, 'responses.csv'), 'utf8').trim().split('\n').slice(1);
  const first = responses.filter((line) => line.includes(',s1,u1,')).map((line) => line.split(',')[3]!);
  writeFileSync(join(folder, 'nuisance.csv'), `low\n${first.join('\n')}\n`);
  const manifest = readFileSync(join(folder, 'dataset.yaml'), 'utf8');
  writeFileSync(join(folder, 'dataset.yaml'), `${manifest}nuisance: { file: nuisance.csv, columns: [low] }\n`);
  const made = { ...settings, dataset: join(folder, 'dataset.yaml'), layers: '2', alphas: '1e-1:1e4:3' };
  const { result, fields } = await run(made, opened);
  const { data } = result.arrays['unique']!;
  expect(fields.nuisance!.columns).toEqual(['low']);
  // The nuisance is the response of s1 u1 itself: nothing is left to explain there, and much elsewhere.
  expect(Math.abs(data[0]!)).toBeLessThan(0.02);
  expect(data[3]).toBeGreaterThan(0.2);
  expect(fields.layers[0]!.unique).toBeGreaterThan(0.2);
  expect(alignment.figures(result).map(({ id }) => id)).toContain('unique-variance');
  const none = await run({ ...made, nuisance: 'none' }, opened);
  expect(none.fields.nuisance).toBeUndefined();
});

describe('units of a localization', () => {
  const [layers, width, k] = [4, 64, 64];
  const folder = join(home, 'localized');

  /** A localization whose selected units are those of one layer, and whose random ones are of another. */
  function localization(hash: string): string {
    mkdirSync(folder, { recursive: true });
    const mask = (layer: number): Uint8Array => new Uint8Array(layers * width).fill(1, layer * k, (layer + 1) * k);
    const random = new Uint8Array(2 * layers * width);
    random.set(mask(0));
    random.set(mask(1), layers * width);
    writeFileSync(join(folder, 'selected.npy'), encodeNpy({ data: mask(2), shape: [layers, width] }));
    writeFileSync(join(folder, 'random.npy'), encodeNpy({ data: random, shape: [2, layers, width] }));
    const weights = { path: 'model.safetensors', role: 'model', bytes: 1, sha256: hash };
    const result = {
      schema: 'brainlens/localization@1',
      name: 'x',
      created: '',
      seconds: 1,
      spec: {},
      provenance: { brainlens: '', onnxruntime: '', node: '', platform: '', threads: 1, seed: 0, inputs: [weights] },
      result: { layers, width },
      summary: '',
      arrays: ['selected', 'random'].map((name) => ({ file: `${name}.npy`, dtype: '|u1', shape: [layers, width] })),
    };
    writeFileSync(join(folder, 'result.json'), JSON.stringify(result));
    return folder;
  }

  const changes: Partial<RunContext> = { hash: () => Promise.resolve('same') };

  test('are the features, and random sets of the same size stand beside them', async () => {
    const { result, fields, warnings } = await run({ ...settings, units: localization('same') }, opened, changes);
    expect(result.arrays['scores']!.shape).toEqual([1, 24]);
    expect(fields.unitSets.map(({ kind, seed, k: size }) => [kind, seed, size])).toEqual([
      ['selected', undefined, k],
      ['random', 0, k],
      ['random', 1, k],
    ]);
    // All units of layer 2: the same features as that layer.
    const layer = await run({ ...settings, layers: '2' }, opened);
    expect(fields.unitSets[0]!.score).toBeCloseTo(layer.fields.layers[0]!.score, 9);
    const [comparison] = fields.setComparisons;
    expect(comparison).toMatchObject({ control: 'random', sets: 2, p: 1 / 3 });
    expect(comparison!.difference).toBeGreaterThan(0);
    expect(warnings.join()).toMatch(/holds 2 sets of random where --random-seeds asks for 10/);
    expect(warnings.join()).toMatch(/cannot fall below random 0\.33 \(2 sets\): 19 sets/);
    expect(alignment.figures(result).map(({ id }) => id)).toContain('unit-sets');
  });

  test('must be of this very model', async () => {
    const other = run({ ...settings, units: localization('another') }, opened, changes);
    await expect(other).rejects.toThrow(/other weights/);
  });
});

test.each(['cka', 'debiased-cka', 'rsa'] as const)('%s: one number per layer and subject', async (metric) => {
  const { result, fields } = await run({ ...settings, alpha: 'nested', metric, permutations: 19 }, opened);
  expect(result.arrays['scores']!.shape).toEqual([4, 3]);
  expect(fields.columns).toBe('subjects');
  expect(fields.best.layer).toBe(2);
  expect(fields.p).toBe(1 / 20);
  expect(fields.permutations.how).toBe('whole groups change places');
  for (const { nullBand, score } of fields.layers) expect(score).toBeGreaterThan(nullBand![1]);
  expect(alignment.figures(result).map(({ id }) => id)).toContain('layers');
});
