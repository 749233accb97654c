import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { activations } from '../../../../src/analyses/activations/index';
import { activationsSpec } from '../../../../src/analyses/activations/spec';
import type { RunContext } from '../../../../src/analyses/contract';
import { score } from '../../../../src/analyses/score/index';
import { scoreSpec } from '../../../../src/analyses/score/spec';
import { openTransformer } from '../../../../src/models/open';
import { divided } from '../../../../src/engine/shards/divided';
import { golden, largestDifference, openOptions, referenceOf, resultOf } from '../../models/support';

const folder = mkdtempSync(join(tmpdir(), 'brainlens-analyses-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const texts = ['the cat sat', 'a dog', 'the cat sat', 'x'];
const stimuli = join(folder, 'stimuli.jsonl');
writeFileSync(stimuli, texts.map((text) => JSON.stringify({ text })).join('\n'));
const model = join(golden, 'gpt2');

const warnings: string[] = [];
const inputs: string[] = [];
const context: RunContext = {
  signal: new AbortController().signal,
  seed: 0,
  threads: 1,
  memory: 4e9,
  executor: 'auto',
  openModel: (path) => openTransformer(path, openOptions()),
  sample: (relative) => relative,
  recordInput: (path) => inputs.push(path),
  hash: () => Promise.reject(new Error('nothing is hashed here')),
  checkpoint: () => Promise.reject(new Error('nothing is kept here')),
  divided: (work) => divided(work, { signal: new AbortController().signal }),
  reached: () => undefined,
  cached: () => {
    throw new Error('nothing is cached here');
  },
  keep: () => Promise.resolve(),
  warn: (message) => warnings.push(message),
};

test('activations gives one row per stimulus and one column per layer that was named', async () => {
  const spec = activationsSpec.spec.parse({ model, stimuli: [stimuli], layers: '1,-1', pooling: 'sum' });
  const result = await resultOf(activations.run(spec, context));
  const { width } = referenceOf('gpt2');
  const { data, shape } = result.arrays['activations']!;
  expect(shape).toEqual([4, 2, width]);
  expect(data.slice(0, 2 * width)).toEqual(data.slice(4 * width, 6 * width));
  expect(result.fields).toEqual({
    stimuli: 4,
    layers: [1, -1],
    width,
    pooling: 'sum',
    tokens: [11, 5, 11, 1],
    truncated: 0,
    rows: { files: [stimuli], rows: [1, 2, 3, 4].map((row) => ({ file: 0, row })) },
  });
  expect(inputs).toContain(stimuli);

  const [figure] = activations.figures(result);
  const series = figure?.kind === 'chart' ? figure.series[0] : undefined;
  expect(series!.x).toEqual([-1, 1]);
  const embedding = Array.from({ length: 4 }, (_, row) => [
    ...data.slice((2 * row + 1) * width, (2 * row + 2) * width),
  ]).flat();
  expect(series!.y[0]).toBeCloseTo(embedding.reduce((sum, value) => sum + Math.abs(value), 0) / embedding.length, 6);
  expect(activations.summary(result)).toBe(`4 stimuli × 2 layers × ${width} units, pooling sum`);
});

test('a batch size changes no activation and maxTokens cuts', async () => {
  const values = async (settings: object) => {
    const spec = activationsSpec.spec.parse({ model, stimuli: [stimuli], ...settings });
    return resultOf(activations.run(spec, context));
  };
  const plain = await values({});
  expect(
    largestDifference((await values({ batchSize: 1 })).arrays['activations']!.data, plain.arrays['activations']!.data),
  ).toBeLessThan(1e-5);
  const cut = await values({ maxTokens: 3 });
  expect(cut.fields).toMatchObject({ tokens: [3, 3, 3, 1], truncated: 3 });
});

test('a layer list that is none is refused by the spec', () => {
  expect(activationsSpec.spec.safeParse({ model, stimuli: ['f'], layers: 'all' }).success).toBe(false);
});

test('score gives log probabilities, token counts and the perplexity of all scored tokens', async () => {
  const spec = scoreSpec.spec.parse({ model, stimuli: [stimuli] });
  const result = await resultOf(score.run(spec, context));
  const logprobs = result.arrays['logprobs']!.data as Float64Array;
  expect(result.arrays['logprobs']!.shape).toEqual([4]);
  expect(logprobs).toBeInstanceOf(Float64Array);
  expect(logprobs[0]).toBe(logprobs[2]);
  expect(logprobs[3]).toBe(0);
  const total = logprobs.reduce((sum, value) => sum + value, 0);
  expect(result.fields).toMatchObject({ tokens: [11, 5, 11, 1], scored: 24, perplexity: Math.exp(-total / 24) });
  expect(warnings.some((warning) => warning.startsWith('1 stimulus has one token only'))).toBe(true);

  const [figure] = score.figures(result);
  const series = figure?.kind === 'chart' ? figure.series[0] : undefined;
  expect(series!.y.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(3);
  expect(score.summary(result)).toMatch(/^perplexity [\d.]+ over 24 tokens of 4 stimuli$/);
});

test('a scored stimulus can be found again: file, row, condition and the start of its text', async () => {
  const second = join(folder, 'second.csv');
  writeFileSync(second, `text,condition\n"${'the cat sat '.repeat(10)}",S\nx,N\n`);
  const result = await resultOf(
    score.run(scoreSpec.spec.parse({ model, stimuli: [stimuli, second], maxTokens: 20 }), context),
  );
  const { files, rows } = result.fields['rows'] as { files: string[]; rows: unknown[] };
  expect(files).toEqual([stimuli, second]);
  expect(rows.slice(3)).toEqual([
    { file: 0, row: 4 },
    { file: 1, row: 1, condition: 'S' },
    { file: 1, row: 2, condition: 'N' },
  ]);
  const table = score.figures(result).find(({ id }) => id === 'stimuli');
  if (table?.kind !== 'table') throw new Error('no table');
  const logprobs = result.arrays['logprobs']!.data;
  const tokens = result.fields['tokens'] as number[];
  expect(table.rows).toHaveLength(6);
  expect(table.rows[0]).toEqual([
    'stimuli.jsonl',
    1,
    null,
    'the cat sat',
    11,
    logprobs[0],
    expect.closeTo(Math.exp(-logprobs[0]! / 10), 9),
  ]);
  expect(table.rows[4]!.slice(0, 5)).toEqual(['second.csv', 1, 'S', 'the cat sat '.repeat(10).slice(0, 80), tokens[4]]);
  expect(table.rows[5]!.slice(2)).toEqual(['N', 'x', 1, 0, null]);
});
