import { expect, test } from 'vitest';
import { inverseFrequencies } from '../../../src/models/architectures/rope';
import { ModelConfig } from '../../../src/models/architectures/config';
import { makeBatches, makeWaves, rowsOf } from '../../../src/models/batches';

const sizes = { layers: 2, width: 8, heads: 2, kvHeads: 2, headWidth: 4, inner: 16, vocabulary: 10, context: 4096 };

test('batches hold sequences of one length, shortest first, every sequence once', () => {
  const lengths = [5, 3, 5, 9, 3, 3];
  const batches = makeBatches(lengths, sizes, 2);
  expect(batches).toEqual([
    { length: 3, sequences: [1, 4] },
    { length: 3, sequences: [5] },
    { length: 5, sequences: [0, 2] },
    { length: 9, sequences: [3] },
  ]);
});

test('a batch is bounded in tokens, and evenly: 480 sequences of 12 are 12 batches of 40', () => {
  const batches = makeBatches(new Array<number>(480).fill(12), sizes);
  expect(batches.map(({ sequences }) => sequences.length)).toEqual(new Array<number>(12).fill(40));
});

test('a sequence longer than a batch goes alone', () => {
  expect(makeBatches([4096, 4096], sizes).map(({ sequences }) => sequences)).toEqual([[0], [1]]);
});

test('waves hold consecutive batches up to their bytes, at least one each', () => {
  const batches = makeBatches([2, 2, 3, 3, 50], sizes, 1);
  const waves = makeWaves(batches, sizes.width, 4 * sizes.width * 5);
  expect(waves.map((wave) => wave.map(rowsOf))).toEqual([[2, 2], [3], [3], [50]]);
});

test('plain inverse frequencies are θ^(−2i/d), linear scaling divides them', () => {
  const plain = inverseFrequencies(new ModelConfig({ rope_theta: 10_000 }, 'm'), 8);
  [1, 0.1, 0.01, 0.001].forEach((frequency, i) => expect(plain[i]).toBeCloseTo(frequency, 7));
  const linear = new ModelConfig({ rope_theta: 10_000, rope_scaling: { type: 'linear', factor: 4 } }, 'm');
  inverseFrequencies(linear, 8).forEach((frequency, i) => expect(frequency).toBeCloseTo(plain[i]! / 4, 8));
});
