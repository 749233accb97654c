import type * as SynchronousFileSystem from 'node:fs';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type * as FileSystem from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openGguf } from '../../../src/models/gguf';
import { UserError } from '../../../src/shared/errors';

/** What the disk of this test does; the operating system's own errors are the only way to see a full one. */
const disk = vi.hoisted(() => ({ free: Infinity, failAfter: Infinity, code: 'ENOSPC', readable: true }));

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof SynchronousFileSystem>();
  const openSync = (path: string, flags: string): number => {
    if (!disk.readable) throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
    return fs.openSync(path, flags);
  };
  return { ...fs, openSync };
});

vi.mock('node:fs/promises', async (importOriginal) => {
  const fs = await importOriginal<typeof FileSystem>();
  let written = 0;
  const open = async (path: string, flags: string): Promise<FileHandle> => {
    const handle = await fs.open(path, flags);
    const write = handle.write.bind(handle) as (bytes: Uint8Array) => Promise<{ bytesWritten: number }>;
    written = 0;
    const failing = async (bytes: Uint8Array): Promise<{ bytesWritten: number }> => {
      written += bytes.byteLength;
      if (written > disk.failAfter) throw Object.assign(new Error(disk.code), { code: disk.code });
      return write(bytes);
    };
    return Object.assign(handle, { write: failing });
  };
  const statfs = async (path: string): Promise<unknown> => ({
    ...(await fs.statfs(path)),
    ...(disk.free === Infinity ? {} : { bavail: disk.free, bsize: 1 }),
  });
  return { ...fs, open, statfs };
});

const source = fileURLToPath(new URL('../../golden/gguf/gpt2.gguf', import.meta.url));
let cacheFolder: string;
beforeEach(() => {
  cacheFolder = mkdtempSync(join(tmpdir(), 'brainlens-disk-'));
  Object.assign(disk, { free: Infinity, failAfter: Infinity, code: 'ENOSPC', readable: true });
});
afterEach(() => rmSync(cacheFolder, { recursive: true }));

function copies(): string[] {
  return existsSync(join(cacheFolder, 'gguf')) ? readdirSync(join(cacheFolder, 'gguf')) : [];
}

it('a disk that is too small is told before anything is written', async () => {
  disk.free = 100_000;
  disk.failAfter = 0;
  const opening = openGguf(source, { cacheFolder });
  await expect(opening).rejects.toThrow(UserError);
  await expect(opening).rejects.toThrow(/needs 114 kB in .*gguf, but only 100 kB are free.*Free some space/);
  expect(copies()).toEqual([]);
});

it.each(['ENOSPC', 'EDQUOT'])('a disk that fills up on the way (%s) is told, and nothing is left', async (code) => {
  Object.assign(disk, { failAfter: 50_000, code });
  const opening = openGguf(source, { cacheFolder });
  await expect(opening).rejects.toThrow(UserError);
  await expect(opening).rejects.toThrow(/needs 114 kB in .*gguf, but the disk is full/);
  expect(copies()).toEqual([]);
});

it('a disk that may not be written is told', async () => {
  Object.assign(disk, { failAfter: 50_000, code: 'EROFS' });
  await expect(openGguf(source, { cacheFolder })).rejects.toThrow(/cannot be written.*Choose another cache folder/);
  expect(copies()).toEqual([]);
});

it('with room it opens', async () => {
  const { tensors } = await openGguf(source, { cacheFolder });
  expect(tensors.size).toBe(28);
});

it('a file without read permission is told', async () => {
  disk.readable = false;
  await expect(openGguf(source, { cacheFolder })).rejects.toThrow(/gpt2\.gguf cannot be read: permission denied/);
  expect(copies()).toEqual([]);
});
