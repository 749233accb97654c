import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { languageCsv, lines, matchedPairs } from '../../../scripts/samples/language';
import { Orthography, isPronounceable } from '../../../scripts/samples/nonwords';
import { readStimuli } from '../../../src/data/stimuli';
import type { Stimulus } from '../../../src/data/stimuli';
import { mean, standardDeviation } from '../../../src/math/statistics';

const root = join(__dirname, '../../..');
const sampleFile = join(root, 'samples/stimuli/language.csv');
const source = (name: string): string[] => lines(readFileSync(join(root, 'scripts/samples', name), 'utf8'));

let stimuli: Stimulus[];
let sentences: string[];
let nonwords: string[];

beforeAll(async () => {
  stimuli = await readStimuli([sampleFile]);
  const of = (condition: string): string[] => stimuli.filter((s) => s.condition === condition).map((s) => s.text);
  sentences = of('sentences');
  nonwords = of('nonwords');
});

const wordsOf = (texts: readonly string[]): string[] => texts.flatMap((text) => text.split(' '));
const lengths = (text: string): string =>
  wordsOf([text])
    .map((word) => word.length)
    .sort((a, b) => a - b)
    .join(' ');

describe('the built-in language stimuli', () => {
  it('are 240 sentences and 240 lists of nonwords, twelve words each', () => {
    expect([stimuli.length, sentences.length, nonwords.length]).toEqual([480, 240, 240]);
    for (const { text } of stimuli) expect(text).toMatch(/^[a-z]+( [a-z]+){11}$/);
    expect(new Set(stimuli.map(({ text }) => text)).size).toBe(480);
  });

  it('come out of the generator as committed', () => {
    const refused = new Set(source('refused.txt'));
    const csv = languageCsv(matchedPairs(source('sentences.txt'), (text) => refused.has(text)));
    expect(csv === readFileSync(sampleFile, 'utf8')).toBe(true);
  });

  it('have no near-duplicate sentences: no two share four words in a row, or a third of their words', () => {
    const runs = sentences.flatMap((sentence) => {
      const words = sentence.split(' ');
      return Array.from({ length: 9 }, (_, i) => words.slice(i, i + 4).join(' '));
    });
    expect(new Set(runs).size).toBe(runs.length);
    const sets = sentences.map((sentence) => new Set(sentence.split(' ')));
    sets.forEach((a, i) => {
      for (const b of sets.slice(0, i)) {
        const shared = [...a].filter((word) => b.has(word)).length;
        expect(shared / (a.size + b.size - shared)).toBeLessThan(1 / 3);
      }
    });
  });

  it('vary in syntax: at most a third of the sentences begin with the same word', () => {
    const first = new Map<string, number>();
    for (const sentence of sentences) first.set(sentence.split(' ')[0]!, (first.get(sentence.split(' ')[0]!) ?? 0) + 1);
    expect(Math.max(...first.values())).toBeLessThanOrEqual(80);
    expect(first.size).toBeGreaterThan(80);
  });

  it('hold no word of a sentence among the nonwords, nor inside one from four letters on', () => {
    const vocabulary = new Set(wordsOf(sentences));
    const long = [...vocabulary].filter((word) => word.length >= 4);
    for (const nonword of new Set(wordsOf(nonwords))) {
      expect(vocabulary.has(nonword), nonword).toBe(false);
      expect(
        long.filter((word) => nonword.includes(word)),
        nonword,
      ).toEqual([]);
      expect(isPronounceable(nonword), nonword).toBe(true);
    }
  });

  it('match sentence and nonword list pair by pair in the lengths of their words', () => {
    sentences.forEach((sentence, i) => expect(lengths(nonwords[i]!)).toBe(lengths(sentence)));
  });

  it('match in how often words repeat', () => {
    const counts = (texts: readonly string[]): number[] => {
      const seen = new Map<string, number>();
      for (const word of wordsOf(texts)) seen.set(word, (seen.get(word) ?? 0) + 1);
      return [...seen.values()].sort((a, b) => b - a);
    };
    expect(counts(nonwords)).toEqual(counts(sentences));
  });

  it('match in bigram frequency: mean over words within 0.05 s.d. of the sentences’ words', () => {
    const orthography = new Orthography(new Set(wordsOf(sentences)));
    const frequency = (texts: readonly string[]): Float64Array =>
      Float64Array.from(wordsOf(texts), (word) => orthography.bigramFrequency(word));
    const words = frequency(sentences);
    const others = frequency(nonwords);
    expect(Math.abs(mean(words) - mean(others)) / standardDeviation(words, 1)).toBeLessThan(0.05);
    const perStimulus = sentences.map((sentence, i) => mean(frequency([sentence])) - mean(frequency([nonwords[i]!])));
    expect(Math.abs(mean(perStimulus))).toBeLessThan(0.05 * standardDeviation(words, 1));
  });
});
