import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeNpyFile } from '../../../../src/data/npy-file';
import { firingFromMatrix } from '../../../../src/data/sae/firing-matrix';
import { setsOf, temporaryFolder } from '../../analyses/sae/support';

const folder = temporaryFolder();
const write = async (name: string, shape: readonly number[], data: Uint8Array | Float32Array): Promise<string> => {
  const path = join(folder, name);
  await writeNpyFile(path, { data, shape });
  return path;
};

test('a matrix of 0 and 1 becomes blocks, whole or in part, with the counts of its columns', async () => {
  const firing = await firingFromMatrix(
    await write('a.npy', [3, 4], Uint8Array.of(0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0)),
  );
  expect(await setsOf(firing)).toEqual([[1, 3], [], [0, 1]]);
  expect(await setsOf(firing, 1, 3)).toEqual([[], [0, 1]]);
  expect(firing).toMatchObject({ features: 4, blocks: 3, counts: Int32Array.of(1, 2, 0, 1) });
  expect(firing.documents).toEqual(Int32Array.of(0, 1, 2));
  expect(firing.documentTypes).toEqual(Int32Array.of(0, 0, 0));
});

test('a matrix larger than a part is read in several, with the same blocks', async () => {
  const [rows, columns] = [9000, 4096];
  const data = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row += 1) data[row * columns + ((row * 7) % columns)] = 1;
  const firing = await firingFromMatrix(await write('large.npy', [rows, columns], data));
  let parts = 0;
  for await (const { first, starts, features } of firing.read()) {
    parts += 1;
    expect(starts.at(-1)).toBe(features.length);
    expect(features.every((feature, i) => feature === ((first + i) * 7) % columns)).toBe(true);
  }
  expect(parts).toBe(2);
  expect(firing.counts.reduce((sum, count) => sum + count, 0)).toBe(rows);
});

test('documents can be given; they are checked', async () => {
  const path = await write('b.npy', [3, 1], Uint8Array.of(1, 0, 1));
  const { documentTypes } = await firingFromMatrix(path, { documents: Int32Array.of(0, 0, 1) });
  expect(documentTypes.length).toBe(2);
  await expect(firingFromMatrix(path, { documents: Int32Array.of(0, 2, 2) })).rejects.toThrow(
    'Block 1 is of document 2',
  );
  await expect(firingFromMatrix(path, { documents: Int32Array.of(1, 1, 1) })).rejects.toThrow(
    'Block 0 is of document 1',
  );
  await expect(firingFromMatrix(path, { documents: Int32Array.of(0) })).rejects.toThrow('3 blocks');
});

test('values other than 0 and 1, and a matrix of zeros, are refused', async () => {
  const counts = await write('c.npy', [2, 2], Float32Array.of(0, 1, 1, 2.5));
  await expect(firingFromMatrix(counts)).rejects.toThrow('holds 2.5 at row 1, column 1');
  const zeros = await write('d.npy', [2, 2], new Uint8Array(4));
  await expect(firingFromMatrix(zeros)).rejects.toThrow('no feature fires');
});
