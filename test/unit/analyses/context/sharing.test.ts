import { describe, expect, it } from 'vitest';
import { shareWindows } from '../../../../src/analyses/context/sharing';
import type { WordTexts } from '../../../../src/analyses/context/texts';
import { Random } from '../../../../src/math/random';

/** Texts over a few tokens only, so that many windows are alike; words of one to three tokens. */
function madeUp(special: readonly number[] = []): WordTexts {
  const random = new Random(4, 'texts');
  const texts: Int32Array[] = [];
  const [text, starts, ends]: [number[], number[], number[]] = [[], [], []];
  for (let t = 0; t < 6; t += 1) {
    const tokens = Int32Array.from({ length: 40 }, () => 10 + random.below(3));
    texts.push(tokens);
    for (let at = 0; at < tokens.length;) {
      const end = Math.min(tokens.length, at + 1 + random.below(3));
      text.push(t);
      starts.push(at);
      ends.push(end);
      at = end;
    }
  }
  const [ofText, ofStarts, ofEnds] = [text, starts, ends].map((list) => Int32Array.from(list));
  return { before: Int32Array.from(special), texts, text: ofText!, starts: ofStarts!, ends: ofEnds! };
}

/** The tokens up to every row: what a causal model has read there. */
function readUpTo({ sequences, positions }: ReturnType<typeof shareWindows>): number[][] {
  return sequences.flatMap((ids, s) => Array.from(positions[s]!, (position) => [...ids.subarray(0, position + 1)]));
}

const LENGTHS = [1, 2, 5, 11, 100];

describe('windows of the last tokens', () => {
  it.each([{ special: [] }, { special: [0, 7] }])(
    'are each read where exactly their tokens have gone through the model, behind $special',
    ({ special }) => {
      const words = madeUp(special);
      const shared = shareWindows(words, LENGTHS, 'last');
      const read = readUpTo(shared);
      LENGTHS.forEach((length, l) => {
        words.ends.forEach((end, word) => {
          const tokens = words.texts[words.text[word]!]!.subarray(Math.max(0, end - length), end);
          expect(read[shared.rows[l]![word]!]).toEqual([...special, ...tokens]);
        });
        expect(shared.spans[l]!.every((span) => span === 1)).toBe(true);
      });
    },
  );

  it('for the mean are read at every sub-token that the length leaves of the word, and at no other', () => {
    const words = madeUp([0]);
    const shared = shareWindows(words, LENGTHS, 'mean');
    const read = readUpTo(shared);
    LENGTHS.forEach((length, l) => {
      let at = 0;
      words.ends.forEach((end, word) => {
        const from = Math.max(0, end - length);
        const tokens = words.texts[words.text[word]!]!;
        const inside = Math.min(length, end - words.starts[word]!);
        expect(shared.spans[l]![word]).toBe(inside);
        for (let k = end - inside; k < end; k += 1, at += 1) {
          expect(read[shared.rows[l]![at]!]).toEqual([0, ...tokens.subarray(from, k + 1)]);
        }
      });
      expect(shared.rows[l]).toHaveLength(at);
    });
  });

  it('go through the model once: none is the beginning of another, and no row is read in vain', () => {
    const shared = shareWindows(madeUp(), LENGTHS, 'last');
    const texts = shared.sequences.map((ids) => `${ids.join(',')},`);
    texts.forEach((text, i) => texts.forEach((other, j) => expect(i !== j && other.startsWith(text)).toBe(false)));
    const rows = shared.positions.reduce((sum, { length }) => sum + length, 0);
    expect(new Set(shared.rows.flatMap((own) => [...own])).size).toBe(rows);
    expect(shared.sequences.map(({ length }) => length)).toEqual(
      shared.sequences.map(({ length }) => length).sort((a, b) => a - b),
    );
  });

  it('beyond what a model is steady to are read from passes of their own length', () => {
    const words = madeUp([0]);
    const shared = shareWindows(words, LENGTHS, 'last', 8);
    const lengthOf = shared.sequences.flatMap(({ length }, s) => Array.from(shared.positions[s]!, () => length));
    const read = readUpTo(shared);
    LENGTHS.forEach((length, l) => {
      words.ends.forEach((end, word) => {
        const row = shared.rows[l]![word]!;
        const tokens = words.texts[words.text[word]!]!.subarray(Math.max(0, end - length), end);
        expect(read[row]).toEqual([0, ...tokens]);
        expect(lengthOf[row]! <= 8 || lengthOf[row] === 1 + tokens.length).toBe(true);
      });
    });
    expect(lengthOf.some((length) => length > 8)).toBe(true);
  });

  it('of a text that is read from its start are one pass', () => {
    const { texts, ...words } = madeUp();
    const first = words.text.filter((t) => t === 0).length;
    const one = { ...words, texts, text: words.text.slice(0, first) };
    const own = { ...one, starts: words.starts.slice(0, first), ends: words.ends.slice(0, first) };
    const shared = shareWindows(own, [100], 'last');
    expect(shared.sequences).toEqual([texts[0]]);
    expect(shared.tokens).toBe(own.ends.reduce((sum, end) => sum + end, 0));
  });
});
