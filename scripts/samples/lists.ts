import { Random } from '../../src/math/random';

/** A text of the built-in text task. */
export interface ListedText {
  readonly text: string;
  readonly condition: 'sentences' | 'word-lists' | 'nonwords';
}

/**
 * Texts for the loss by condition, as the language localizers contrast them (Fedorenko et al. 2010): sentences, the same
 * words in random order, nonword lists; `count` of each, in turn.
 * @param language `id,condition,text` with the conditions sentences and nonwords, no quotes
 */
export function sentencesAndLists(language: string, seed: number, count: number): ListedText[] {
  const rows = language.trim().split('\n').slice(1);
  const of = (condition: string): string[] =>
    rows.flatMap((row) => {
      const [, own, text] = row.split(',') as [string, string, string];
      return own === condition ? [text] : [];
    });
  const nonwords = of('nonwords');
  const random = new Random(seed, 'sentences-and-lists');
  return of('sentences')
    .slice(0, count)
    .flatMap((text, i): ListedText[] => [
      { text, condition: 'sentences' },
      { text: shuffled(text, random), condition: 'word-lists' },
      { text: nonwords[i]!, condition: 'nonwords' },
    ]);
}

/** Another order of a text's words. */
function shuffled(text: string, random: Random): string {
  const words = text.split(' ');
  for (;;) {
    const order = Array.from(random.permutation(words.length), (i) => words[i]!).join(' ');
    if (order !== text) return order;
  }
}
