import { describe, expect, test } from 'vitest';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openTransformer } from '../../../src/models/open';
import { openOptions, resultOf } from './support';

const signal = new AbortController().signal;
const families = ['gpt2', 'gpt_neox', 'llama_gqa', 'qwen2', 'gemma2'];

interface Sentence {
  readonly ids: readonly number[];
  readonly mean_nll: number;
  /** First four units behind every block. */
  readonly last_first4: readonly (readonly number[])[];
  readonly mean_first4: readonly (readonly number[])[];
}

/** max |a − b| / max |b| */
function relative(actual: readonly number[], expected: readonly number[]): number {
  const size = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(actual[i]! - value))) / size;
}

describe.each(families)('the shared tiny model %s', (name) => {
  const folder = join(import.meta.dirname, '../../../../shared/reference/tiny', name);

  test('activations of every block within 1e-5 of PyTorch’s, scores within 1e-3 nats', async (ctx) => {
    if (!existsSync(folder)) ctx.skip('the shared reference models are not beside this repository');
    const { sentences, hidden } = JSON.parse(readFileSync(join(folder, 'ref.json'), 'utf8')) as {
      sentences: readonly Sentence[];
      hidden: number;
    };
    const sequences = sentences.map(({ ids }) => Int32Array.from(ids));
    const model = await openTransformer(folder, openOptions());
    const { layers } = model.description;
    for (const pooling of ['last', 'mean'] as const) {
      const values = await resultOf(model.activations(sequences, { pooling, signal }));
      sentences.forEach((sentence, i) => {
        sentence[`${pooling}_first4`].forEach((expected, layer) => {
          const at = (i * layers + layer) * hidden;
          expect(relative([...values.subarray(at, at + 4)], expected)).toBeLessThan(1e-5);
        });
      });
    }
    const scores = await resultOf(model.score(sequences, { signal }));
    await model.dispose();
    sentences.forEach(({ ids, mean_nll: loss }, i) => {
      expect(Math.abs(scores[i]! + loss * (ids.length - 1))).toBeLessThan(1e-3);
    });
  });
});
