import type { BrainDataset } from '../../data/brain/dataset';
import { specialsAround } from '../../models/token-starts';
import type { ModelTokenizer } from '../../models/tokenizer';
import { datasetWindows } from '../features/words';

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
