import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashFile } from '../../../src/data/hash';
import { Cancelled, UserError } from '../../../src/shared/errors';

let folder: string;
let path: string;
let cacheFolder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brainlens-hash-'));
  path = join(folder, 'weights');
  cacheFolder = join(folder, 'cache');
});
afterEach(() => rmSync(folder, { recursive: true }));

const memory = (): Record<string, { sha256: string }> =>
  JSON.parse(readFileSync(join(cacheFolder, 'hashes.json'), 'utf8')) as Record<string, { sha256: string }>;

describe('the hash of a file', () => {
  it('is the SHA-256 of its bytes', async () => {
    writeFileSync(path, 'abc');
    // FIPS 180-2, appendix B.1.
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(await hashFile(path, { cacheFolder })).toBe(abc);
  });

  it('is the same over many reads as in one', async () => {
    const bytes = Buffer.alloc(9_000_001, 'brain');
    writeFileSync(path, bytes);
    expect(await hashFile(path, { cacheFolder })).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('is remembered, also through a symbolic link', async () => {
    writeFileSync(path, 'abc');
    await hashFile(path, { cacheFolder });
    const [real] = Object.keys(memory());
    const planted = { ...memory(), [real!]: { ...memory()[real!]!, sha256: 'f'.repeat(64) } };
    writeFileSync(join(cacheFolder, 'hashes.json'), JSON.stringify(planted));
    symlinkSync(path, join(folder, 'link'));
    expect(await hashFile(join(folder, 'link'), { cacheFolder })).toBe('f'.repeat(64));
  });

  it('is taken anew when the file changed, even with the same size and second', async () => {
    writeFileSync(path, 'abc');
    const before = await hashFile(path, { cacheFolder });
    const { mtimeMs } = statSync(path);
    writeFileSync(path, 'abd');
    utimesSync(path, mtimeMs / 1000, mtimeMs / 1000 + 0.001);
    expect(await hashFile(path, { cacheFolder })).not.toBe(before);
  });

  it('is taken anew when the file changed and its time of writing was set back', async () => {
    for (const content of ['abc', 'abd']) {
      writeFileSync(path, content);
      utimesSync(path, 1000, 1000);
      const sha256 = createHash('sha256').update(content).digest('hex');
      expect(await hashFile(path, { cacheFolder })).toBe(sha256);
    }
  });

  it('survives a damaged memory, and a cache folder that cannot be made', async () => {
    writeFileSync(path, 'abc');
    const hash = await hashFile(path, { cacheFolder });
    writeFileSync(join(cacheFolder, 'hashes.json'), '{"broken');
    expect(await hashFile(path, { cacheFolder })).toBe(hash);
    expect(await hashFile(path, { cacheFolder: join(path, 'below-a-file') })).toBe(hash);
  });

  it('keeps all files that are hashed at once', async () => {
    writeFileSync(path, 'abc');
    expect(new Set(await Promise.all([1, 2, 3, 4].map(() => hashFile(path, { cacheFolder })))).size).toBe(1);
    expect(Object.keys(memory())).toHaveLength(1);
  });

  it('stops on request', async () => {
    writeFileSync(path, Buffer.alloc(1000));
    const signal = AbortSignal.abort();
    await expect(hashFile(path, { cacheFolder, signal })).rejects.toThrow(Cancelled);
  });

  it('of a file that is not there is a message for the person', async () => {
    await expect(hashFile(path, { cacheFolder })).rejects.toThrow(UserError);
    await expect(hashFile(path, { cacheFolder })).rejects.toThrow(/weights does not exist/);
    await expect(hashFile(folder, { cacheFolder })).rejects.toThrow(/is a folder where a file is expected/);
  });
});
