import { describe, expect, it } from 'vitest';
import { formulasMet, regionOfToken, regionSurprisals, sentenceOf } from '../../../../src/data/tasks/sentence';
import { suiteOf } from '../../../../src/data/tasks/syntaxgym';
import type { SyntaxGymCondition } from '../../../../src/data/tasks/syntaxgym';

function condition(...contents: readonly string[]): SyntaxGymCondition {
  return { name: 'c', regions: contents.map((content, i) => ({ number: i + 1, content })) };
}

describe('the sentence of a condition', () => {
  it('is its regions joined by one blank, also before punctuation, empty ones left out', () => {
    const { text, regions } = sentenceOf(condition('As the doctor', '', 'studied', ', the nurse left', '.'));
    expect(text).toBe('As the doctor studied , the nurse left .');
    expect(regions.map(({ start, end }) => text.slice(start, end))).toEqual([
      'As the doctor',
      '',
      ' studied',
      ' , the nurse left',
      ' .',
    ]);
  });

  it('begins without a blank even when its first regions are empty', () => {
    const { text, regions } = sentenceOf(condition('', 'What', 'he'));
    expect(text).toBe('What he');
    expect(regions).toEqual([
      { number: 1, start: 0, end: 0 },
      { number: 2, start: 0, end: 4 },
      { number: 3, start: 4, end: 7 },
    ]);
  });

  it('leaves out blanks around a content, and counts UTF-16 units', () => {
    const { text, regions } = sentenceOf(condition(' 🧠 über ', 'alles'));
    expect(text).toBe('🧠 über alles');
    expect(regions[1]).toEqual({ number: 2, start: 7, end: 13 });
  });
});

describe('the region of a token', () => {
  const sentence = sentenceOf(condition('', 'The pilot', '', 'laughs', '.'));
  // "The pilot laughs ." : region 2 has 0–9, region 4 has 9–16, region 5 has 16–18.
  it.each([
    ['its own text', 4, 1],
    ['the blank before it', 9, 3],
    ['the letter after that blank', 10, 3],
    ['the blank before the full stop', 16, 4],
    ['the full stop', 17, 4],
    ['a special token', -1, -1],
  ])('%s', (_, start, region) => {
    expect(regionOfToken(sentence, start)).toBe(region);
  });

  it('counts a token that reaches into the next region for the one in which it starts', () => {
    expect(regionOfToken(sentence, 8)).toBe(1);
  });
});

describe('the surprisal of regions, worked out by hand', () => {
  const sentence = sentenceOf(condition('The pilot', 'laughs', '', '.'));
  // BOS, The, pi, lot, laughs, .
  const starts = [-1, 0, 3, 6, 9, 16];
  const surprisals = [99, NaN, 3, 1.5, 7, 0.25];

  it('sums its tokens, without special tokens and those that have no prediction', () => {
    expect(Array.from(regionSurprisals(sentence, starts, surprisals))).toEqual([4.5, 7, 0, 0.25]);
  });

  it.each([
    ['mean', [2.25, 7, NaN, 0.25]],
    ['median', [2.25, 7, NaN, 0.25]],
    ['range', [1.5, 0, NaN, 0]],
    ['max', [3, 7, NaN, 0.25]],
    ['min', [1.5, 7, NaN, 0.25]],
  ] as const)('or takes their %s where the suite says so', (metric, expected) => {
    expect(Array.from(regionSurprisals(sentence, starts, surprisals, metric))).toEqual(expected);
  });
});

describe('an item', () => {
  const regions = (...contents: string[]): object[] =>
    contents.map((content, i) => ({ region_number: i + 1, content }));
  const suite = suiteOf(
    {
      meta: { metric: 'sum' },
      predictions: [
        { type: 'formula', formula: '(2;%sing%) < (2;%plural%)' },
        { type: 'formula', formula: '(*;%sing%) > (*;%plural%)' },
      ],
      items: [
        {
          item_number: 7,
          conditions: [
            { condition_name: 'plural', regions: regions('The pilot', 'laugh') },
            { condition_name: 'sing', regions: regions('The pilot', 'laughs') },
          ],
        },
      ],
    },
    'own',
    'own.json',
  );

  it('meets each formula on its own, whatever the order of its conditions', () => {
    const met = (plural: number[], sing: number[]): boolean[] => formulasMet(suite, suite.items[0]!, [plural, sing]);
    expect(met([5, 8], [5, 6])).toEqual([true, false]);
    expect(met([1, 8], [5, 6])).toEqual([true, true]);
    expect(met([5, 6], [5, 8])).toEqual([false, true]);
  });
});
