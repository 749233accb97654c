import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readNpyFile } from '../../../src/data/npy-file';
import { openTransformer } from '../../../src/models/open';
import type { Progress } from '../../../src/shared/progress';
import { golden, goldenModels, largestDifference, openOptions, referenceOf, resultOf } from './support';

const features = join(import.meta.dirname, '../../golden/features');
const positions = (JSON.parse(readFileSync(join(features, 'positions.json'), 'utf8')) as number[][]).map((list) =>
  Int32Array.from(list),
);
const signal = new AbortController().signal;
/** Float32 sums in another order than PyTorch's; as for the pooled activations, measured 8e-6. */
const TOLERANCE = 3e-5;
/** One run against another: one product may be split over the rows in another way. */
const SAME = 1e-6;

describe.each(goldenModels)('%s at single tokens', (name) => {
  const { sequences, layers } = referenceOf(name);
  const ids = sequences.map((sequence) => Int32Array.from(sequence.ids));
  const all = Array.from({ length: layers + 1 }, (_, i) => i - 1);

  const run = async (changes: object, options: object = {}, seen: Progress[] = []) => {
    const model = await openTransformer(join(golden, name), openOptions(changes));
    try {
      return await resultOf(model.tokenActivations(ids, { positions, layers: all, signal, ...options }), seen);
    } finally {
      await model.dispose();
    }
  };

  test('has the numbers of PyTorch, also out of order and for a sequence of which nothing is read', async () => {
    const expected = await readNpyFile(join(features, `${name}.npy`));
    expect(largestDifference(await run({}), expected.data)).toBeLessThan(TOLERANCE);
  });

  test('streaming and batches of one give the numbers of a resident run', async () => {
    const resident = await run({});
    expect(largestDifference(await run({ executor: 'streaming' }), resident)).toBeLessThan(SAME);
    expect(largestDifference(await run({}, { batchSize: 1 }), resident)).toBeLessThan(SAME);
  });
});

test('a position outside its sequence is a mistake of ours', async () => {
  const model = await openTransformer(join(golden, 'gpt2'), openOptions());
  const ids = [Int32Array.of(1, 2)];
  const run = (...list: number[]) =>
    resultOf(model.tokenActivations(ids, { positions: [Int32Array.from(list)], signal }));
  await expect(run(0, 2)).rejects.toThrow('position 2 in sequence 0 of 2 tokens');
  await expect(resultOf(model.tokenActivations(ids, { positions: [], signal }))).rejects.toThrow('0 lists');
  await model.dispose();
});

test('one layer is read without the blocks behind it, and has the numbers of all layers together', async () => {
  const { sequences, layers } = referenceOf('gpt2');
  const ids = sequences.map((sequence) => Int32Array.from(sequence.ids));
  for (const executor of ['resident', 'streaming'] as const) {
    const model = await openTransformer(join(golden, 'gpt2'), openOptions({ executor }));
    const all = await resultOf(model.tokenActivations(ids, { positions, signal }));
    const { width } = model.description;
    for (const layer of [0, layers - 1]) {
      const seen: Progress[] = [];
      const one = await resultOf(model.tokenActivations(ids, { positions, layers: [layer], signal }), seen);
      const rows = Array.from({ length: one.length / width }, (_, i) => (i * layers + layer) * width);
      const expected = Float32Array.from(rows.flatMap((start) => [...all.subarray(start, start + width)]));
      expect(largestDifference(one, expected)).toBeLessThan(SAME);
      if (executor === 'streaming') expect(seen.at(-1)).toMatchObject({ unit: 'blocks', total: layer + 1 });
    }
    await model.dispose();
  }
});
