import { UserError } from '../shared/errors';
import type { ModelTokenizer } from './tokenizer';

/**
 * Where every token of `encode(text)` starts in the text, in UTF-16 units; −1 for special tokens around it. A blank
 * that is part of a token counts (" the" starts at the blank); tokens that share the bytes of one character all start at
 * that character. The library gives no offsets, so they are rebuilt from the tokens' pieces, and checked: together the
 * pieces must spell the text, as it is or in a Unicode normal form.
 * @throws UserError when they do not, for tokenizers that lower-case or strip
 */
export function tokenStarts(tokenizer: ModelTokenizer, text: string): Int32Array {
  const ids = tokenizer.encode(text);
  const { before, after } = specialsAround(tokenizer, ids);
  const pieces = Array.from(ids.subarray(before, ids.length - after), (id) => tokenizer.token(id));
  const starts = startsOf(pieces, text);
  if (starts === undefined) {
    throw new UserError(
      `the tokens of ${JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)} cannot be found in it: the model's tokenizer changes the text`,
      'Use a model whose tokenizer keeps case, accents and blanks.',
    );
  }
  return Int32Array.from(ids, (_, i) => starts[i - before] ?? -1);
}

/** How many of a text's ids are special tokens before and behind it: those that stand around an empty text too. */
export function specialsAround(tokenizer: ModelTokenizer, ids: Int32Array): { before: number; after: number } {
  const specials = tokenizer.encode('');
  let before = 0;
  while (before < specials.length && specials[before] === ids[before]) before += 1;
  return { before, after: specials.length - before };
}

function startsOf(pieces: readonly string[], text: string): Int32Array | undefined {
  const spellings = [pieces.map(byteLevelBytes), pieces.map(sentencePieceBytes)];
  for (const form of [undefined, 'NFC', 'NFKC'] as const) {
    const target = spell(text, form);
    for (const spelling of spellings) {
      const starts = align(spelling, target);
      if (starts !== undefined) return starts;
    }
  }
  return undefined;
}

/** UTF-8 bytes of a text, and for every byte the UTF-16 index that it comes from; one more index for the end. */
interface Spelled {
  readonly bytes: readonly number[];
  readonly index: readonly number[];
}

const UTF8 = new TextEncoder();
const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' });

function spell(text: string, form: 'NFC' | 'NFKC' | undefined): Spelled {
  const bytes: number[] = [];
  const index: number[] = [];
  let at = 0;
  // Normalisation works within a grapheme (a letter and its accents), so each keeps its own index.
  const parts = form === undefined ? text : Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
  for (const part of parts) {
    for (const byte of UTF8.encode(form === undefined ? part : part.normalize(form))) {
      bytes.push(byte);
      index.push(at);
    }
    at += part.length;
  }
  index.push(at);
  return { bytes, index };
}

/** A tokenizer may put one blank before the text. */
function align(pieces: readonly (readonly number[])[], target: Spelled): Int32Array | undefined {
  const spelled = pieces.flat();
  const dummy = spelled.length - target.bytes.length;
  if (dummy !== 0 && !(dummy === 1 && spelled[0] === 0x20)) return undefined;
  if (!target.bytes.every((byte, i) => spelled[i + dummy] === byte)) return undefined;
  let at = 0;
  return Int32Array.from(pieces, (piece) => {
    const start = target.index[Math.max(at - dummy, 0)]!;
    at += piece.length;
    return start;
  });
}

/** GPT-2's table: printable Latin-1 stands for itself, the other 68 bytes for U+0100 and on, in their order. */
const BYTE_OF = new Map<string, number>();
for (let byte = 0, next = 0x100; byte < 256; byte++) {
  const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  BYTE_OF.set(String.fromCodePoint(printable ? byte : next++), byte);
}

function byteLevelBytes(piece: string): number[] {
  return Array.from(piece).flatMap((character) => {
    const byte = BYTE_OF.get(character);
    // Added tokens are stored as plain text, blanks and all.
    return byte === undefined ? Array.from(UTF8.encode(character)) : [byte];
  });
}

function sentencePieceBytes(piece: string): number[] {
  const fallback = /^<0x([0-9A-F]{2})>$/.exec(piece);
  if (fallback !== null) return [Number.parseInt(fallback[1]!, 16)];
  return Array.from(UTF8.encode(piece.replaceAll('▁', ' ')));
}
