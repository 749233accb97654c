import { fork, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineClient } from '../../src/engine/client';
import { readResult } from '../../src/engine/store';
import type { Progress } from '../../src/shared/progress';
import type { JobRequest } from '../../src/shared/protocol';
import { Bench, engine, stimuliCsv } from './support';

let bench: Bench;
let client: EngineClient;
let log: string[];
beforeEach(() => {
  bench = new Bench();
  log = [];
  client = clientOf(engine);
});
afterEach(() => {
  client.dispose();
  bench.remove();
});

const clientOf = (entry: string) => new EngineClient({ entry, log: (line) => log.push(line) });
const never = () => new AbortController().signal;
const enginePids = () => log.flatMap((line) => /started as process (\d+)/.exec(line)?.[1] ?? []).map(Number);

function job(more: Partial<JobRequest> = {}): JobRequest {
  return {
    analysis: 'localize',
    spec: { model: bench.model, stimuli: [bench.stimuli], randomSeeds: 2 },
    out: join(bench.results, 'run'),
    force: false,
    seed: 0,
    threads: 1,
    memory: 4e9,
    executor: 'auto',
    cacheFolder: bench.cache,
    workspace: bench.home,
    ...more,
  };
}

/** A run that takes long enough to be hit in the middle. */
function longJob(): JobRequest {
  return job({ spec: { model: bench.model, stimuli: [bench.write('many.csv', stimuliCsv(5000))] } });
}

describe('the engine process', () => {
  it('estimates, runs with progress, writes a result, and serves the next run', async () => {
    const { memory, executor, cacheFolder } = job();
    const estimate = await client.estimate({ model: bench.model, memory, executor, cacheFolder });
    expect(estimate).toMatchObject({ kind: 'done', estimate: { executor: 'resident', cache: 0 } });
    const steps: Progress[] = [];
    const outcome = await client.run(job(), { signal: never(), onProgress: (step) => steps.push(step) });
    expect(outcome).toMatchObject({ kind: 'done', out: join(bench.results, 'run') });
    expect(steps.some(({ phase, done, total }) => phase === 'Activations' && done > 0 && total === 80)).toBe(true);
    const result = await readResult(join(bench.results, 'run'));
    expect(result.result['k']).toBe(2);
    expect(result.provenance.inputs.map(({ path, role }) => `${role} ${path}`).sort()).toEqual([
      'model model/config.json',
      'model model/model.safetensors',
      'model model/tokenizer.json',
      'model model/tokenizer_config.json',
      'stimuli stimuli.csv',
    ]);
    const again = await client.run(job({ unique: true }), { signal: never(), onProgress: () => undefined });
    expect(again).toMatchObject({ kind: 'done', out: join(bench.results, 'run-2') });
    expect(enginePids()).toHaveLength(1);
  });

  it('is killed by a cancel within a moment, leaves nothing, and the next run works', async () => {
    const abort = new AbortController();
    let cancelledAt = 0;
    const onProgress = () => {
      cancelledAt ||= performance.now();
      abort.abort();
    };
    expect(await client.run(longJob(), { signal: abort.signal, onProgress })).toEqual({ kind: 'cancelled' });
    expect(performance.now() - cancelledAt).toBeLessThan(2000);
    expect(bench.written()).toEqual([]);
    expect(isAlive(enginePids()[0]!)).toBe(false);
    expect(await client.run(job(), { signal: never(), onProgress: () => undefined })).toMatchObject({ kind: 'done' });
    expect(enginePids()).toHaveLength(2);
  });

  it('answers an estimate that went down with a cancelled run', async () => {
    const abort = new AbortController();
    const run = client.run(longJob(), { signal: abort.signal, onProgress: () => undefined });
    const { memory, executor, cacheFolder } = job();
    await setTimeout(20);
    const estimate = client.estimate({ model: bench.model, memory, executor, cacheFolder });
    abort.abort();
    expect(await run).toEqual({ kind: 'cancelled' });
    expect(await estimate).toMatchObject({ kind: 'done' });
  });

  it('lets runs wait for each other, and a waiting one be cancelled', async () => {
    const abort = new AbortController();
    const first = client.run(job(), { signal: never(), onProgress: () => undefined });
    const second = client.run(job({ unique: true }), { signal: never(), onProgress: () => undefined });
    const third = client.run(job({ unique: true }), { signal: abort.signal, onProgress: () => undefined });
    abort.abort();
    expect(await third).toEqual({ kind: 'cancelled' });
    expect(await Promise.all([first, second])).toMatchObject([{ kind: 'done' }, { kind: 'done' }]);
    expect(bench.written().sort()).toEqual(['run', 'run-2']);
  });

  it('that is killed from outside in mid-run is a failure that says so, and the next run works', async () => {
    const onProgress = () => void process.kill(enginePids()[0]!, 'SIGKILL');
    const outcome = await client.run(longJob(), { signal: never(), onProgress: once(onProgress) });
    expect(outcome).toMatchObject({ kind: 'failed', user: false });
    expect(outcome).toHaveProperty('message', expect.stringMatching(/killed \(SIGKILL\).*memory.*run again/));
    expect(bench.written()).toEqual([]);
    expect(await client.run(job(), { signal: never(), onProgress: () => undefined })).toMatchObject({ kind: 'done' });
  });

  it('tells bad input from its own failures', async () => {
    const missing = job({ spec: { model: join(bench.home, 'nowhere'), stimuli: [bench.stimuli] } });
    const outcome = await client.run(missing, { signal: never(), onProgress: () => undefined });
    expect(outcome).toMatchObject({ kind: 'failed', user: true });
    expect(outcome).toHaveProperty('message', expect.stringContaining('nowhere'));
    expect(bench.written()).toEqual([]);
  });

  it('ends when its parent dies, and takes its unfinished result along', async () => {
    const script = bench.write(
      'parent.mjs',
      `import { fork } from 'node:child_process';
       const child = fork(${JSON.stringify(engine)}, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
       child.send({ type: 'run', id: 1, job: ${JSON.stringify(longJob())} });
       child.on('message', ({ type }) => type === 'progress' && console.log(child.pid));`,
    );
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (text: Buffer) => resolve(parseInt(String(text)))),
    );
    // What a run has when it is hit while writing.
    mkdirSync(join(bench.results, `.run.partial-${pid}`), { recursive: true });
    parent.kill('SIGKILL');
    for (let i = 0; i < 100 && isAlive(pid); i++) await setTimeout(50);
    expect(isAlive(pid)).toBe(false);
    expect(bench.written()).toEqual([]);
  });

  it('refuses to be started by hand', async () => {
    const child = spawn(process.execPath, [engine], { stdio: 'ignore' });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(2);
  });

  it('survives a message that it does not understand', async () => {
    const child = fork(engine, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const reply = new Promise((resolve) => {
      child.on('message', (message: { type: string }) => message.type !== 'ready' && resolve(message));
    });
    child.send({ type: 'sing' });
    child.send({ type: 'run', id: 5, job: job({ analysis: 'dream' }) });
    expect(await reply).toMatchObject({ type: 'failed', id: 5, kind: 'user' });
    child.disconnect();
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  });
});

