import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadUnits } from '../../../../src/analyses/ablation/units';
import type { NdArray } from '../../../../src/shared/analysis';
import type { Transformer } from '../../../../src/models/transformer';
import { encodeNpy } from '../../../../src/shared/npy';
import { temporaryFolder } from '../../models/support';
import { bench, MemoryCheckpoint } from './support';

const home = temporaryFolder();
const transformer = {
  description: { layers: 2, width: 3 },
  files: ['/m/config.json', '/m/model.safetensors'],
} as unknown as Transformer;
const { context } = bench(new MemoryCheckpoint());

function save(name: string, data: NdArray['data'], shape: readonly number[] = [2, 3]): string {
  const path = join(home, name);
  writeFileSync(path, encodeNpy({ data, shape }));
  return path;
}

/** A localization's result folder. */
function result(
  name: string,
  { spec = {}, sha256 = 'hash of /m/model.safetensors', width = 3, schema = 'localization@1' } = {},
) {
  const folder = join(home, name);
  mkdirSync(folder);
  const arrays = ['t', 'selected', 'magnitude'].map((array) => ({ file: `${array}.npy`, dtype: '<f8', shape: [2, 3] }));
  const provenance = {
    brainlens: '1',
    onnxruntime: '1',
    node: '20',
    platform: 'x',
    threads: 1,
    seed: 0,
    inputs: [
      { path: 'm/config.json', role: 'model', bytes: 1, sha256: 'other by now' },
      { path: 'm/model.safetensors', role: 'model', bytes: 1, sha256 },
    ],
  };
  const file = {
    schema: `brainlens/${schema}`,
    name,
    created: '',
    seconds: 1,
    spec,
    provenance,
    result: { layers: 2, width },
    summary: '',
    arrays,
  };
  writeFileSync(join(folder, 'result.json'), JSON.stringify(file));
  save(join(name, 't.npy'), Float64Array.of(1, 2, 3, 4, 5, NaN));
  save(join(name, 'selected.npy'), Uint8Array.of(0, 1, 0, 0, 0, 0));
  save(join(name, 'magnitude.npy'), Float64Array.of(9, 8, 7, 6, 5, 4));
  return folder;
}

const load = (path: string) => loadUnits(path, transformer, context);

describe('units to silence', () => {
  test('a localization gives its ranking and magnitudes; its result.json may be named instead', async () => {
    const folder = result('good');
    for (const path of [folder, join(folder, 'result.json')]) {
      const units = await load(path);
      expect([...units.t!]).toEqual([1, 2, 3, 4, 5, NaN]);
      expect([...units.magnitude!]).toEqual([9, 8, 7, 6, 5, 4]);
      expect(units.mask).toBeUndefined();
    }
  });

  test('units drawn from a range of t are one mask: a ranking would pick others', async () => {
    const units = await load(result('range', { spec: { range: '40-60' } }));
    expect([...units.mask!]).toEqual([0, 1, 0, 0, 0, 0]);
    expect(units.t).toBeUndefined();
  });

  test.each([
    ['u8', Uint8Array.of(0, 1, 0, 0, 1, 0)],
    ['f32', Float32Array.of(0, 1, 0, 0, 1, 0)],
    ['f64', Float64Array.of(0, 1, 0, 0, 1, 0)],
  ])('a mask of %s is read', async (name, data) => {
    expect([...(await load(save(`${name}.npy`, data))).mask!]).toEqual([0, 1, 0, 0, 1, 0]);
  });
});

describe('refused in one line', () => {
  test.each([
    [
      'a mask of another shape',
      () => save('shape.npy', new Uint8Array(8), [2, 4]),
      /mask of another model: shape \(2, 4\)/,
    ],
    ['a mask that silences nothing', () => save('none.npy', new Uint8Array(6)), /silences no unit/],
    [
      'a mask with other numbers',
      () => save('half.npy', Float64Array.of(0, 1, 0, 0, 0.5, 0)),
      /holds 0\.5 at layer 1, unit 1/,
    ],
    [
      'units of the same size but other weights',
      () => result('hash', { sha256: 'ab' }),
      /mask of another model: .*other weights/,
    ],
    [
      'the mask of a localization with other weights',
      () => join(result('hash-mask', { sha256: 'ab' }), 'selected.npy'),
      /selected\.npy is a mask of another model: .*other weights/,
    ],
    [
      'several sets of units',
      () => save('sets.npy', new Uint8Array(12), [2, 2, 3]),
      /sets\.npy has shape \(2, 2, 3\), and a mask has two axes/,
    ],
    ['units of another size', () => result('size', { width: 4 }), /mask of another model: 2 layers of 4/],
    ['units of an untrained model', () => result('untrained', { spec: { untrained: 1 } }), /untrained/],
    ['a result of another kind', () => result('kind', { schema: 'scores@1' }), /another kind/],
    ['what does not exist', () => join(home, 'nowhere'), /nowhere/],
  ])('%s', async (_, make, message) => {
    await expect(load(make())).rejects.toThrow(message);
    await expect(load(join(home, 'nowhere'))).rejects.toMatchObject({ name: 'UserError' });
  });
});
