import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkModel } from '../../../src/engine/checked-model';
import { startsOf } from '../../../src/models/next-tokens';
import type { TokenLogProbabilities, Transformer } from '../../../src/models/transformer';

let home: string;
let runs: number;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'brainlens-checked-'));
  writeFileSync(join(home, 'model.safetensors'), 'weights');
  runs = 0;
});
afterEach(() => rmSync(home, { recursive: true }));

const hooks = { signal: new AbortController().signal, onProgress: () => undefined };

/** A model of `parameters` parameters that guesses: log probability −6.9 of every token of 1000. */
function guessing(parameters: number): Transformer {
  async function* nextTokens(sequences: readonly Int32Array[]): AsyncGenerator<never, TokenLogProbabilities> {
    await Promise.resolve();
    runs += 1;
    const starts = startsOf(sequences);
    return { values: [new Float64Array(starts[sequences.length]!).fill(-6.9)], starts };
  }
  return {
    description: { vocabulary: 1000, parameters },
    executor: 'resident',
    files: [join(home, 'model.safetensors')],
    tokenizer: {
      encode: () => Int32Array.from({ length: 20 }, (_, i) => i),
      sha256: 'ab',
      specialTokens: 'none added',
    },
    nextTokens,
  } as unknown as Transformer;
}

const check = (cacheFolder: string, parameters = 135e6): Promise<readonly string[]> =>
  checkModel(guessing(parameters), '/models/mine', cacheFolder, hooks);

test('a model is checked once, and again when its files change', async () => {
  const cache = join(home, 'cache');
  const [warning] = await check(cache);
  expect(warning).toMatch(/^Self-check of mine: plain English costs it 6.9 nats/);
  expect(await check(cache)).toEqual([warning]);
  expect(runs).toBe(1);
  writeFileSync(join(home, 'model.safetensors'), 'other weights');
  expect(await check(cache)).toEqual([warning]);
  expect(runs).toBe(2);
});

test('a cache that cannot be written does not matter', async () => {
  writeFileSync(join(home, 'taken'), '');
  expect(await check(join(home, 'taken'))).toHaveLength(1);
  expect(runs).toBe(1);
});

test('toys are not checked', async () => {
  expect(await check(join(home, 'cache'), 70e3)).toEqual([]);
  expect(runs).toBe(0);
});
