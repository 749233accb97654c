import { UserError } from '../shared/errors';
import { tokenStarts } from './token-starts';
import type { ModelTokenizer } from './tokenizer';

/** Which of a word's sub-tokens stand for it. */
export type WordPooling = 'last' | 'mean';

/** Tokens that go through the model together, and where the words lie in them. */
export interface WordWindow {
  /** With the special tokens that the tokenizer adds. */
  readonly ids: Int32Array;
  /** Words that are read in this window: `first`…`first + ends.length − 1` of the run. */
  readonly first: number;
  /** Of each such word its first sub-token in `ids`, and the one after its last. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * One run of words as the model reads it: the words joined with single blanks are one text, tokenised as a whole. Tokens
 * are given to words by where they start: the blank before a word is the word's. A text longer than `context` is cut
 * into windows that overlap, each from a word's start on: every word is read in one window, where at least half of the
 * context's tokens stand before it, or all there are.
 * @param words of one run, in order
 * @param context tokens that go through the model at most, special tokens included
 * @param what names the run in messages: "run 1 of words.csv"
 * @returns windows in order; together they read every word once
 * @throws UserError that names a word that is empty, has no token of its own, or does not fit into the context
 */
export function wordSequences(
  words: readonly string[],
  tokenizer: ModelTokenizer,
  context: number,
  what: string,
): WordWindow[] {
  const trimmed = words.map((word) => word.trim());
  const empty = trimmed.indexOf('');
  if (empty >= 0) throw new UserError(`Word ${empty + 1} of ${what} is empty`, 'Remove its row or fill in the word.');
  if (trimmed.length === 0) return [];
  const text = trimmed.join(' ');
  const ids = tokenizer.encode(text);
  const tokens = tokenStarts(tokenizer, text);
  const before = tokens.findIndex((start) => start >= 0);
  const after = tokens.length - tokens.findLastIndex((start) => start >= 0) - 1;
  if (before < 0) throw noToken(trimmed, 0, what);
  const spans = spansOf(trimmed, tokens.subarray(before, tokens.length - after), what);
  const room = context - before - after;
  const content = ids.subarray(before, ids.length - after);
  return cut(trimmed, spans, content.length, room, what).map(({ from, to, first, last }) => {
    const window = new Int32Array(before + to - from + after);
    window.set(ids.subarray(0, before));
    window.set(content.subarray(from, to), before);
    window.set(ids.subarray(ids.length - after), before + to - from);
    const place = (token: number): number => token - from + before;
    return {
      ids: window,
      first,
      starts: spans.starts.slice(first, last).map(place),
      ends: spans.ends.slice(first, last).map(place),
    };
  });
}

/** Of every word its first token and the one after its last, i32 [words]. */
interface Spans {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

function spansOf(words: readonly string[], tokens: Int32Array, what: string): Spans {
  const starts = new Int32Array(words.length);
  const ends = new Int32Array(words.length);
  let token = 0;
  let character = 0;
  words.forEach((word, i) => {
    character += word.length + (i === 0 ? 0 : 1);
    starts[i] = token;
    while (token < tokens.length && tokens[token]! < character) token += 1;
    ends[i] = token;
    if (starts[i] === token) throw noToken(words, i, what);
  });
  return { starts, ends };
}

interface Cut {
  /** Tokens of the content. */
  readonly from: number;
  readonly to: number;
  /** Words that are read. */
  readonly first: number;
  readonly last: number;
}

function cut(words: readonly string[], { starts, ends }: Spans, tokens: number, room: number, what: string): Cut[] {
  const half = Math.ceil(room / 2);
  const cuts: Cut[] = [];
  let first = 0;
  while (first < words.length) {
    let start = first;
    while (start > 0 && starts[first]! - starts[start]! < half) start -= 1;
    // A long word may leave no room for the whole word with which the half context begins.
    const from = cuts.length === 0 ? 0 : Math.max(starts[start]!, ends[first]! - room);
    const to = Math.min(tokens, from + room);
    let last = first;
    while (last < words.length && starts[last]! >= from && ends[last]! <= to) last += 1;
    if (last === first) {
      const problem = `Word ${first + 1} of ${what}, ${JSON.stringify(words[first])}, has ${ends[first]! - starts[first]!} tokens`;
      throw new UserError(`${problem}, too many for windows of ${room}`, 'Split the word, or use a longer context.');
    }
    cuts.push({ from, to, first, last });
    first = last;
  }
  return cuts;
}

function noToken(words: readonly string[], index: number, what: string): UserError {
  return new UserError(
    `Word ${index + 1} of ${what}, ${JSON.stringify(words[index])}, has no token of its own in this model's tokenizer`,
    'Join it with its neighbour, or leave it out.',
  );
}
