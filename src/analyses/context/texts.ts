import type { BrainDataset } from '../../data/brain/dataset';
import { specialsAround } from '../../models/token-starts';
import type { ModelTokenizer } from '../../models/tokenizer';
import { datasetWindows } from '../features/words';
import type { ContextLength } from './spec';

/** A dataset's texts in tokens, and where its words lie in them. */
export interface WordTexts {
  /** Special tokens that stand before every text. */
  readonly before: Int32Array;
  /** Tokens of every text, special ones left out. */
  readonly texts: readonly Int32Array[];
  /** Of every word of the dataset its text, its first token there, and the one after its last: i32 [words]. */
  readonly text: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * The length that stands for every length: no text has more tokens up to a word than the longest such, so that lengths from
 * there on read the same windows, which are those of `full` where `align` reads every text in one window.
 * @param window tokens of a text that `align` reads at once
 */
export function sameWindows(
  { texts, ends }: Pick<WordTexts, 'texts' | 'ends'>,
  lengths: readonly ContextLength[],
  window: number,
): ContextLength[] {
  const longest = ends.reduce((longer, end) => Math.max(longer, end), 0);
  const whole = texts.every(({ length }) => length <= window);
  const first = lengths.find((length) => length !== 'full' && length >= longest);
  const stands = whole && lengths.includes('full') ? 'full' : first;
  return lengths.map((length) => (length !== 'full' && length >= longest ? stands! : length));
}

/**
 * Texts as `align` tokenises them: a run of words as a whole, or a word behind the context that the dataset gives.
 * @throws UserError that names a word
 */
export function wordTexts(dataset: Pick<BrainDataset, 'words' | 'name'>, tokenizer: ModelTokenizer): WordTexts {
  const { windows, order } = datasetWindows(dataset, tokenizer, Infinity);
  const first = windows[0]?.ids ?? new Int32Array();
  const { before, after } = specialsAround(tokenizer, first);
  // Words of all windows end to end, as `order` counts them.
  const places = windows.flatMap(({ starts, ends }, text) =>
    Array.from(starts, (start, i) => ({ text, start: start - before, end: ends[i]! - before })),
  );
  const ofWords = (of: (place: (typeof places)[number]) => number): Int32Array =>
    order.map((place) => of(places[place]!));
  return {
    before: first.slice(0, before),
    texts: windows.map(({ ids }) => ids.subarray(before, ids.length - after)),
    text: ofWords(({ text }) => text),
    starts: ofWords(({ start }) => start),
    ends: ofWords(({ end }) => end),
  };
}
