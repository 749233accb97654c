import { argsort } from '../../src/math/statistics';
import type { Random } from '../../src/math/random';

/** Edges of a word in its letter sequences. */
const START = '^';
const END = '$';

/** Up to this length every letter sequence is looked at; longer ones are drawn letter by letter. */
const ENUMERATED = 3;

/** Candidates drawn for each word of a length; each word takes the one left with the most similar bigrams. */
const CANDIDATES = 3;

/** Words of this length and more may not stand inside a nonword. */
const RECOGNISED = 4;

/** Parts that no nonword may hold. */
const OFFENSIVE = [
  ...['fuc', 'fuk', 'fack', 'feck', 'fook', 'fart', 'shit', 'cunt', 'coon', 'cock', 'clit', 'dick', 'prick', 'cum'],
  ...['tit', 'teat', 'sex', 'rape', 'slut', 'whor', 'hore', 'hoe', 'puss', 'porn', 'pron', 'anus', 'ass', 'arse'],
  ...['piss', 'poop', 'suck', 'erect', 'bone', 'fist', 'wank', 'bitch', 'homo', 'dyke', 'fag', 'tard', 'hell'],
  ...['nig', 'negr', 'kike', 'spic', 'chink', 'gook', 'wog', 'jap', 'nazi', 'napp', 'kkk'],
];

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const VOWELS = 'aeiou';

/** Letters and letter pairs of a vocabulary, each word counted once. */
export class Orthography {
  private readonly pairs = new Map<string, number>();
  private readonly followers = new Map<string, string[]>();

  constructor(words: Iterable<string>) {
    for (const word of words) {
      const letters = [START, START, ...word, END];
      for (let i = 2; i < letters.length; i++) {
        const pair = letters[i - 1]! + letters[i]!;
        this.pairs.set(pair, (this.pairs.get(pair) ?? 0) + 1);
        const before = letters[i - 2]! + letters[i - 1]!;
        const followers = this.followers.get(before);
        if (followers === undefined) this.followers.set(before, [letters[i]!]);
        else followers.push(letters[i]!);
      }
    }
  }

  /** Mean log₁₀ count of a word's letter pairs, its edges included; −∞ when one never occurs in the vocabulary. */
  bigramFrequency(word: string): number {
    const letters = [START, ...word, END];
    let sum = 0;
    for (let i = 1; i < letters.length; i++) sum += Math.log10(this.pairs.get(letters[i - 1]! + letters[i]!) ?? 0);
    return sum / (letters.length - 1);
  }

  /** Whether words of the vocabulary begin and end with the same two letters; asked of three letters and more. */
  hasUsualEdges(word: string): boolean {
    if (word.length <= 2) return true;
    const begins = this.followers.get(START + word[0]!)?.includes(word[1]!) ?? false;
    return begins && (this.followers.get(word.slice(-2))?.includes(END) ?? false);
  }

  /**
   * A letter sequence drawn letter by letter after the two before, as often as they follow each other in the
   * vocabulary; undefined when it grows beyond `longest`.
   */
  draw(random: Random, longest: number): string | undefined {
    let word = '';
    let before = START + START;
    for (;;) {
      const followers = this.followers.get(before)!;
      const letter = followers[random.below(followers.length)]!;
      if (letter === END) return word;
      if (word.length === longest) return undefined;
      word += letter;
      before = before[1]! + letter;
    }
  }
}

/**
 * For every word a nonword of the same length and nearly the same bigram frequency, pronounceable, different from all
 * others, and neither a word of the vocabulary nor around one.
 * @param words the vocabulary, each word once
 * @param isWord whether a string is a real word, to be left out
 */
export function nonwordsFor(words: readonly string[], isWord: (text: string) => boolean, random: Random): Map<string, string> {
  const orthography = new Orthography(words);
  const vocabulary = new Set(words);
  const isFree = (text: string): boolean =>
    isPronounceable(text) && orthography.hasUsualEdges(text) && !holdsWord(text, vocabulary) && !isWord(text);
  const nonwords = new Map<string, string>();
  for (const length of [...new Set(words.map((word) => word.length))].sort((a, b) => a - b)) {
    const alike = words.filter((word) => word.length === length);
    const pool = new Set(candidates(length, alike.length * CANDIDATES, orthography, isFree, random));
    for (const word of alike) {
      const nonword = nearest(word, [...pool], orthography);
      pool.delete(nonword);
      nonwords.set(word, nonword);
    }
  }
  return nonwords;
}

function nearest(word: string, pool: readonly string[], orthography: Orthography): string {
  if (pool.length === 0) throw new Error(`no nonword is left for "${word}"`);
  const wanted = orthography.bigramFrequency(word);
  const distances = pool.map((candidate) => Math.abs(orthography.bigramFrequency(candidate) - wanted));
  return pool[argsort(distances)[0]!]!;
}

function candidates(
  length: number,
  count: number,
  orthography: Orthography,
  isFree: (text: string) => boolean,
  random: Random,
): Iterable<string> {
  if (length <= ENUMERATED) {
    return sequences(length).filter((text) => Number.isFinite(orthography.bigramFrequency(text)) && isFree(text));
  }
  const drawn = new Set<string>();
  while (drawn.size < count) {
    const text = orthography.draw(random, length);
    if (text?.length === length && isFree(text)) drawn.add(text);
  }
  return drawn;
}

/** Whether `text` is a word of the vocabulary, or has one of four letters or more inside. */
function holdsWord(text: string, vocabulary: ReadonlySet<string>): boolean {
  if (vocabulary.has(text)) return true;
  for (let from = 0; from <= text.length - RECOGNISED; from++) {
    for (let to = from + RECOGNISED; to <= text.length; to++) if (vocabulary.has(text.slice(from, to))) return true;
  }
  return false;
}

function sequences(length: number): string[] {
  if (length === 0) return [''];
  return sequences(length - 1).flatMap((head) => [...LETTERS].map((letter) => head + letter));
}

/** At most three consonants and two vowels in a row, no letter three times running, a vowel and, beyond one letter, a consonant. */
export function isPronounceable(word: string): boolean {
  if (/([a-z])\1\1/.test(word) || /^(.)\1/.test(word) || OFFENSIVE.some((part) => word.includes(part))) return false;
  const shape = [...word].map((letter, i) => (VOWELS.includes(letter) || (letter === 'y' && i > 0) ? 'v' : 'c')).join('');
  if (word.length === 1) return shape === 'v';
  return shape.includes('v') && shape.includes('c') && !/cccc|vvv/.test(shape);
}