describe('an engine that misbehaves', () => {
  const outcomeOf = async (entry: string) => {
    client = clientOf(entry);
    return client.run(job(), { signal: never(), onProgress: () => undefined });
  };

  it('by not being there is reported with its path', async () => {
    const entry = join(bench.home, 'gone.js');
    expect(await outcomeOf(entry)).toMatchObject({ kind: 'failed', message: expect.stringContaining(entry) as string });
  });

  it('by failing to start is reported with its last words', async () => {
    const entry = bench.write('broken.mjs', `throw new Error('the native file does not load');`);
    const outcome = await outcomeOf(entry);
    expect(outcome).toHaveProperty('message', expect.stringMatching(/could not start.*the native file does not load/));
  });

  it('by talking nonsense is logged, and its good messages count', async () => {
    const entry = bench.write(
      'nonsense.mjs',
      `process.send({ type: 'ready' });
       process.on('message', ({ id }) => {
         process.send('what?');
         process.send({ type: 'progress', id });
         process.send({ type: 'done', id: 999, out: 'x', summary: 's', warnings: [] });
         process.send({ type: 'done', id, out: 'here', summary: 's', warnings: [] });
       });`,
    );
    expect(await outcomeOf(entry)).toEqual({ kind: 'done', out: 'here', summary: 's', warnings: [] });
    expect(log.filter((line) => line.includes('not understood'))).toHaveLength(2);
  });

  it('by running out of memory is told apart', async () => {
    const entry = bench.write(
      'hungry.mjs',
      `process.send({ type: 'ready' });
       process.on('message', () => { console.error('FATAL ERROR: JavaScript heap out of memory'); process.abort(); });`,
    );
    expect(await outcomeOf(entry)).toHaveProperty('message', expect.stringContaining('ran out of memory'));
  });

  it('by hanging can be cancelled, with its unfinished result and cache files', async () => {
    const entry = bench.write(
      'hang.mjs',
      `process.send({ type: 'ready' }); process.on('message', ({ id }) => process.send({ type: 'progress', id, progress: { phase: 'p', done: 0, total: 1, unit: 'u' } }));`,
    );
    client = clientOf(entry);
    const abort = new AbortController();
    const cacheFile = (pid: number) => join(bench.cache, 'gguf', `abc-v1.host.${pid}.0123abcd.tmp`);
    const onProgress = () => {
      const pid = enginePids()[0]!;
      mkdirSync(join(bench.results, `.run.partial-${pid}`), { recursive: true });
      mkdirSync(cacheFile(pid), { recursive: true });
      mkdirSync(cacheFile(1));
      abort.abort();
    };
    expect(await client.run(job(), { signal: abort.signal, onProgress })).toEqual({ kind: 'cancelled' });
    expect(bench.written()).toEqual([]);
    expect(existsSync(cacheFile(enginePids()[0]!))).toBe(false);
    expect(existsSync(cacheFile(1))).toBe(true);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
