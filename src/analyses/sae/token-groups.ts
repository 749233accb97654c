import type { DocumentSource, TextDocument } from '../../data/documents/documents';
import type { ModelTokenizer } from '../../models/tokenizer';
import type { Transformer } from '../../models/transformer';
import { UserError } from '../../shared/errors';

/** Consecutive tokens of one document as the model reads them. */
export interface DocumentTokens {
  /** What is fed, with the special tokens that the model's tokenizer adds. */
  readonly ids: Int32Array;
  /** Counted are ids[first … end − 1]: the text's own tokens, without special ones. */
  readonly first: number;
  readonly end: number;
  /** Index of the document among those that the source gives, from 0. */
  readonly document: number;
  /** Place of the first counted token in the document's tokens; 0 unless the document is split. */
  readonly start: number;
  readonly type: string;
  readonly source: string;
  /** The document goes on behind this, and the rest is left out (`long: 'cut'`). */
  readonly cut: boolean;
}

/** Sequences that are held at once; many, so that equal lengths among them can run together. */
export interface TokenGroup {
  readonly sequences: readonly DocumentTokens[];
  /** Counted tokens. */
  readonly tokens: number;
}

export interface TokenOptions {
  /** Counted tokens of a sequence at most (default 1,024), never more than the model has positions for. */
  readonly maxTokens?: number | undefined;
  /**
   * A longer document is `cut` (default): its first tokens alone; or `split`: read in consecutive sequences, each with
   * the special tokens of its own and without the ones before it in view.
   */
  readonly long?: 'cut' | 'split' | undefined;
  /** A group is handed over as soon as it holds so many counted tokens (default 8,192); it exceeds them by one sequence. */
  readonly groupTokens?: number | undefined;
}

/** Counted tokens of a sequence at most, by default. */
export const MAX_TOKENS = 1024;
/** Counted tokens of a group, by default. */
export const GROUP_TOKENS = 8192;
/** Texts up to this many characters are tokenised whole. */
const WHOLE_CHARACTERS = 32_768;
/** Characters of a split document that are tokenised at once. */
const SLAB_CHARACTERS = 1_000_000;

type Reader = Pick<Transformer, 'tokenizer' | 'description'>;

/**
 * The documents as token sequences, in groups of bounded size: memory holds one group and one document.
 * A text beyond 1 MB that is split is tokenised in parts that end at line ends, which may change a token at each of them.
 * @throws UserError where the model has no room for a token besides its special ones
 */
export async function* tokenizedDocuments(
  source: Pick<DocumentSource, 'documents'>,
  model: Reader,
  options: TokenOptions = {},
): AsyncGenerator<TokenGroup> {
  const { groupTokens = GROUP_TOKENS } = options;
  const frame = frameOf(model.tokenizer);
  const limit = tokenLimit(model, options.maxTokens);
  let sequences: DocumentTokens[] = [];
  let tokens = 0;
  let document = -1;
  for await (const text of source.documents()) {
    document += 1;
    for (const piece of piecesOf(text, model.tokenizer, frame, limit, options.long ?? 'cut')) {
      sequences.push({ ...piece, document });
      tokens += piece.end - piece.first;
      if (tokens < groupTokens) continue;
      yield { sequences, tokens };
      sequences = [];
      tokens = 0;
    }
  }
  if (sequences.length > 0) yield { sequences, tokens };
}

/**
 * Counted tokens that a sequence holds at most: `maxTokens`, or what the model's positions leave beside special tokens.
 * @throws UserError where that is none
 */
export function tokenLimit({ tokenizer, description }: Reader, maxTokens = MAX_TOKENS): number {
  const { before, after } = frameOf(tokenizer);
  const room = description.context - before.length - after.length;
  if (room > 0) return Math.min(maxTokens, room);
  throw new UserError(
    `The model takes ${description.context} tokens, all of them special ones`,
    'Choose a model with a longer context.',
  );
}

/** Special tokens that a tokenizer puts around every text. */
interface Frame {
  readonly before: Int32Array;
  readonly after: Int32Array;
}

const frames = new WeakMap<ModelTokenizer, Frame>();

