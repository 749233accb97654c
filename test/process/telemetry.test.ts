import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EngineClient } from '../../src/engine/client';
import { Bench, brainlens, engine, localize } from './support';

let bench: Bench;
let home: string;
let started: number;
/** A home of its own and none of the switches that this machine may have set for ONNX Runtime. */
let env: Record<string, string | undefined>;
beforeEach(() => {
  bench = new Bench();
  started = Date.now() - 1000;
  home = join(bench.home, 'fresh');
  mkdirSync(home);
  env = { HOME: home, XDG_CACHE_HOME: undefined, ORT_DISABLE_TELEMETRY: undefined, CI: undefined };
});
afterEach(() => bench.remove());

/** An older one may lie there, of another process that had the same number. */
function debugLog(pid: number | undefined): boolean {
  const log = statSync(join(tmpdir(), `mat-debug-${String(pid)}.log`), { throwIfNoEntry: false });
  return log !== undefined && log.mtimeMs >= started;
}

it('a run on the command line leaves nothing of ONNX Runtime’s telemetry', async () => {
  let process: number | undefined;
  const { code } = await brainlens(bench, localize(bench), { env, onStderr: (_, pid) => (process = pid) });
  expect(code).toBe(0);
  expect(process).toBeGreaterThan(0);
  expect(debugLog(process)).toBe(false);
  expect(readdirSync(home, { recursive: true })).toEqual([]);
});

it('nor does a run in the engine process, even where the environment asks for it', async () => {
  const log: string[] = [];
  const client = new EngineClient({
    entry: engine,
    env: { ...env, ORT_DISABLE_TELEMETRY: '0' },
    log: (line) => log.push(line),
  });
  const out = join(bench.results, 'run');
  const spec = { model: bench.model, stimuli: [bench.stimuli], randomSeeds: 2 };
  const place = { out, force: false, cacheFolder: bench.cache, workspace: bench.home };
  const outcome = await client.run(
    { analysis: 'localize', spec, ...place, seed: 0, threads: 1, memory: 4e9, executor: 'auto' },
    { signal: new AbortController().signal, onProgress: () => undefined },
  );
  client.dispose();
  expect(outcome).toMatchObject({ kind: 'done' });
  const pid = Number(/started as process (\d+)/.exec(log.join('\n'))![1]);
  expect(debugLog(pid)).toBe(false);
  expect(readdirSync(home, { recursive: true })).toEqual([]);
});
