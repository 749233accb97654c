import { UserError } from '../../shared/errors';
import { readBytes } from '../files';
import { decodeText } from '../text';

/** A labelled stretch of time, in seconds. */
export interface TextGridInterval {
  readonly onset: number;
  readonly offset: number;
  readonly text: string;
}

export interface TextGridTier {
  readonly name: string;
  readonly intervals: readonly TextGridInterval[];
}

/** A Praat TextGrid: its interval tiers, and the names of its point tiers, which hold no words. */
export interface TextGrid {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly tiers: readonly TextGridTier[];
  readonly pointTiers: readonly string[];
}

export interface TimedWord {
  readonly word: string;
  readonly onset: number;
  readonly offset: number;
}

/** Words of a tier in order, and the intervals between them. */
export interface TierWords {
  readonly words: readonly TimedWord[];
  readonly pauses: readonly TextGridInterval[];
}

/** Labels of silence and noise of the Penn and Montreal aligners, MAUS and WebMAUS; `<unk>` is a word that was said. */
const PAUSE =
  /^(|sp|sil|spn|pau|pause|silence|nsn|noise|#+|_+|\.\.\.|\((sil|pause|\.+)\)|\{.*\}|\[.*\]|<(?!unk>).*>)$/i;
const WORD_TIERS = ['words', 'word'];

/**
 * Reads a TextGrid in Praat's long or short text format, UTF-8 or UTF-16 with a byte-order mark.
 * @throws UserError for other files (binary TextGrids by name) and damaged ones, with the line
 */
export async function readTextGrid(file: string): Promise<TextGrid> {
  const tokens = new Tokens(decode(await readBytes(file), file), file);
  if (tokens.text() !== 'ooTextFile' || tokens.text() !== 'TextGrid') {
    throw new UserError(`${file} is not a Praat TextGrid`, 'Save it in Praat with "Save as text file…".');
  }
  const start = tokens.number();
  const end = tokens.number();
  const tiers: TextGridTier[] = [];
  const pointTiers: string[] = [];
  const count = tokens.flag() === 'exists' ? tokens.number() : 0;
  for (let i = 0; i < count; i++) {
    const kind = tokens.text();
    const name = tokens.text();
    tokens.number();
    tokens.number();
    const size = tokens.number();
    if (kind === 'IntervalTier') {
      tiers.push({ name, intervals: readIntervals(tokens, size) });
    } else {
      skipPoints(tokens, size);
      pointTiers.push(name);
    }
  }
  return { file, start, end, tiers, pointTiers };
}

/**
 * The words of an interval tier. Pauses are empty labels and the labels of forced aligners: sp, sil, spn, pau, #, and
 * anything in <>, {} or [] but <unk>.
 * @param tier by its name; without one, the tier called words or word, or the only one
 * @throws UserError that lists the tiers
 */
export function tierWords(grid: TextGrid, tier?: string): TierWords {
  const words: TimedWord[] = [];
  const pauses: TextGridInterval[] = [];
  for (const { onset, offset, text } of pickTier(grid, tier).intervals) {
    const word = text.trim();
    if (PAUSE.test(word)) pauses.push({ onset, offset, text: word });
    else words.push({ word, onset, offset });
  }
  return { words, pauses };
}

function pickTier(grid: TextGrid, name: string | undefined): TextGridTier {
  const [first, ...others] = grid.tiers;
  if (name === undefined && first !== undefined && others.length === 0) return first;
  const wanted = name === undefined ? WORD_TIERS : [name.toLowerCase()];
  const found =
    grid.tiers.find((tier) => tier.name === name) ??
    grid.tiers.find((tier) => wanted.includes(tier.name.trim().toLowerCase()));
  if (found !== undefined) return found;
  const names = grid.tiers.map((tier) => `"${tier.name}"`).join(', ');
  if (grid.pointTiers.some((tier) => tier === name)) {
    throw new UserError(`${grid.file}: tier "${name}" holds points in time, not words`, `Name one of: ${names}.`);
  }
  const problem = name === undefined ? 'none of its interval tiers is called "words"' : `no interval tier "${name}"`;
  throw new UserError(`${grid.file}: ${problem}`, names === '' ? 'It has no interval tier.' : `Name one of: ${names}.`);
}

function readIntervals(tokens: Tokens, size: number): TextGridInterval[] {
  const intervals: TextGridInterval[] = [];
  let end = -Infinity;
  for (let i = 0; i < size; i++) {
    const onset = tokens.number();
    const offset = tokens.number();
    if (offset < onset || onset < end) throw tokens.problem(`interval ${onset} to ${offset} s goes back in time`);
    end = offset;
    intervals.push({ onset, offset, text: tokens.text() });
  }
  return intervals;
}

function skipPoints(tokens: Tokens, size: number): void {
  for (let i = 0; i < size; i++) {
    tokens.number();
    tokens.text();
  }
}

function decode(bytes: Uint8Array, file: string): string {
  if (new TextDecoder('latin1').decode(bytes.subarray(0, 12)) === 'ooBinaryFile') {
    throw new UserError(`${file} is a binary TextGrid`, 'Save it in Praat with "Save as text file…".');
  }
  const utf16 = [bytes[0], bytes[1]].join() === '255,254' ? 'utf-16le' : undefined;
  const encoding = utf16 ?? ([bytes[0], bytes[1]].join() === '254,255' ? 'utf-16be' : undefined);
  return encoding === undefined ? decodeText(bytes, file) : new TextDecoder(encoding).decode(bytes);
}

/**
 * Praat's text files are a sequence of free-standing numbers, quoted texts (a quote inside is doubled) and flags in
 * angle brackets; all else, and what follows an exclamation mark, is comment. So the long and the short format are one.
 */
class Tokens {
  readonly #pattern =
    /"((?:[^"]|"")*)"|(?<!\S)<(\w+)>|(?<!\S)([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?!\S)|![^\n]*/g;

  constructor(
    private readonly source: string,
    private readonly file: string,
  ) {}

  text(): string {
    const [, text] = this.#next();
    if (text === undefined) throw this.problem('a text in double quotes is missing');
    return text.replaceAll('""', '"');
  }

  number(): number {
    const [, , , number] = this.#next();
    if (number === undefined) throw this.problem('a number is missing');
    return Number(number);
  }

  flag(): string {
    const [, , flag] = this.#next();
    if (flag === undefined) throw this.problem('<exists> is missing');
    return flag;
  }

  problem(what: string): UserError {
    const line = this.source.slice(0, this.#pattern.lastIndex || undefined).split('\n').length;
    return new UserError(`${this.file}, line ${line}: ${what}`, 'It may be truncated: save it again with Praat.');
  }

  #next(): (string | undefined)[] {
    for (;;) {
      const match = this.#pattern.exec(this.source);
      if (match === null) return [];
      if (!match[0].startsWith('!')) return match;
    }
  }
}