function frameOf(tokenizer: ModelTokenizer): Frame {
  const known = frames.get(tokenizer);
  if (known !== undefined) return known;
  const specials = specialsOf(tokenizer);
  const withText = tokenizer.encode('a', specials.length + 1);
  // Where the text's token stands between them, the special tokens part.
  const parted = specials.findIndex((id, i) => id !== withText[i]);
  const length = tokenizer.bosId === undefined ? 0 : parted < 0 ? specials.length : parted;
  const frame = { before: specials.slice(0, length), after: specials.slice(length) };
  frames.set(tokenizer, frame);
  return frame;
}

/** A text cut to the fewest tokens that the tokenizer allows is its special tokens alone. */
function specialsOf(tokenizer: ModelTokenizer): Int32Array {
  for (let count = 0; ; count += 1) {
    try {
      return tokenizer.encode('a', count);
    } catch (error) {
      if (count > 16) throw error;
    }
  }
}

function* piecesOf(
  { text, type, source }: TextDocument,
  tokenizer: ModelTokenizer,
  frame: Frame,
  limit: number,
  long: 'cut' | 'split',
): Generator<Omit<DocumentTokens, 'document'>> {
  const piece = (own: Int32Array, start: number, cut: boolean): Omit<DocumentTokens, 'document'> => {
    const first = frame.before.length;
    const ids = new Int32Array(first + own.length + frame.after.length);
    ids.set(frame.before);
    ids.set(own, first);
    ids.set(frame.after, first + own.length);
    return { ids, first, end: first + own.length, start, type, source, cut };
  };
  if (long === 'cut') {
    const { own, more } = firstTokens(text, tokenizer, frame, limit);
    if (own.length > 0) yield piece(own, 0, more);
    return;
  }
  let start = 0;
  let waiting = new Int32Array(0);
  for (const slab of slabsOf(text)) {
    waiting = joined(waiting, ownTokens(slab, tokenizer, frame));
    let at = 0;
    for (; waiting.length - at > limit; at += limit) {
      yield piece(waiting.subarray(at, at + limit), start, false);
      start += limit;
    }
    waiting = waiting.slice(at);
  }
  if (waiting.length > 0) yield piece(waiting, start, false);
}

/**
 * The first `limit` tokens of a text. Of a long one only a start is tokenised, up to a blank, at least twice as many tokens
 * as are taken: those near the edge, which the rest of the text could change, are not among them.
 */
function firstTokens(
  text: string,
  tokenizer: ModelTokenizer,
  frame: Frame,
  limit: number,
): { readonly own: Int32Array; readonly more: boolean } {
  for (let size = Math.max(WHOLE_CHARACTERS, 16 * limit); size < text.length; size *= 4) {
    const start = text.slice(0, lineEnd(text, size));
    const own = ownTokens(start, tokenizer, frame);
    if (own.length >= 2 * limit) return { own: own.subarray(0, limit), more: true };
  }
  const own = ownTokens(text, tokenizer, frame);
  return { own: own.subarray(0, limit), more: own.length > limit };
}

function ownTokens(text: string, tokenizer: ModelTokenizer, { before, after }: Frame): Int32Array {
  const ids = tokenizer.encode(text);
  return ids.subarray(before.length, ids.length - after.length);
}

function* slabsOf(text: string): Generator<string> {
  let at = 0;
  while (text.length - at > SLAB_CHARACTERS) {
    const end = lineEnd(text, at + SLAB_CHARACTERS);
    yield text.slice(at, end);
    at = end;
  }
  yield text.slice(at);
}

/** The last line end or else blank in the half megabyte before `near`; never inside a surrogate pair. */
function lineEnd(text: string, near: number): number {
  const least = Math.max(1, near - SLAB_CHARACTERS / 2);
  for (const blank of ['\n', ' ']) {
    const at = text.lastIndexOf(blank, near);
    if (at >= least) return at;
  }
  return /[\uDC00-\uDFFF]/.test(text.charAt(near)) ? near - 1 : near;
}

function joined(a: Int32Array, b: Int32Array): Int32Array<ArrayBuffer> {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
