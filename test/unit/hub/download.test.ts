import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertRoom, bytesMissing, download } from '../../../src/hub/download';
import type { DownloadProgress } from '../../../src/hub/download';
import { partialOf } from '../../../src/hub/file-download';
import { modelFiles } from '../../../src/hub/models';
import type { HubFile, ModelFiles } from '../../../src/hub/models';
import { ID, LocalHub } from './local-hub';

const WEIGHTS = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 7)) % 251));
const FILES = {
  'config.json': { content: Buffer.from('{"model_type":"llama"}\n') },
  'tokenizer.json': { content: Buffer.from('{"version":"1.0"}') },
  'model.safetensors': { content: WEIGHTS, large: true },
};
const WEIGHTS_PATH = 'model.safetensors';

let local: LocalHub;
let folder: string;
let steps: DownloadProgress[];

beforeEach(async () => {
  local = new LocalHub(FILES);
  await local.start();
  folder = join(await mkdtemp(join(tmpdir(), 'brainlens-hub-')), 'model');
  steps = [];
});
afterEach(async () => {
  await local.stop();
  await rm(join(folder, '..'), { recursive: true, force: true });
});

async function listed(token?: string): Promise<ModelFiles> {
  return modelFiles({ address: local.address, token }, ID, new AbortController().signal);
}

async function fetchAll(model: ModelFiles, options: { token?: string; signal?: AbortSignal } = {}): Promise<void> {
  const { token, signal = new AbortController().signal } = options;
  const onProgress = (step: DownloadProgress): void => void steps.push(step);
  await download({ address: local.address, token }, model, model.files, folder, { signal, onProgress, patience: 1 });
}

function weightsOf(model: ModelFiles): HubFile {
  return model.files.find(({ path }) => path === WEIGHTS_PATH)!;
}

