import type { Random } from '../random';

/** What a pair is for in a split. */
export const TRAINING = 0;
export const TEST = 1;
/** It shares a word with a test pair of another relation, and is left out. */
export const LEFT_OUT = 2;

/** A pair as splits see it. */
export interface SplitPair {
  readonly relation: number;
  /** Both words, as they are compared. */
  readonly words: readonly [string, string];
}

/** Groups of pairs that would make the test share larger than this part beyond what is asked for are passed over. */
const EXCESS = 1.5;

/**
 * Test pairs by word: no test pair shares a word with a training pair. In each relation the pairs that hang together by
 * common words (connected components) are drawn in random order until about `share` of its pairs are test pairs; pairs of
 * other relations that share a word with any of these are then left out. Words differ by more than case.
 * @param relations how many there are
 * @returns u8 [pairs]: TRAINING, TEST or LEFT_OUT
 */
export function splitByWord(
  pairs: readonly SplitPair[],
  relations: number,
  share: number,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const roles = new Uint8Array(pairs.length);
  const tested = new Set<string>();
  for (let relation = 0; relation < relations; relation += 1) {
    const own = Array.from(pairs.keys()).filter((i) => pairs[i]!.relation === relation);
    const wanted = Math.round(share * own.length);
    const components = componentsOf(own.map((i) => pairs[i]!.words));
    let taken = 0;
    for (const c of random.permutation(components.length)) {
      const component = components[c]!;
      if (taken >= wanted || taken + component.length > wanted * EXCESS) continue;
      taken += component.length;
      for (const member of component) {
        const index = own[member]!;
        roles[index] = TEST;
        for (const word of pairs[index]!.words) tested.add(word.toLowerCase());
      }
    }
  }
  pairs.forEach(({ words }, i) => {
    if (roles[i] === TRAINING && words.some((word) => tested.has(word.toLowerCase()))) roles[i] = LEFT_OUT;
  });
  return roles;
}

/** Pairs that hang together by common words, each list ascending, in order of their first pair. */
export function componentsOf(pairs: readonly (readonly [string, string])[]): number[][] {
  const parents = Int32Array.from(pairs.keys());
  const root = (i: number): number => {
    let at = i;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!;
      at = parents[at]!;
    }
    return at;
  };
  const holders = new Map<string, number>();
  pairs.forEach((words, i) => {
    for (const word of words.map((one) => one.toLowerCase())) {
      const holder = holders.get(word);
      if (holder === undefined) holders.set(word, i);
      else parents[Math.max(root(i), root(holder))] = Math.min(root(i), root(holder));
    }
  });
  const components = new Map<number, number[]>();
  pairs.forEach((_, i) => {
    const known = components.get(root(i));
    if (known === undefined) components.set(root(i), [i]);
    else known.push(i);
  });
  return [...components.values()];
}
