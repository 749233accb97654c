import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCheckpoint } from '../../../src/engine/checkpoints';

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'brainlens-checkpoints-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

const work = { version: '1', hashes: ['ab'], seed: 0, settings: { a: 1 } };
const data = Float64Array.of(1, NaN, -0.5);

test('what was kept comes back to the same work, and to no other', async () => {
  await openCheckpoint(home, work).write('task/random/1', data);
  expect(await openCheckpoint(home, work).read('task/random/1')).toEqual(data);
  expect(await openCheckpoint(home, work).read('task/random/2')).toBeUndefined();
  for (const other of [{ version: '2' }, { hashes: ['cd'] }, { seed: 1 }, { settings: { a: 2 } }]) {
    expect(await openCheckpoint(home, { ...work, ...other }).read('task/random/1')).toBeUndefined();
  }
});

test('a damaged entry is as none', async () => {
  const checkpoint = openCheckpoint(home, work);
  await checkpoint.write('a', data);
  const folder = join(home, 'checkpoints', readdirSync(join(home, 'checkpoints'))[0]!);
  const [file] = readdirSync(folder);
  for (const bytes of [new Uint8Array(0), new Uint8Array(40)]) {
    writeFileSync(join(folder, file!), bytes);
    expect(await checkpoint.read('a')).toBeUndefined();
  }
});

test('cleared, nothing stays; a folder that cannot be written only costs time', async () => {
  const checkpoint = openCheckpoint(home, work);
  await checkpoint.write('a', data);
  await checkpoint.clear();
  expect(readdirSync(join(home, 'checkpoints'))).toEqual([]);
  const file = join(home, 'file');
  writeFileSync(file, '');
  await expect(openCheckpoint(file, work).write('a', data)).resolves.toBeUndefined();
});
