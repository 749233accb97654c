import { describe, expect, test } from 'vitest';
import { isChecked, selfCheck } from '../../../src/models/self-check';
import type { ModelTokenizer } from '../../../src/models/tokenizer';
import type { ModelDescription, TokenLogProbabilities, Transformer } from '../../../src/models/transformer';
import { startsOf } from '../../../src/models/next-tokens';
import { UserError } from '../../../src/shared/errors';
import { resultOf } from './support';

const { signal } = new AbortController();
const VOCABULARY = 1000;
const BOS = 7;

interface Behaviour {
  /** Log probability of token `i` of a sequence, from 1. */
  readonly logProbability: (ids: Int32Array, i: number) => number;
  readonly addsBos?: boolean;
}

/** A model that says what it is told to, over a tokenizer of one token for each word. */
function modelOf({ logProbability, addsBos = false }: Behaviour): Transformer {
  const tokenizer: Partial<ModelTokenizer> = {
    encode: (text) => Int32Array.from([...(addsBos ? [BOS] : []), ...text.split(' ').map((_, i) => 100 + i)]),
    token: () => '<s>',
    bosId: addsBos ? BOS : undefined,
    namedBosId: BOS,
  };

  async function* nextTokens(sequences: readonly Int32Array[]): AsyncGenerator<never, TokenLogProbabilities> {
    await Promise.resolve();
    const values = sequences.flatMap((ids) => Array.from(ids.subarray(1), (_, i) => logProbability(ids, i + 1)));
    return { values: [Float64Array.from(values)], starts: startsOf(sequences) };
  }
  return { description: { vocabulary: VOCABULARY }, tokenizer, nextTokens } as unknown as Transformer;
}

function check(behaviour: Behaviour): Promise<string[]> {
  return resultOf(selfCheck(modelOf(behaviour), 'mine', signal));
}

describe('the self-check of a model', () => {
  test('says nothing of one that was trained', async () => {
    expect(await check({ logProbability: (_, i) => -2 - Math.sin(i) })).toEqual([]);
  });

  test('tells a model that does no better than a guess, ln 1000 = 6.9', async () => {
    const [warning, ...more] = await check({ logProbability: () => -6.8 });
    expect(warning).toMatch(/Self-check of mine: plain English costs it 6.8 nats per token, where a guess costs 6.9/);
    expect(more).toEqual([]);
  });

  test('tells one that knows every token beforehand', async () => {
    expect(await check({ logProbability: () => -0.02 })).toEqual([
      'Self-check of mine: plain English costs it only 0.02 nats per token: it may see the tokens that it is to predict.',
    ]);
  });

  test('tells tokens that change what came before them', async () => {
    const seesTheEnd = (ids: Int32Array): number => -3 - ids.at(-1)! / 1000;
    expect((await check({ logProbability: seesTheEnd }))[0]).toMatch(
      /tokens that come later change log probabilities of earlier ones, by up to 0\.\d\d nats/,
    );
    const seesTheLast = (ids: Int32Array, i: number): number => -3 - ids[i - 1]! / 1000;
    expect(await check({ logProbability: seesTheLast })).toEqual([]);
  });

  test('tells a BOS that is missed, and is content where it makes no difference or is added', async () => {
    const needsBos = (ids: Int32Array): number => (ids[0] === BOS ? -3 : -9);
    expect(await check({ logProbability: needsBos })).toEqual([
      'Self-check of mine: plain English costs it 9.0 nats per token, and 3.0 behind the BOS <s> that its tokenizer ' +
        'does not add: tokenizer_config.json may lack add_bos_token.',
    ]);
    expect(await check({ logProbability: needsBos, addsBos: true })).toEqual([]);
    expect(await check({ logProbability: (ids) => (ids[0] === BOS ? -3 : -3.6) })).toEqual([]);
  });

  test('that is refused becomes a warning, not an error', async () => {
    const refused = check({
      logProbability: () => {
        throw new UserError('The model has no head', 'Choose another.');
      },
    });
    expect(await refused).toEqual(['Self-check of mine was not possible: The model has no head. Choose another.']);
  });

  test('is not made of toys, and not where blocks are read from disk one by one', () => {
    const of = (parameters: number, executor: Transformer['executor']): boolean =>
      isChecked({ description: { parameters } as ModelDescription, executor });
    expect([of(135e6, 'resident'), of(135e6, 'streaming'), of(70e3, 'resident')]).toEqual([true, false, false]);
  });
});
