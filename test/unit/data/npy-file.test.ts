import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readNpyFile, writeNpyFile } from '../../../src/data/npy-file';

const golden = join(__dirname, '../../golden/stimuli/f32.npy');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'npy-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('writes to disk what numpy wrote, and reads it back', async () => {
  const array = await readNpyFile(golden);
  const copy = join(folder, 'copy.npy');
  await writeNpyFile(copy, array);
  expect(readFileSync(copy).equals(readFileSync(golden))).toBe(true);
  expect(await readNpyFile(copy)).toEqual(array);
});

it('refuses a shape that does not fit before it touches the disk', async () => {
  const path = join(folder, 'never.npy');
  await expect(writeNpyFile(path, { data: new Uint8Array(3), shape: [2, 2] })).rejects.toThrow(RangeError);
  await expect(readNpyFile(path)).rejects.toThrow(/does not exist/);
});
