import type { WordPooling } from '../../models/word-tokens';
import type { WordTexts } from './texts';

/**
 * Windows of all lengths as few sequences. Attention is causal and positions count from 0, so that a token's stream
 * depends on the tokens of its window before it and on nothing else: a window that is the beginning of another one (of
 * any word, length or text) is read from that one's pass. Windows that begin at different tokens share nothing.
 */
export interface SharedWindows {
  /** What goes through the model, shortest first: special tokens and a window that begins no other. */
  readonly sequences: readonly Int32Array[];
  /** Of every sequence the tokens that are read, ascending. */
  readonly positions: readonly Int32Array[];
  /** Of every length the rows read (sequence by sequence, position by position) of every word, end to end. */
  readonly rows: readonly Int32Array[];
  /** Of every length and word how many of `rows` are its: 1, or the sub-tokens that are averaged. */
  readonly spans: readonly Int32Array[];
  /** Windows in all, and the tokens that they would take one by one. */
  readonly windows: number;
  readonly tokens: number;
}

/** Windows end to end: tokens `from`…`to − 1` of a text. i32 [lengths · words] */
interface Windows {
  readonly text: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** Where a window is read: at the beginning of a sequence. */
interface Hosted {
  /** The window that goes through the model, by its index: one entry per sequence. */
  readonly hosts: readonly number[];
  /** Index into `hosts`, for every window. */
  readonly host: Int32Array;
}

/**
 * Plans the windows of every word at every length: its last `length` tokens, or all where the text has fewer before it.
 * @param lengths ascending
 * @param steadyTo tokens up to which a sequence gives its tokens the streams that they have in its beginnings (see
 *   `ModelDescription`); longer windows share their pass with their like only
 */
export function shareWindows(
  words: WordTexts,
  lengths: readonly number[],
  pooling: WordPooling,
  steadyTo = Infinity,
): SharedWindows {
  const windows = windowsOf(words, lengths);
  const special = words.before.length;
  const { hosts, host } = hostsOf(windows, words.texts, steadyTo - special);
  const count = words.text.length;
  const picked = hosts.map(() => new Set<number>());
  const firstOf = (window: number): number => {
    const last = windows.to[window]! - windows.from[window]! - 1;
    return pooling === 'last' ? last : Math.max(0, words.starts[window % count]! - windows.from[window]!);
  };
  const eachPosition = (window: number, take: (position: number) => void): void => {
    const length = windows.to[window]! - windows.from[window]!;
    for (let at = firstOf(window); at < length; at += 1) take(special + at);
  };
  host.forEach((h, window) => eachPosition(window, (position) => picked[h]!.add(position)));
  const positions = picked.map((set) => Int32Array.from(set).sort());
  const rowOf = numbered(positions);
  const spans = lengths.map((_, l) => {
    const of = (word: number): number => windows.to[l * count + word]! - windows.from[l * count + word]!;
    return Int32Array.from({ length: count }, (__, word) => of(word) - firstOf(l * count + word));
  });
  const rows = spans.map((span, l) => {
    const own = new Int32Array(span.reduce((sum, n) => sum + n, 0));
    let at = 0;
    for (let word = 0; word < count; word += 1) {
      const window = l * count + word;
      eachPosition(window, (position) => (own[at++] = rowOf[host[window]!]!.get(position)!));
    }
    return own;
  });
  return {
    sequences: hosts.map((window) => withSpecials(words, windows, window)),
    positions,
    rows,
    spans,
    windows: host.length,
    tokens: windows.to.reduce((sum, to, i) => sum + special + to - windows.from[i]!, 0),
  };
}

function windowsOf({ text, ends }: WordTexts, lengths: readonly number[]): Windows {
  const repeated = (of: (word: number, length: number) => number): Int32Array =>
    Int32Array.from({ length: lengths.length * text.length }, (_, i) =>
      of(i % text.length, lengths[Math.floor(i / text.length)]!),
    );
  return {
    text: repeated((word) => text[word]!),
    from: repeated((word, length) => Math.max(0, ends[word]! - length)),
    to: repeated((word) => ends[word]!),
  };
}

/**
 * In the order of a dictionary a window that begins any other begins the very next one: one walk from the end finds the
 * sequence of each.
 */
function hostsOf({ text, from, to }: Windows, texts: readonly Int32Array[], steadyTo: number): Hosted {
  const common = (a: number, b: number): number => {
    const [left, right] = [texts[text[a]!]!, texts[text[b]!]!];
    const most = Math.min(to[a]! - from[a]!, to[b]! - from[b]!);
    let k = 0;
    while (k < most && left[from[a]! + k] === right[from[b]! + k]) k += 1;
    return k;
  };
  const lengthOf = (window: number): number => to[window]! - from[window]!;
  const token = (window: number, k: number): number => texts[text[window]!]![from[window]! + k] ?? -1;
  const compare = (a: number, b: number): number => {
    const k = common(a, b);
    if (k === lengthOf(a) || k === lengthOf(b)) return lengthOf(a) - lengthOf(b);
    return token(a, k) - token(b, k);
  };
  const order = Uint32Array.from(text.keys()).sort(compare);
  const hostOf = new Int32Array(text.length);
  for (let i = order.length - 1; i >= 0; i -= 1) {
    const window = order[i]!;
    const next = order[i + 1];
    const host = next !== undefined && common(window, next) === lengthOf(window) ? hostOf[next]! : window;
    hostOf[window] = lengthOf(host) <= steadyTo || lengthOf(host) === lengthOf(window) ? host : window;
  }
  // Sequences of one length stand together, so that parts of them make full batches; the rest is the dictionary's order.
  const hosts = Array.from(order).filter((window) => hostOf[window] === window);
  hosts.sort((a, b) => lengthOf(a) - lengthOf(b));
  const place = new Map(hosts.map((window, i) => [window, i]));
  return { hosts, host: hostOf.map((window) => place.get(window)!) };
}

/** The row of every position of every sequence, counted end to end. */
function numbered(positions: readonly Int32Array[]): Map<number, number>[] {
  let row = 0;
  return positions.map((own) => new Map(Array.from(own, (position) => [position, row++])));
}

function withSpecials({ before, texts }: WordTexts, { text, from, to }: Windows, window: number): Int32Array {
  const tokens = texts[text[window]!]!.subarray(from[window], to[window]);
  const ids = new Int32Array(before.length + tokens.length);
  ids.set(before);
  ids.set(tokens, before.length);
  return ids;
}
