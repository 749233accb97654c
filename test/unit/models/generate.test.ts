import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generate } from '../../../src/models/generate';
import type { Generation } from '../../../src/models/generate';
import { openTransformer } from '../../../src/models/open';
import type { Transformer } from '../../../src/models/transformer';
import type { Progress } from '../../../src/shared/progress';
import { golden, largestDifference, openOptions, referenceOf, resultOf } from './support';

/** `test/golden/models/continue.py` makes it. */
const reference = JSON.parse(readFileSync(join(golden, 'continuations.json'), 'utf8')) as Record<
  string,
  {
    readonly ends: number[];
    readonly margin: number;
    readonly prompts: { readonly text: string; readonly ids: number[]; readonly greedy: number[][]; texts: string[] }[];
    readonly logits: number[][];
  }
>;
const signal = new AbortController().signal;
// Float32 against float32 with sums in another order, as in the forward tests.
const TOLERANCE = 2e-5;
const GREEDY = { tokens: 12, temperature: 0, seed: 0, signal };

async function withModel<T>(
  name: string,
  executor: 'resident' | 'streaming',
  use: (model: Transformer) => Promise<T>,
): Promise<T> {
  const model = await openTransformer(join(golden, name), openOptions({ executor }));
  return use(model).finally(() => model.dispose());
}

function conditionsOf(name: string): [undefined, { keep: Float32Array }] {
  return [undefined, { keep: Float32Array.from(referenceOf(name).mask) }];
}

describe.each(['gpt2', 'llama-llama3'])('%s continues as in PyTorch', (name) => {
  const { prompts, logits, margin, ends } = reference[name]!;
  const texts = prompts.map(({ text }) => text);

  test.each(['resident', 'streaming'] as const)('greedily, whole and with units silenced, %s', async (executor) => {
    // No decision in the reference is so close that rounding could turn it.
    expect(margin).toBeGreaterThan(1e-3);
    const made = await withModel(name, executor, (model) =>
      resultOf(generate(model, texts, conditionsOf(name), GREEDY)),
    );
    const expected = prompts.flatMap((prompt, i) =>
      prompt.greedy.map((ids, condition) => ({ prompt: i, condition, ids, text: prompt.texts[condition] })),
    );
    expect(made.map((generation) => ({ ...generation, ids: [...generation.ids] }))).toEqual(expected);
    const different = prompts.filter(({ greedy }) => String(greedy[0]) !== String(greedy[1]));
    expect(different.length).toBeGreaterThan(0);
  });

  test('all logits of the next token, each sequence under its own condition', async () => {
    const ids = Int32Array.from(prompts[0]!.ids);
    const other = Int32Array.from(prompts[2]!.ids);
    const items = [
      { ids, condition: 1 },
      { ids: other, condition: 0 },
      { ids, condition: 0 },
    ];
    for (const executor of ['resident', 'streaming'] as const) {
      const all = await withModel(name, executor, (model) =>
        resultOf(model.nextLogits(items, conditionsOf(name), { signal })),
      );
      const size = all.length / 3;
      expect(largestDifference(all.subarray(0, size), logits[1]!)).toBeLessThan(TOLERANCE);
      expect(largestDifference(all.subarray(2 * size), logits[0]!)).toBeLessThan(TOLERANCE);
    }
  });

  test('knows what ends a text, from config and tokenizer', async () => {
    expect(
      [...(await withModel(name, 'resident', (model) => Promise.resolve(model.endIds)))].sort((a, b) => a - b),
    ).toEqual(ends);
  });
});

describe('samples', () => {
  const sample = (model: Transformer, prompts: string[], changes = {}): Promise<Generation[]> =>
    resultOf(generate(model, prompts, [undefined], { ...GREEDY, temperature: 0.7, ...changes }));

  test('follow softmax(logits / 0.7) of PyTorch’s logits', async () => {
    const { logits, prompts } = reference['gpt2']!;
    const scaled = logits[0]!.map((logit) => Math.exp(logit / 0.7));
    const sum = scaled.reduce((total, weight) => total + weight, 0);
    const probable = scaled.map((weight) => weight / sum);
    const draws = 2000;
    const made = await withModel('gpt2', 'resident', (model) =>
      sample(
        model,
        Array.from({ length: draws }, () => prompts[0]!.text),
        { tokens: 1 },
      ),
    );
    // Tokens that end the text leave no id: their share is in none of the counts.
    const counts = new Float64Array(probable.length);
    for (const { ids } of made) if (ids.length > 0) counts[ids[0]!]! += 1;
    const frequent = probable.flatMap((p, id) => (p > 0.02 && ![0, 256].includes(id) ? [id] : []));
    expect(frequent.length).toBeGreaterThan(3);
    for (const id of frequent) {
      const p = probable[id]!;
      // Four standard errors; the seed is fixed, so that this holds or fails for good.
      expect(Math.abs(counts[id]! / draws - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / draws));
    }
  });

  test('are the same for one seed, others for another, and do not depend on other conditions', async () => {
    await withModel('gpt2', 'resident', async (model) => {
      const texts = ['The cat', 'A'];
      const first = await sample(model, texts);
      expect(await sample(model, texts)).toEqual(first);
      expect(await sample(model, texts, { seed: 1 })).not.toEqual(first);
      const options = { ...GREEDY, temperature: 0.7 };
      const both = await resultOf(generate(model, texts, conditionsOf('gpt2'), options));
      expect(both.filter(({ condition }) => condition === 0)).toEqual(first);
    });
  });
});

describe('a continuation ends', () => {
  /** Its tokens are digits; it counts up from the last one, and 7 ends a text. */
  function counting(context: number): Transformer {
    const tokenizer = {
      encode: (text: string) => Int32Array.from([...text].map(Number)),
      decode: (ids: ArrayLike<number>) => Array.from(ids).join(''),
    };
    return {
      description: { context, vocabulary: 10 },
      tokenizer,
      endIds: [7],
      async *nextLogits(items: readonly { ids: Int32Array }[]) {
        return Float32Array.from(
          items.flatMap(({ ids }) => Array.from({ length: 10 }, (_, id) => Number(id === ids.at(-1)! + 1))),
        );
      },
    } as unknown as Transformer;
  }
  const from = async (text: string, context: number, tokens: number): Promise<string> =>
    (await resultOf(generate(counting(context), [text], [undefined], { ...GREEDY, tokens })))[0]!.text;

  test('after the number of tokens', async () => expect(await from('1', 64, 3)).toBe('234'));
  test('before the token that ends a text', async () => expect(await from('4', 64, 9)).toBe('56'));
  test('where the context is full', async () => expect(await from('12', 3, 9)).toBe('34'));

  test('or when it is cancelled', async () => {
    const controller = new AbortController();
    await withModel('gpt2', 'resident', async (model) => {
      const seen: Progress[] = [];
      const run = generate(model, ['The cat'], [undefined], { ...GREEDY, signal: controller.signal });
      seen.push((await run.next()).value as Progress);
      controller.abort();
      await expect(resultOf(run)).rejects.toThrow('cancelled');
      expect(seen).toEqual([{ phase: 'Continuations', done: 0, total: 12, unit: 'tokens' }]);
    });
  });
});

test('a prompt longer than the context is refused by number', async () => {
  await withModel('gpt2', 'resident', async (model) => {
    const run = generate(model, ['fine', 'x'.repeat(65)], [undefined], GREEDY);
    await expect(resultOf(run)).rejects.toThrow(/^Stimulus 2 has 65 tokens, but the model takes at most 64/);
  });
});
