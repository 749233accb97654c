import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeNpyFile } from '../../../../src/data/npy-file';
import { readDecoder } from '../../../../src/data/sae/decoder';
import { temporaryFolder, writeTensors } from './support';

const folder = temporaryFolder();
const values = [1, 2, 3, 4, 5, 6];

it('reads a NumPy matrix, float64 too, as float32', async () => {
  const path = join(folder, 'w.npy');
  await writeNpyFile(path, { data: Float64Array.from(values), shape: [3, 2] });
  expect(await readDecoder(path)).toEqual({ features: 3, width: 2, data: Float32Array.from(values) });
});

it('goes by the name in a safetensors file: decoder.weight lies on its side', async () => {
  const path = join(folder, 'w.safetensors');
  const bias = { shape: [2], values: [0, 0] };
  writeTensors(path, { b: bias, W_dec: { shape: [3, 2], values }, other: { shape: [1, 1], values: [1] } });
  expect(await readDecoder(path)).toEqual({ features: 3, width: 2, data: Float32Array.from(values) });
  writeTensors(path, { 'decoder.weight': { shape: [2, 3], values }, other: { shape: [1, 1], values: [1] } });
  expect(await readDecoder(path)).toEqual({ features: 3, width: 2, data: Float32Array.of(1, 4, 2, 5, 3, 6) });
  writeTensors(path, { alone: { shape: [3, 2], values }, b: bias });
  expect((await readDecoder(path)).features).toBe(3);
});

it('refuses what is no matrix, not finite, or not the only one', async () => {
  const path = join(folder, 'bad.npy');
  await writeNpyFile(path, { data: Float32Array.from(values), shape: [6] });
  await expect(readDecoder(path)).rejects.toThrow('has shape [6], not [features, width]');
  await writeNpyFile(path, { data: Float32Array.of(1, 2, 3, NaN), shape: [2, 2] });
  await expect(readDecoder(path)).rejects.toThrow('[1, 1] is NaN');
  const two = join(folder, 'two.safetensors');
  writeTensors(two, { a: { shape: [3, 2], values }, b: { shape: [2, 3], values } });
  await expect(readDecoder(two)).rejects.toThrow('It holds a, b.');
  await expect(readDecoder(join(folder, 'w.csv'))).rejects.toThrow('Give a .npy or a .safetensors file.');
});
