import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_PARTS } from '../../../src/editor/sampleParts';
import { checkStudy } from '../../../src/study/check';
import { FolderView } from '../../../src/yaml/folder-view';

const samples = fileURLToPath(new URL('../../../samples', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brainlens-sample-'));
  for (const [from, to] of SAMPLE_PARTS) await cp(join(samples, from), join(folder, to), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the sample workspace', () => {
  it('has a study without a problem: every name, setting and file of it is there', async () => {
    const text = await readFile(join(folder, 'sample.study.yaml'), 'utf8');
    const place = { folder, workspace: folder, name: 'sample' };
    const { problems, plan } = await checkStudy(text, place, new FolderView(folder));
    expect(problems).toEqual([]);
    expect(plan.runs.map(({ spec }) => spec.id)).toEqual(['localize', 'ablate', 'align', 'lobes']);
  });

  it('names in its README only what is there', async () => {
    const readme = await readFile(join(folder, 'README.md'), 'utf8');
    const named = [...readme.matchAll(/`([\w./-]+)`/g)].map(([, path]) => path!).filter((path) => /^\w/.test(path));
    const paths = named.filter((path) => path !== 'numpy.load');
    expect(paths.length).toBeGreaterThan(4);
    for (const path of paths) await expect(stat(join(folder, path)), path).resolves.toBeDefined();
  });

  it('is small', async () => {
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1e6);
  });
});
