import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTokenizer } from '../../../src/models/tokenizer';
import type { ModelTokenizer } from '../../../src/models/tokenizer';
import { wordSequences } from '../../../src/models/word-tokens';
import { golden } from './support';

const read = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(golden, 'gpt2', name), 'utf8')) as Record<string, unknown>;
/** One token per byte. */
const bytes = createTokenizer({ json: read('tokenizer.json'), config: read('tokenizer_config.json') });
const BOS = 255;

/** The same with a special token before and after every text. */
const framed: ModelTokenizer = {
  ...bytes,
  encode: (text) => Int32Array.of(BOS, ...bytes.encode(text), 0),
  decode: (ids) => bytes.decode(ids),
  token: (id) => bytes.token(id),
};

/** What each word's sub-tokens spell. */
function spelled(words: readonly string[], tokenizer: ModelTokenizer, context: number): string[] {
  return wordSequences(words, tokenizer, context, 'test').flatMap(({ ids, starts, ends }) =>
    Array.from(starts, (start, i) => bytes.decode(ids.subarray(start, ends[i]))),
  );
}

describe('words as a model reads them', () => {
  it('are one text, and every word takes the blank before it', () => {
    const [window, ...more] = wordSequences(['The', ' dog', 'naïve'], bytes, 64, 'test');
    expect(more).toEqual([]);
    expect(bytes.decode(window!.ids)).toBe('The dog naïve');
    expect([...window!.starts]).toEqual([0, 3, 7]);
    expect([...window!.ends]).toEqual([3, 7, 14]);
  });

  it('stand behind the special tokens of the tokenizer, in every window', () => {
    const words = Array.from({ length: 30 }, (_, i) => `w${i}`);
    const windows = wordSequences(words, framed, 22, 'test');
    expect(windows.length).toBeGreaterThan(3);
    for (const { ids } of windows) expect([ids[0], ids.at(-1)]).toEqual([BOS, 0]);
    expect(spelled(words, framed, 22)).toEqual(words.map((word, i) => (i === 0 ? word : ` ${word}`)));
  });

  it.each([12, 13, 20, 64])('are each read once with half a context of %i before them, or all there is', (context) => {
    const words = Array.from({ length: 40 }, (_, i) => 'abcd'.slice(0, 1 + ((i * 7) % 4)));
    const text = bytes.encode(words.join(' '));
    const windows = wordSequences(words, bytes, context, 'test');
    let next = 0;
    let at = 0;
    for (const { ids, first, starts, ends } of windows) {
      expect(first).toBe(next);
      expect(ids.length).toBeLessThanOrEqual(context);
      starts.forEach((start, i) => {
        const word = words[next]!.length + (next === 0 ? 0 : 1);
        expect(ends[i]! - start).toBe(word);
        expect([...ids.subarray(0, ends[i])]).toEqual([...text.subarray(at + word - ends[i]!, at + word)]);
        expect(start).toBeGreaterThanOrEqual(Math.min(at, Math.ceil(context / 2)));
        at += word;
        next += 1;
      });
    }
    expect(next).toBe(words.length);
  });

  it('are refused by name: empty, too long for a window, or without a token of their own', () => {
    const run = (words: string[], tokenizer = bytes) => wordSequences(words, tokenizer, 10, 'run 1 of a.csv');
    expect(() => run(['a', ' '])).toThrow('Word 2 of run 1 of a.csv is empty');
    expect(() => run(['a', 'abcdefghijkl'])).toThrow(
      /Word 2 of run 1 of a.csv, "abcdefghijkl", has 13 tokens, too many for windows of 10/,
    );
    const merging: ModelTokenizer = {
      ...bytes,
      encode: (text) => Int32Array.from(text === '' ? [] : [0]),
      token: () => 'kindaĠof',
    };
    expect(() => run(['kinda', 'of'], merging)).toThrow(/Word 2 of run 1 of a.csv, "of", has no token of its own/);
    expect(run([])).toEqual([]);
  });
});