describe('a download', () => {
  it('brings every byte of every file, and nothing else', async () => {
    await fetchAll(await listed());
    expect((await readdir(folder)).sort()).toEqual(Object.keys(FILES).sort());
    for (const [path, { content }] of Object.entries(FILES))
      expect(content.equals(await readFile(join(folder, path)))).toBe(true);
  });

  it('counts its bytes up to the total', async () => {
    await fetchAll(await listed());
    const total = Object.values(FILES).reduce((sum, { content }) => sum + content.length, 0);
    expect(steps.at(-1)).toEqual({ file: WEIGHTS_PATH, done: total, total });
    expect(steps.map(({ done }) => done)).toEqual(steps.map(({ done }) => done).toSorted((a, b) => a - b));
  });

  it('takes up a cut connection where it was cut', async () => {
    const model = await listed();
    await fetchAll({ ...model, files: model.files.filter(({ path }) => path !== WEIGHTS_PATH) });
    local.moods.cuts.push(100_000, 50_000);
    await fetchAll(model);
    expect(WEIGHTS.equals(await readFile(join(folder, WEIGHTS_PATH)))).toBe(true);
    const ranges = local.storageSeen.map(({ range }) => range);
    expect(ranges).toHaveLength(3);
    expect(ranges[0]).toBeUndefined();
    const starts = ranges.slice(1).map((range) => Number(/^bytes=(\d+)-$/.exec(range!)![1]));
    expect(starts[0]).toBeGreaterThan(0);
    expect(starts[1]).toBeGreaterThan(starts[0]!);
  });

  it('resumes in a later session from the partial file', async () => {
    const model = await listed();
    const partial = partialOf(folder, weightsOf(model));
    await fetchAll({ ...model, files: [] });
    await writeFile(partial, WEIGHTS.subarray(0, 123_456));
    expect(await bytesMissing(folder, [weightsOf(model)])).toBe(WEIGHTS.length - 123_456);
    await fetchAll(model);
    expect(local.storageSeen.map(({ range }) => range)).toEqual(['bytes=123456-']);
    expect(WEIGHTS.equals(await readFile(join(folder, WEIGHTS_PATH)))).toBe(true);
  });

  it('begins anew where the server knows no ranges', async () => {
    const model = await listed();
    await fetchAll({ ...model, files: [] });
    await writeFile(partialOf(folder, weightsOf(model)), Buffer.alloc(1000, 1));
    local.moods.ignoresRanges = true;
    await fetchAll(model);
    expect(WEIGHTS.equals(await readFile(join(folder, WEIGHTS_PATH)))).toBe(true);
  });

  it('leaves files alone that are there and right', async () => {
    const model = await listed();
    await fetchAll(model);
    local.seen.length = 0;
    await fetchAll(model);
    expect(local.seen).toEqual([]);
    expect(await bytesMissing(folder, model.files)).toBe(0);
  });

  it('never overwrites another file of that name', async () => {
    const model = await listed();
    await fetchAll({ ...model, files: [] });
    await writeFile(join(folder, 'config.json'), 'mine, of another length');
    await expect(fetchAll(model)).rejects.toThrow(/config\.json is there already and is another file/);
    expect(await readFile(join(folder, 'config.json'), 'utf8')).toBe('mine, of another length');
  });

  it.each([
    ['large files by SHA-256', WEIGHTS_PATH],
    ['small files by the SHA-1 of git', 'tokenizer.json'],
  ])('checks %s', async (_, path) => {
    const model = await listed();
    local.moods.spoil = (content) => Buffer.from(content.map((byte, i) => (i === 5 ? byte ^ 1 : byte)));
    const one = { ...model, files: model.files.filter((file) => file.path === path) };
    await expect(fetchAll(one)).rejects.toThrow(`${path} arrived with a wrong checksum`);
    expect(await readdir(folder)).toEqual([]);
  });

  it('stops at a file that is longer than it should be', async () => {
    const model = await listed();
    local.moods.spoil = (content) => Buffer.concat([content, Buffer.from('more')]);
    await expect(fetchAll(model)).rejects.toThrow(/longer than the hub said/);
    expect((await readdir(folder)).every((name) => name.endsWith('.incomplete'))).toBe(true);
  });

  it('is cancelled at once and keeps what it has', async () => {
    const model = await listed();
    const abort = new AbortController();
    const onProgress = ({ file }: DownloadProgress): void => void (file === WEIGHTS_PATH && abort.abort());
    const options = { signal: abort.signal, onProgress };
    const run = download({ address: local.address }, model, model.files, folder, options);
    await expect(run).rejects.toThrow(/abort/i);
    const kept = await stat(partialOf(folder, weightsOf(model)));
    expect(kept.size).toBeGreaterThan(0);
    await fetchAll(model);
    expect(WEIGHTS.equals(await readFile(join(folder, WEIGHTS_PATH)))).toBe(true);
  });

  it('is cancelled at its last byte, too, and is whole the next time without another request', async () => {
    const model = await listed();
    const abort = new AbortController();
    const onProgress = ({ done, total }: DownloadProgress): void => void (done === total && abort.abort());
    const options = { signal: abort.signal, onProgress };
    await expect(download({ address: local.address }, model, model.files, folder, options)).rejects.toThrow(/abort/i);
    const asked = local.storageSeen.length;
    await fetchAll(model);
    expect(local.storageSeen).toHaveLength(asked);
    expect(WEIGHTS.equals(await readFile(join(folder, WEIGHTS_PATH)))).toBe(true);
  });

  it('survives a busy server, and gives up on one that stays busy', async () => {
    const model = await listed();
    local.moods.statuses.push(503, 429);
    await fetchAll(model);
    local.moods.statuses.push(500, 500, 500, 500, 500);
    await rm(folder, { recursive: true });
    await expect(fetchAll(model)).rejects.toThrow(/failed \(status 500\)/);
    expect(local.moods.statuses).toEqual([]);
  });

  it('says that the disk is too small before anything is fetched', async () => {
    await expect(assertRoom(join(folder, 'not', 'yet'), 1e18)).rejects.toThrow(/1000000 TB are to be fetched/);
    await expect(assertRoom(join(folder, 'not', 'yet'), 1)).resolves.toBeUndefined();
  });

  it.each(['../outside.json', '/etc/passwd', 'a/../../b', 'a\\..\\b', 'C:evil', 'a//b', './a'])(
    'refuses the path %s before a folder is made',
    async (path) => {
      local.moods.aliases.set('config.json', path);
      await expect(fetchAll(await listed())).rejects.toThrow(/outside of the model’s folder/);
      await expect(stat(folder)).rejects.toThrow(/ENOENT/);
      expect(local.seen.some((seen) => seen.path.includes('/resolve/'))).toBe(false);
    },
  );
});

describe('the token', () => {
  it('reaches the hub and never the storage to which it redirects', async () => {
    local.moods.token = 'hf_secret';
    await fetchAll(await listed('hf_secret'), { token: 'hf_secret' });
    expect(new Set(local.seen.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer hf_secret']));
    expect(local.storageSeen.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it('is in no message', async () => {
    local.moods.token = 'hf_right';
    const error = await listed('hf_wrong_secret').catch((problem: unknown) => problem as Error);
    expect((error as Error).message).toMatch(/refused the stored token.*Set Hugging Face Token/);
    expect(JSON.stringify([(error as Error).message, (error as Error).stack])).not.toContain('hf_wrong_secret');
  });
});

describe('the checksums of the test server', () => {
  it('are those of git', async () => {
    await fetchAll(await listed());
    const known = execFileSync('git', ['hash-object', join(folder, 'config.json')], { encoding: 'utf8' }).trim();
    const { files } = await listed();
    expect(files.find(({ path }) => path === 'config.json')?.checksum).toEqual({ kind: 'git-sha1', hex: known });
  });
});
