import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { windowFeatures } from '../../../../src/analyses/context/features';
import { shareWindows } from '../../../../src/analyses/context/sharing';
import { wordTexts } from '../../../../src/analyses/context/texts';
import { readNpyFile } from '../../../../src/data/npy-file';
import { ActivationCache } from '../../../../src/engine/activation-cache';
import { openTransformer } from '../../../../src/models/open';
import type { TransformerOptions } from '../../../../src/models/open';
import type { Transformer } from '../../../../src/models/transformer';
import { contextFor } from '../alignment/support';
import { largestDifference, openOptions, resultOf, temporaryFolder } from '../../models/support';
import { folder, model } from './support';

const golden = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as {
  readonly words: string[];
  readonly run: string[];
  readonly lengths: (number | null)[];
  readonly layers: number[];
  readonly ends: number[];
};
const dataset = {
  name: 'golden',
  words: golden.words.map((word, i) => ({ word, run: golden.run[i]! })),
};
/** A length that no text reaches stands for `full`. */
const lengths = golden.lengths.map((length) => length ?? 1000);
/** What sharing may change (issue: 1e-5), with PyTorch's own order of float32 sums; 3e-6 was seen. */
const SAME = 1e-5;

const opened: Transformer[] = [];
const home = temporaryFolder();
afterAll(async () => {
  for (const transformer of opened) await transformer.dispose();
});

async function open(path: string, changes: Partial<TransformerOptions> = {}): Promise<Transformer> {
  const transformer = await openTransformer(path, openOptions(changes));
  opened.push(transformer);
  return transformer;
}

async function features(path: string, transformer: Transformer, layers: number[], pooling: 'last' | 'mean' = 'last') {
  const context = contextFor([], { openModel: () => Promise.resolve(transformer) });
  const windows = shareWindows(wordTexts(dataset, transformer.tokenizer), lengths, pooling);
  const read = await resultOf(windowFeatures(windows, { path, model: transformer, layers, context }));
  return { read, windows };
}

/** Layer `at` of [lengths, words, layers, width]. */
function layerOf(data: ArrayLike<number>, l: number, at: number, layers: number, width: number): Float32Array {
  const words = golden.words.length;
  return Float32Array.from({ length: words * width }, (_, i) => {
    const word = Math.floor(i / width);
    return data[((l * words + word) * layers + at) * width + (i % width)]!;
  });
}

describe('features from the last tokens only', () => {
  it.each(['resident', 'streaming'] as const)('are those of transformers, window by window (%s)', async (executor) => {
    const transformer = await open(model, { executor });
    const texts = wordTexts(dataset, transformer.tokenizer);
    expect([...texts.ends]).toEqual(golden.ends);
    const { read, windows } = await features(model, transformer, golden.layers);
    const { data, shape } = await readNpyFile(join(folder, 'last.npy'));
    for (const l of lengths.keys()) {
      for (const i of golden.layers.keys()) {
        const expected = layerOf(data, l, i, shape[2]!, shape[3]!);
        expect(largestDifference(await read.layer(l, i), expected)).toBeLessThan(SAME);
      }
    }
    const tokens = windows.sequences.reduce((sum, ids) => sum + ids.length, 0);
    expect(tokens).toBeLessThan(windows.tokens / 2);
  });

  it('of one token are those of each word’s last sub-token alone', async () => {
    const transformer = await open(model);
    const { read } = await features(model, transformer, [3]);
    const texts = wordTexts(dataset, transformer.tokenizer);
    const alone = Array.from(texts.ends, (end, word) => texts.texts[texts.text[word]!]!.slice(end - 1, end));
    const signal = new AbortController().signal;
    const expected = await resultOf(transformer.activations(alone, { pooling: 'last', layers: [3], signal }));
    expect(largestDifference(await read.layer(0, 0), expected)).toBeLessThan(SAME);
  });

  it('or their mean over the sub-tokens of the word that the window holds', async () => {
    const { read } = await features(model, await open(model), [3], 'mean');
    const { data } = await readNpyFile(join(folder, 'mean.npy'));
    for (const l of lengths.keys()) {
      expect(largestDifference(await read.layer(l, 0), layerOf(data, l, 0, 1, 64))).toBeLessThan(SAME);
    }
  });

  it('stand behind BOS where the family has one', async () => {
    const path = join(home, 'bos');
    cpSync(model, path, { recursive: true });
    const file = join(path, 'tokenizer.json');
    const tokenizer = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const [special] = tokenizer['added_tokens'] as { content: string; id: number }[];
    const { content, id } = special!;
    tokenizer['post_processor'] = {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: content, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { [content]: { id: content, ids: [id], tokens: [content] } },
    };
    rmSync(file, { force: true });
    writeFileSync(file, JSON.stringify(tokenizer));
    const transformer = await open(path);
    expect([...wordTexts(dataset, transformer.tokenizer).before]).toEqual([0]);
    const { read } = await features(path, transformer, [3]);
    const { data } = await readNpyFile(join(folder, 'bos.npy'));
    for (const l of lengths.keys()) {
      expect(largestDifference(await read.layer(l, 0), layerOf(data, l, 0, 1, 64))).toBeLessThan(SAME);
    }
  });

  it('are computed part by part: a second run takes the parts that are there', async () => {
    const transformer = await open(model);
    const cache = new ActivationCache(join(home, 'cache'), 1e8);
    let computed = 0;
    const context = (most: number) =>
      contextFor([], {
        openModel: () => Promise.resolve(transformer),
        cached: (key, shape, compute) =>
          cache.layers(key, shape, (sink) => {
            if (computed === most) throw new Error('cut off here');
            computed += 1;
            return compute(sink);
          }),
      });
    const windows = shareWindows(wordTexts(dataset, transformer.tokenizer), lengths, 'last');
    const request = { path: model, model: transformer, layers: [0, 3] };
    const inParts = (most: number) => resultOf(windowFeatures(windows, { ...request, context: context(most) }, 100));
    await expect(inParts(2)).rejects.toThrow('cut off here');
    const read = await inParts(Infinity);
    const parts = computed;
    expect(parts).toBeGreaterThan(3);
    const again = await inParts(parts);
    expect(again.estimatedSeconds).toBe(0);
    expect(read.estimatedSeconds).toBeGreaterThan(0);
    const { read: whole } = await features(model, transformer, [0, 3]);
    for (const l of lengths.keys()) {
      expect(await again.layer(l, 1)).toEqual(await read.layer(l, 1));
      expect(largestDifference(await read.layer(l, 1), await whole.layer(l, 1))).toBeLessThan(SAME);
    }
    await cache.close();
  });
});
