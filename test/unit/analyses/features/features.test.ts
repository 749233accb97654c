import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunContext } from '../../../../src/analyses/contract';
import { featuresOf } from '../../../../src/analyses/features/features';
import type { FeatureOptions } from '../../../../src/analyses/features/features';
import type { BrainDataset } from '../../../../src/data/brain/dataset';
import { ActivationCache } from '../../../../src/engine/activation-cache';
import { firDelays } from '../../../../src/math/timeseries/fir';
import { downsample } from '../../../../src/math/timeseries/lanczos';
import { openTransformer } from '../../../../src/models/open';
import type { Transformer } from '../../../../src/models/transformer';
import { divided } from '../../../../src/engine/shards/divided';
import { golden, largestDifference, openOptions, resultOf } from '../../models/support';

const model = join(golden, 'gpt2');
const signal = new AbortController().signal;
/** The same token in a longer batch: products are split in another way. */
const SAME = 1e-6;

let folder: string;
let opened: Transformer;
let cache: ActivationCache;
let computed: number;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'brainlens-features-'));
  cache = new ActivationCache(folder, 1e8);
  computed = 0;
  opened = await openTransformer(model, openOptions());
});
afterEach(async () => {
  await cache.close();
  await opened.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const context = (memory = 4e9): RunContext => ({
  signal,
  seed: 0,
  threads: 1,
  memory,
  executor: 'auto',
  openModel: () => Promise.resolve(opened),
  sample: (path) => path,
  recordInput: () => undefined,
  hash: (path) => Promise.resolve(`hash of ${path}`),
  checkpoint: () => Promise.reject(new Error('nothing is kept here')),
  divided: (work) => divided(work, { signal: new AbortController().signal }),
  reached: () => undefined,
  cached: (key, shape, compute) =>
    cache.layers(key, shape, (sink) => {
      computed += 1;
      return compute(sink);
    }),
  keep: () => Promise.resolve(),
  warn: () => undefined,
});

const dataset = (changes: Partial<BrainDataset>): BrainDataset => ({
  name: 'test',
  simulated: false,
  granularity: 'sentence',
  files: [],
  stimuli: [],
  words: [],
  runs: [],
  rows: 0,
  units: [],
  responses: new Float64Array(),
  counts: { repetitions: 0, missing: 0, unmatchedStimuli: 0, unmatchedResponses: 0 },
  warnings: [],
  ...changes,
});

const featured = (data: BrainDataset, options: FeatureOptions = {}) =>
  resultOf(featuresOf(data, model, options, context()));

/** What the model computes of one text alone, at the last token of its first `length` characters. */
async function alone(text: string, layer: number): Promise<Float32Array> {
  const ids = [opened.tokenizer.encode(text)];
  return resultOf(opened.activations(ids, { pooling: 'last', layers: [layer], signal }));
}

describe('features of sentences', () => {
  const texts = ['the cat', 'a dog ran', 'x'];
  const sentences = dataset({ rows: 3, stimuli: texts.map((text, i) => ({ id: String(i), text, columns: {} })) });

  it('are the pooled activations, layer by layer', async () => {
    const features = await featured(sentences);
    expect(features).toMatchObject({ layers: [0, 1], rows: 3, width: 32, tokens: 17, sequences: 3 });
    for (const layer of features.layers) {
      const rows = await features.layer(layer);
      for (const [i, text] of texts.entries()) {
        expect(largestDifference(rows.subarray(32 * i, 32 * i + 32), await alone(text, layer))).toBeLessThan(SAME);
      }
    }
  });

  it('come from the cache the second time, and only where nothing that matters differs', async () => {
    const first = await (await featured(sentences)).layer(1);
    expect(await (await featured(sentences)).layer(1)).toEqual(first);
    expect(computed).toBe(1);
    for (const other of [{ pooling: 'mean' }, { layers: [1] }, { maxTokens: 2 }] as const)
      await featured(sentences, other);
    expect(computed).toBe(4);
    expect(readdirSync(join(folder, 'activations'))).toHaveLength(4);
  });
});

describe('features of words that come with their own context', () => {
  it('are read behind that context, in whatever order the rows stand', async () => {
    const given = dataset({
      granularity: 'word',
      rows: 3,
      words: [
        { word: 'dog', run: 's2', context: 'a' },
        { word: 'sat', run: 's1', context: 'the cat' },
        { word: 'ran', run: 's2', context: 'a dog' },
      ],
    });
    const rows = await (await featured(given)).layer(1);
    for (const [i, text] of ['a dog', 'the cat sat', 'a dog ran'].entries())
      expect(largestDifference(rows.subarray(32 * i, 32 * i + 32), await alone(text, 1))).toBeLessThan(SAME);
  });
});

describe('features of words', () => {
  const words = dataset({
    granularity: 'word',
    rows: 6,
    words: [
      { word: 'the', run: 'a' },
      { word: 'no', run: 'b' },
      { word: 'cat', run: 'a' },
      { word: 'more', run: 'b' },
      { word: 'sat', run: 'a' },
      { word: 'rain', run: 'b' },
    ],
  });
  const prefixes = ['the', 'no', 'the cat', 'no more', 'the cat sat', 'no more rain'];

  it('are those of their last sub-token after all words of their run, in the order of the rows', async () => {
    const rows = await (await featured(words)).layer(1);
    for (const [i, prefix] of prefixes.entries()) {
      expect(largestDifference(rows.subarray(32 * i, 32 * i + 32), await alone(prefix, 1))).toBeLessThan(SAME);
    }
  });

  it('or the mean of their sub-tokens', async () => {
    const rows = await (await featured(words, { wordPooling: 'mean' })).layer(0);
    const parts = await Promise.all(['no ', 'no m', 'no mo', 'no mor', 'no more'].map((text) => alone(text, 0)));
    const mean = parts[0]!.map((_, j) => parts.reduce((sum, part) => sum + part[j]!, 0) / parts.length);
    expect(largestDifference(rows.subarray(96, 128), mean)).toBeLessThan(SAME);
  });

  it('of a window shorter than the run start at the word with which the window starts', async () => {
    const rows = await (await featured(words, { window: 10 })).layer(1);
    expect(largestDifference(rows.subarray(128, 160), await alone(' cat sat', 1))).toBeGreaterThan(1e-3);
    expect(largestDifference(rows.subarray(128, 160), await alone('he cat sat', 1))).toBeLessThan(SAME);
  });

  it('are refused where there are not as many words as responses', async () => {
    await expect(featured({ ...words, rows: 5 })).rejects.toThrow('test has 6 words and 5 rows of responses');
  });

  it('in time are summed into scans and delayed', async () => {
    const timed = words.words.map((word, i) => ({ ...word, onset: i * 0.7, offset: i * 0.7 + 0.2 }));
    const runs = [
      { run: 'b', start: 0, length: 4 },
      { run: 'a', start: 4, length: 3 },
    ];
    const scans = dataset({
      ...words,
      granularity: 'timeseries',
      words: timed,
      rows: 7,
      runs,
      timing: { step: 2, delays: [1, 2] },
    });
    const features = await featured(scans, { fir: [1, 2] });
    expect(features).toMatchObject({ rows: 7, width: 64 });
    const times = {
      run: Int32Array.of(1, 0, 1, 0, 1, 0),
      middle: Float64Array.from(timed, ({ onset }) => onset + 0.1),
    };
    const perScan = downsample(await (await featured(words)).layer(1), 32, times, { runs, rows: 7, step: 2 });
    expect(largestDifference(await features.layer(1), firDelays(perScan, 32, runs, [1, 2]))).toBeLessThan(1e-6);
    expect(largestDifference(await (await featured(scans)).layer(1), perScan)).toBeLessThan(1e-6);
    expect(computed).toBe(1);
    const untimed = { ...scans, words: words.words };
    await expect(featured(untimed)).rejects.toThrow('test: word 1, "the", has no onset and offset');
    await expect(featured({ ...scans, runs: runs.slice(1) })).rejects.toThrow('is of run b, which has no scans');
  });
});

it('an array larger than an eighth of the memory is computed in parts, with the same numbers', async () => {
  const words = Array.from({ length: 600 }, (_, i) => ({
    word: 'ab'.slice(i % 2),
    run: String(Math.floor(i / 15)),
  }));
  const many = dataset({ granularity: 'word', words, rows: words.length });
  const calls: number[] = [];
  const token = opened.tokenActivations.bind(opened);
  opened.tokenActivations = (sequences, options) => {
    calls.push(sequences.length);
    return token(sequences, options);
  };
  const options = { layers: [-1, 0, 1] };
  const whole = await resultOf(featuresOf(many, model, options, context()));
  const first = await whole.layer(2);
  expect(calls).toHaveLength(1);
  await cache.close();
  rmSync(join(folder, 'activations'), { recursive: true });
  const parts = await resultOf(featuresOf(many, model, options, context(8 * 150 * 3 * 32 * 4)));
  expect(calls).toEqual([40, 10, 10, 10, 10]);
  expect(largestDifference(await parts.layer(2), first)).toBeLessThan(SAME);
});
