import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EnginePool } from '../../src/editor/enginePool';
import { EngineClient } from '../../src/engine/client';
import { readResult } from '../../src/engine/store';
import type { JobRequest } from '../../src/shared/protocol';
import { Bench, engine, stimuliCsv } from './support';

let bench: Bench;
let pool: EnginePool;
let log: string[];
let limit: number;
beforeEach(() => {
  bench = new Bench();
  log = [];
  limit = 2;
  pool = new EnginePool(
    () => new EngineClient({ entry: engine, log: (line) => log.push(line) }),
    () => limit,
  );
});
afterEach(() => {
  pool.dispose();
  bench.remove();
});

const engines = () => log.filter((line) => line.includes('started as process')).length;

function job(stimuli: string, seed = 0): JobRequest {
  return {
    ...{ analysis: 'localize', spec: { model: bench.model, stimuli: [stimuli], randomSeeds: 2 }, seed },
    ...{ out: join(bench.results, 'run'), force: false, unique: true, threads: 1, memory: 4e9, executor: 'auto' },
    ...{ cacheFolder: bench.cache, workspace: bench.home },
  };
}

it('two runs compute at once, each in a process of its own; a cancel ends its own only', async () => {
  const abort = new AbortController();
  const many = bench.write('many.csv', stimuliCsv(5000));
  const long = pool.run(job(many), {
    signal: abort.signal,
    onProgress: () => undefined,
  });
  const short = await pool.run(job(bench.stimuli), {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  expect(short).toMatchObject({ kind: 'done' });
  abort.abort();
  await expect(long).resolves.toEqual({ kind: 'cancelled' });
  expect(engines()).toBe(2);
  expect(readdirSync(bench.results)).toEqual(['run']);
});

it('runs of one moment that ask for the same folder get one each', async () => {
  const hooks = { signal: new AbortController().signal, onProgress: () => undefined };
  const ends = await Promise.all([pool.run(job(bench.stimuli, 1), hooks), pool.run(job(bench.stimuli, 2), hooks)]);
  const folders = ends.map((end) => (end.kind === 'done' ? end.out : end.kind)).sort();
  expect(folders).toEqual(['run', 'run-2'].map((name) => join(bench.results, name)));
  const seeds = await Promise.all(folders.map(async (folder) => (await readResult(folder)).provenance.seed));
  expect(seeds.sort()).toEqual([1, 2]);
  expect(existsSync(join(bench.cache, 'hashes.json'))).toBe(true);
});
