import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CheckpointUse } from '../../../src/engine/checkpoint-users';

let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'brainlens-users-'));
  folder = join(home, 'checkpoints', 'work');
  mkdirSync(join(folder, 'users'), { recursive: true });
  writeFileSync(join(folder, 'a.piece'), 'piece');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const run = (out: string, shard = false) => CheckpointUse.begin(folder, { out, shard });
/** A file of `users`, last touched so many minutes ago. */
function user(name: string, minutes: number, at = folder): void {
  const path = join(at, 'users', name);
  const touched = new Date(Date.now() - minutes * 60_000);
  writeFileSync(path, '');
  utimesSync(path, touched, touched);
}
const machine = hostname().replaceAll(/[^\w.-]/g, '_');
const DAYS = 24 * 60;

test('of two runs, the one that ends last removes what both use', async () => {
  const [first, second] = [await run('/a'), await run('/b')];
  await first.finish();
  expect(readdirSync(folder)).toContain('a.piece');
  await second.finish();
  expect(existsSync(folder)).toBe(false);
});

test('what a cancelled run kept stays; where it kept nothing, nothing stays', async () => {
  await (await run('/a')).release();
  expect(readdirSync(folder)).toEqual(['a.piece']);
  rmSync(join(folder, 'a.piece'));
  await (await run('/a')).release();
  expect(existsSync(folder)).toBe(false);
});

test('what shards made waits for the run that merges them, whichever other run ends before', async () => {
  for (const out of ['/a', '/b']) await (await run(out, true)).release();
  await (await run('/c')).finish();
  await (await run('/a')).finish();
  expect(readdirSync(folder)).toContain('a.piece');
  await (await run('/b')).finish();
  expect(existsSync(folder)).toBe(false);
});

test('a process of this machine that is gone holds nothing, one of another machine until it was silent for long', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  user(`${pid}@${machine}@00000000`, 0);
  user('1@elsewhere@00000000', 20);
  user('result-abandoned', 8 * DAYS);
  await (await run('/a')).finish();
  expect(existsSync(folder)).toBe(false);
  for (const name of ['1@elsewhere@00000000', `${process.ppid}@${machine}@00000000`, 'result-waiting']) {
    mkdirSync(join(folder, 'users'), { recursive: true });
    user(name, 10);
    await (await run('/a')).finish();
    expect(existsSync(folder), name).toBe(true);
    rmSync(join(folder, 'users', name));
  }
});

test('what was left to runs that never ended goes after a week; what a cancelled run kept does not', async () => {
  const folders = ['abandoned', 'left', 'kept'].map((name) => join(home, 'checkpoints', name));
  for (const path of folders) mkdirSync(join(path, 'users'), { recursive: true });
  user('left', 8 * DAYS, folders[0]);
  user('left', 1 * DAYS, folders[1]);
  await (await run('/a')).finish();
  expect(readdirSync(join(home, 'checkpoints')).sort()).toEqual(['kept', 'left']);
});

test('a folder that cannot be written fails no run', async () => {
  const file = join(home, 'file');
  writeFileSync(file, '');
  const use = await CheckpointUse.begin(join(file, 'work'), { out: '/a', shard: true });
  await expect(use.finish()).resolves.toBeUndefined();
  await expect(use.release()).resolves.toBeUndefined();
});
