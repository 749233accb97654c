import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LayerArrays, LayerSink } from '../../../src/analyses/contract';
import { ActivationCache } from '../../../src/engine/activation-cache';
import { cacheSizeOf, clearCache } from '../../../src/engine/cache-folder';
import { decodeNpy } from '../../../src/shared/npy';
import type { Progress } from '../../../src/shared/progress';

const shape = { layers: 2, rows: 3, width: 4 };
const FILE_BYTES = 128 + 2 * 3 * 4 * 4 + 32;
const values = (layer: number): number[] => Array.from({ length: 12 }, (_, i) => 100 * layer + i);

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'brainlens-cache-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = (): string[] => readdirSync(join(folder, 'activations')).sort();

/** Counts how often it computes; writes rows in parts and layers out of order. */
class Work {
  runs = 0;
  readonly compute = async function* (this: Work, sink: LayerSink): AsyncGenerator<Progress, void> {
    this.runs += 1;
    for (const layer of [1, 0]) {
      yield { phase: 'Test', done: layer, total: 2, unit: 'layers' };
      await sink.write(layer, 1, Float32Array.from(values(layer).slice(4)));
      await sink.write(layer, 0, Float32Array.from(values(layer).slice(0, 4)));
    }
  }.bind(this);
}

async function layersOf(cache: ActivationCache, key: unknown, work: Work): Promise<LayerArrays> {
  const steps = cache.layers(key, shape, work.compute);
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value;
  }
}

/** One run: opens, reads both layers, closes. */
async function run(key: unknown, work: Work, size = 1e6, cacheFolder = folder): Promise<number[][]> {
  const cache = new ActivationCache(cacheFolder, size);
  const layers = await layersOf(cache, key, work);
  const read = [await layers.read(0), await layers.read(1)].map((layer) => Array.from(layer));
  await cache.close();
  return read;
}

describe('the activation cache', () => {
  it('gives a second run what the first computed, under the same key only', async () => {
    const work = new Work();
    for (const key of [{ a: 1 }, { a: 1 }, { a: 2 }]) expect(await run(key, work)).toEqual([values(0), values(1)]);
    expect(work.runs).toBe(2);
    expect(files()).toHaveLength(2);
  });

  it('keeps a NumPy array with a digest behind it', async () => {
    await run('key', new Work());
    const bytes = readFileSync(join(folder, 'activations', files()[0]!));
    expect(bytes.length).toBe(FILE_BYTES);
    const array = decodeNpy(bytes.subarray(0, -32), 'cached');
    expect(array.shape).toEqual([2, 3, 4]);
    expect(Array.from(array.data)).toEqual([...values(0), ...values(1)]);
  });

  it.each([
    ['one bit flipped', (bytes: Buffer) => bytes.map((byte, i) => (i === 150 ? byte ^ 1 : byte))],
    ['its end missing', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['nothing in it', () => Buffer.alloc(0)],
    [
      'another shape',
      (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace('(2, 3, 4)', '(3, 2, 4)'), 'latin1'),
    ],
  ])('computes again over a file with %s', async (_, damage) => {
    const work = new Work();
    await run('key', work);
    const path = join(folder, 'activations', files()[0]!);
    writeFileSync(path, damage(readFileSync(path)));
    expect(await run('key', work)).toEqual([values(0), values(1)]);
    expect(work.runs).toBe(2);
    await run('key', work);
    expect(work.runs).toBe(2);
  });

  it('removes what was used longest ago when the size is exceeded', async () => {
    const work = new Work();
    const size = 2 * FILE_BYTES;
    await run('a', work, size);
    const [a] = files();
    await run('b', work, size);
    const b = files().find((name) => name !== a)!;
    utimesSync(join(folder, 'activations', a!), 1000, 1000);
    utimesSync(join(folder, 'activations', b), 2000, 2000);
    await run('a', work, size);
    await run('c', work, size);
    expect(files()).toHaveLength(2);
    expect(files()).toContain(a);
    expect(files()).not.toContain(b);
  });

  it.each([0, 10])('of %i bytes keeps nothing, and the run has its layers all the same', async (size) => {
    expect(await run('key', new Work(), size)).toEqual([values(0), values(1)]);
    expect(await clearCache(folder)).toBe(0);
  });

  it('keeps layers in memory where the folder cannot be written', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(await run('key', new Work(), 1e6, file)).toEqual([values(0), values(1)]);
  });

  it('leaves nothing of a run that failed or was cancelled', async () => {
    const failing = new Work();
    const boom = async function* (sink: LayerSink): AsyncGenerator<Progress, void> {
      yield* failing.compute(sink);
      throw new Error('boom');
    };
    const cache = new ActivationCache(folder, 1e6);
    const failed = cache.layers('key', shape, boom);
    const drain = async (): Promise<void> => {
      while ((await failed.next()).done !== true);
    };
    await expect(drain()).rejects.toThrow('boom');
    const cancelled = cache.layers('key', shape, failing.compute);
    await cancelled.next();
    expect(files()).toHaveLength(1);
    await cancelled.return(undefined as never);
    await cache.close();
    expect(files()).toEqual([]);
  });

  it('removes what a killed run left a day ago, not what another writes now', async () => {
    mkdirSync(join(folder, 'activations'));
    for (const name of ['.1-old.tmp', '.2-new.tmp']) writeFileSync(join(folder, 'activations', name), 'part');
    utimesSync(join(folder, 'activations', '.1-old.tmp'), 1000, 1000);
    await new ActivationCache(folder, 1e6).close();
    expect(files()).toEqual(['.2-new.tmp']);
  });

  it('is cleared by a command that says how many bytes are free now', async () => {
    await run('a', new Work());
    await run('b', new Work());
    expect(await clearCache(folder)).toBe(2 * FILE_BYTES);
    expect(files()).toEqual([]);
    expect(await clearCache(join(folder, 'nowhere'))).toBe(0);
  });
});

describe('the size of the cache', () => {
  it.each([
    [undefined, 5e9],
    ['', 5e9],
    ['800MB', 8e8],
    ['1 GiB', 2 ** 30],
    ['0', 0],
    ['0GB', 0],
  ])('%s is %i bytes', (text, bytes) => {
    expect(cacheSizeOf(text === undefined ? {} : { BRAINLENS_CACHE_SIZE: text })).toBe(bytes);
  });

  it('that is none is refused by name', () => {
    expect(() => cacheSizeOf({ BRAINLENS_CACHE_SIZE: 'lots' })).toThrow('BRAINLENS_CACHE_SIZE is "lots"');
  });
});
