import { expect, test } from 'vitest';
import { tokenizedDocuments, tokenLimit } from '../../../../src/analyses/sae/token-groups';
import type { TokenGroup, TokenOptions } from '../../../../src/analyses/sae/token-groups';
import type { ModelTokenizer } from '../../../../src/models/tokenizer';
import { documentsOf } from './support';

/** A token per character, the code; BOS 1 and EOS 2 where asked for. */
function tokenizerWith(before: readonly number[], after: readonly number[], seen: number[] = []): ModelTokenizer {
  return {
    encode(text: string, most = Infinity) {
      if (most < before.length + after.length) throw new Error('too few');
      seen.push(text.length);
      const own = Array.from(text, (letter) => letter.charCodeAt(0));
      return Int32Array.from([...before, ...own.slice(0, most - before.length - after.length), ...after]);
    },
    bosId: before[0],
  } as unknown as ModelTokenizer;
}
const modelOf = (tokenizer: ModelTokenizer, context = 2048): Parameters<typeof tokenizedDocuments>[1] =>
  ({ tokenizer, description: { context } }) as unknown as Parameters<typeof tokenizedDocuments>[1];

async function groupsOf(
  texts: readonly string[],
  model: ReturnType<typeof modelOf>,
  options: TokenOptions,
): Promise<TokenGroup[]> {
  const groups: TokenGroup[] = [];
  const source = documentsOf(texts.map((text) => ({ text, type: 'x' })));
  for await (const group of tokenizedDocuments(source, model, options)) groups.push(group);
  return groups;
}
const textOf = (ids: Int32Array): string => String.fromCharCode(...ids);

test('special tokens are fed with every sequence and not counted', async () => {
  const model = modelOf(tokenizerWith([1], [2]));
  const [group] = await groupsOf(['abcdefg', 'hi'], model, { maxTokens: 3 });
  expect(group!.tokens).toBe(5);
  expect(group!.sequences).toEqual([
    {
      ids: Int32Array.of(1, 97, 98, 99, 2),
      first: 1,
      end: 4,
      document: 0,
      start: 0,
      type: 'x',
      source: 'text 0',
      cut: true,
    },
    {
      ids: Int32Array.of(1, 104, 105, 2),
      first: 1,
      end: 3,
      document: 1,
      start: 0,
      type: 'x',
      source: 'text 1',
      cut: false,
    },
  ]);
});

test('a split document comes in consecutive parts that make it up, never above the model’s context', async () => {
  const model = modelOf(tokenizerWith([1], []), 5);
  expect(tokenLimit(model)).toBe(4);
  const groups = await groupsOf(['abcdefghij', 'kl'], model, { long: 'split', groupTokens: 5 });
  const parts = groups.map(({ sequences }) =>
    sequences.map(({ ids, first, end, document, start }) => [document, start, textOf(ids.subarray(first, end))]),
  );
  expect(parts).toEqual([
    [
      [0, 0, 'abcd'],
      [0, 4, 'efgh'],
    ],
    [
      [0, 8, 'ij'],
      [1, 0, 'kl'],
    ],
  ]);
});

test('of a long text that is cut only a start is tokenised; split it comes out whole, part by part', async () => {
  const seen: number[] = [];
  const model = modelOf(tokenizerWith([], [], seen));
  const text = Array.from({ length: 400_000 }, (_, i) => `${i % 10}${i % 7 === 0 ? '\n' : ''}`)
    .join('')
    .repeat(4);
  const [cut] = await groupsOf([text], model, { maxTokens: 100 });
  expect(textOf(cut!.sequences[0]!.ids)).toBe(text.slice(0, 100));
  expect(Math.max(...seen)).toBeLessThan(40_000);
  let whole = '';
  for (const { sequences } of await groupsOf([text], model, { long: 'split' }))
    for (const { ids, start } of sequences) {
      expect(start).toBe(whole.length);
      whole += textOf(ids);
    }
  expect(whole === text).toBe(true);
  expect(Math.max(...seen)).toBeLessThanOrEqual(1_000_001);
});

test('a model whose context holds special tokens alone is refused', () => {
  expect(() => tokenLimit(modelOf(tokenizerWith([1], [2]), 2))).toThrow('all of them special ones');
});
