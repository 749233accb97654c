import { describe, expect, it } from 'vitest';
import { variantsOf } from '../../../src/hub/needed';
import type { HubFile } from '../../../src/hub/models';

const files = (sizes: Readonly<Record<string, number>>): HubFile[] =>
  Object.entries(sizes).map(([path, bytes]) => ({ path, bytes }));
const SMALL = { 'config.json': 1, 'tokenizer.json': 20, 'tokenizer_config.json': 300 };

describe('the files that are needed', () => {
  it('are the small ones and one format of the weights, never the pickled ones', () => {
    const all = {
      ...SMALL,
      'README.md': 5,
      'model.safetensors': 4000,
      'pytorch_model.bin': 4000,
      'onnx/model.onnx': 9,
    };
    const [variant, ...others] = variantsOf('a/b', files(all));
    expect(others).toEqual([]);
    expect(variant).toMatchObject({ name: 'safetensors', bytes: 4321 });
    expect(variant!.files.map(({ path }) => path)).toEqual([...Object.keys(SMALL), 'model.safetensors']);
  });

  it('are all shards and their index, and no other safetensors file', () => {
    const shards = { 'model-00001-of-00002.safetensors': 10, 'model-00002-of-00002.safetensors': 20 };
    const all = { ...SMALL, ...shards, 'model.safetensors.index.json': 2, 'consolidated.safetensors': 30 };
    const [variant] = variantsOf('a/b', files(all));
    expect(variant!.files.map(({ path }) => path)).toEqual([
      ...Object.keys(SMALL),
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
    ]);
  });

  it('are one GGUF file, the smallest first; parts of one and vision towers are no choice', () => {
    const all = { 'b-Q8_0.gguf': 80, 'b-Q4_1.gguf': 40, 'b-00001-of-00002.gguf': 9, 'mmproj-b.gguf': 5 };
    expect(variantsOf('a/b', files(all)).map(({ name, bytes }) => [name, bytes])).toEqual([
      ['b-Q4_1.gguf', 40],
      ['b-Q8_0.gguf', 80],
    ]);
  });

  it.each([
    ['neither safetensors nor GGUF weights', { ...SMALL, 'pytorch_model.bin': 1 }],
    ['no tokenizer.json', { 'config.json': 1, 'model.safetensors': 1 }],
    ['no model.safetensors and no model.safetensors.index.json', { ...SMALL, 'adapter_model.safetensors': 1 }],
    ['its GGUF files are split into parts', { 'b-00001-of-00002.gguf': 1, 'b-00002-of-00002.gguf': 1 }],
  ])('are missing, and the message says why: %s', (why, all) => {
    expect(() => variantsOf('a/b', files(all))).toThrow(`a/b has nothing that can be read: ${why}`);
  });
});
