import { describe, expect, it } from 'vitest';
import { componentsOf, LEFT_OUT, splitByWord, TEST, TRAINING } from '../../../../src/math/crystals/word-splits';
import type { SplitPair } from '../../../../src/math/crystals/word-splits';
import { Random } from '../../../../src/math/random';

const pair = (relation: number, a: string, b: string): SplitPair => ({ relation, words: [a, b] });

describe('splits by word', () => {
  const pairs = [
    ...Array.from({ length: 40 }, (_, i) => pair(0, `country${i}`, `capital${i}`)),
    ...Array.from({ length: 40 }, (_, i) => pair(1, `Country${i}`, `currency${i % 20}`)),
    ...Array.from({ length: 30 }, (_, i) => pair(2, `person${i}`, i < 20 ? 'actor' : `job${i}`)),
  ];
  const split = (seed: number) => splitByWord(pairs, 3, 0.2, new Random(seed));

  it('share no word between training and test, whatever its case', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const roles = split(seed);
      const words = (role: number) =>
        new Set(pairs.filter((_, i) => roles[i] === role).flatMap((one) => one.words.map((w) => w.toLowerCase())));
      const tested = words(TEST);
      expect([...words(TRAINING)].filter((word) => tested.has(word))).toEqual([]);
    }
  });

  it('hold about the share of every relation out, and never a group that is far larger', () => {
    const roles = split(1);
    const tested = [0, 1, 2].map((relation) =>
      pairs.filter((one, i) => one.relation === relation && roles[i] === TEST),
    );
    expect(tested[0]).toHaveLength(8);
    expect(tested[1]).toHaveLength(8);
    expect(tested[2]).toHaveLength(6);
    expect(tested[2]!.every(({ words }) => words[1] !== 'actor')).toBe(true);
    expect(roles.filter((role) => role === LEFT_OUT).length).toBeGreaterThan(0);
  });

  it('differ by seed and are the same for one', () => {
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(2));
  });

  it('rest on groups of pairs that hang together by common words', () => {
    expect(
      componentsOf([
        ['a', 'b'],
        ['c', 'd'],
        ['B', 'e'],
        ['e', 'f'],
        ['g', 'c'],
      ]),
    ).toEqual([
      [0, 2, 3],
      [1, 4],
    ]);
  });
});
