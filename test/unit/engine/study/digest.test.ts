import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setDigest } from '../../../../src/engine/study/digest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brainlens-digest-'));
  await mkdir(join(folder, 'set/sub'), { recursive: true });
  await writeFile(join(folder, 'set/sub/a.csv'), 'text\nA\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the digest of a folder', () => {
  it('ends where a link leads back up, and knows the files behind it once', async () => {
    const plain = await setDigest(join(folder, 'set'), false);
    await symlink('..', join(folder, 'set/sub/up'));
    expect(await setDigest(join(folder, 'set'), false)).toBe(plain);
  });

  it('follows links to other folders, and sees a file more', async () => {
    const plain = await setDigest(join(folder, 'set'), false);
    await mkdir(join(folder, 'elsewhere'));
    await writeFile(join(folder, 'elsewhere/b.csv'), 'text\nB\n');
    await symlink('../elsewhere', join(folder, 'set/more'));
    expect(await setDigest(join(folder, 'set'), false)).not.toBe(plain);
  });
});
