import { Random } from '../../src/math/random';
import { nonwordsFor } from './nonwords';

/** Change it and every nonword changes. */
const SEED = 20240;

/** A sentence and the list of nonwords that is matched to it. */
export interface MatchedPair {
  readonly sentence: string;
  readonly nonwords: string;
}

/**
 * Language-localizer stimuli: for every sentence a list of as many nonwords. Each word type has one nonword of its
 * length, so that repetitions match too; within a list their order is shuffled, so that none follows the sentence's
 * syntax.
 * @param isWord whether a string is a real word, to be left out
 */
export function matchedPairs(sentences: readonly string[], isWord: (text: string) => boolean): MatchedPair[] {
  const random = new Random(SEED, 'nonwords');
  const vocabulary = [...new Set(sentences.flatMap((sentence) => sentence.split(' ')))].sort();
  const nonwords = nonwordsFor(vocabulary, isWord, random.fork('letters'));
  const order = random.fork('order');
  return sentences.map((sentence) => {
    const list = sentence.split(' ').map((word) => nonwords.get(word)!);
    const shuffled = Array.from(order.permutation(list.length), (i) => list[i]!);
    return { sentence, nonwords: shuffled.join(' ') };
  });
}

/** The file `samples/stimuli/language.csv`: columns id, condition, text. */
export function languageCsv(pairs: readonly MatchedPair[]): string {
  const rows = pairs.flatMap(({ sentence, nonwords }, i) => [
    `${2 * i + 1},sentences,${sentence}`,
    `${2 * i + 2},nonwords,${nonwords}`,
  ]);
  return ['id,condition,text', ...rows, ''].join('\n');
}

/** Lines of a text file. */
export function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
