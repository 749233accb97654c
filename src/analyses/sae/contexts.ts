/** Tokens on which features were most active, with the tokens around them: flat arrays, a slot per feature and place. */
export interface TopContexts {
  readonly features: number;
  /** Places per feature. */
  readonly perFeature: number;
  /** Tokens before the active one, and as many after it. */
  readonly around: number;
  /** i32 [features]: places in use. */
  readonly counts: Int32Array;
  /** f32 [features, perFeature]: activations, largest first. */
  readonly values: Float32Array;
  /** i32 [features, perFeature]: the document, an index into those that the source gives. */
  readonly documents: Int32Array;
  /** i32 [features, perFeature]: place of the token in its document. */
  readonly places: Int32Array;
  /** i32 [features, perFeature, 2·around + 1]: token ids around it; −1 beyond what the model read. */
  readonly windows: Int32Array;
}

/** A token that a feature is active on. */
export interface ActiveToken {
  readonly document: number;
  /** Place in the document. */
  readonly place: number;
  /** The counted tokens of the sequence that it is in, and its index among them. */
  readonly ids: Int32Array;
  readonly index: number;
}

/** Contexts of one document that a feature keeps at most: or a text that repeats itself would fill all places. */
const PER_DOCUMENT = 2;

/**
 * Keeps for every feature its `perFeature` largest activations, two of a document at most. Of equal ones the earlier stays.
 * The result is that of sorting all tokens and taking from the top: each newcomer costs the smallest of its document where
 * that has two others, else the smallest of all.
 */
export class ContextHeap implements TopContexts {
  readonly counts: Int32Array;
  readonly values: Float32Array;
  readonly documents: Int32Array;
  readonly places: Int32Array;
  readonly windows: Int32Array;

  constructor(
    readonly features: number,
    readonly perFeature: number,
    readonly around: number,
  ) {
    this.counts = new Int32Array(features);
    this.values = new Float32Array(features * perFeature);
    this.documents = new Int32Array(features * perFeature);
    this.places = new Int32Array(features * perFeature);
    this.windows = new Int32Array(features * perFeature * (2 * around + 1)).fill(-1);
  }

  /** The arrays that a checkpoint keeps. */
  get arrays(): readonly (Int32Array | Float32Array)[] {
    return [this.counts, this.values, this.documents, this.places, this.windows];
  }

  /** Offers an activation; tokens come in the order of the documents. */
  offer(feature: number, value: number, token: ActiveToken): void {
    const { perFeature } = this;
    const count = this.counts[feature]!;
    const base = feature * perFeature;
    if (perFeature === 0 || (count === perFeature && value <= this.values[base + count - 1]!)) return;
    const out = this.leaving(base, count, token.document);
    if (out < base + count && value <= this.values[out]!) return;
    if (out === base + count) this.counts[feature] = count + 1;
    let at = out;
    for (; at > base && value > this.values[at - 1]!; at -= 1) this.move(at - 1, at);
    this.put(at, value, token);
  }

  /** The place that a newcomer of this document takes: the next free one, that document's last, or the last of all. */
  private leaving(base: number, count: number, document: number): number {
    let last = -1;
    let same = 0;
    for (let at = base; at < base + count; at += 1) {
      if (this.documents[at] !== document) continue;
      same += 1;
      last = at;
    }
    if (same >= PER_DOCUMENT) return last;
    return count < this.perFeature ? base + count : base + count - 1;
  }

  private move(from: number, to: number): void {
    const width = 2 * this.around + 1;
    this.values[to] = this.values[from]!;
    this.documents[to] = this.documents[from]!;
    this.places[to] = this.places[from]!;
    this.windows.copyWithin(to * width, from * width, (from + 1) * width);
  }

  private put(at: number, value: number, { document, place, ids, index }: ActiveToken): void {
    const { around } = this;
    const width = 2 * around + 1;
    this.values[at] = value;
    this.documents[at] = document;
    this.places[at] = place;
    for (let i = 0; i < width; i += 1) this.windows[at * width + i] = ids[index - around + i] ?? -1;
  }
}

/** One context in words. */
export interface DecodedContext {
  readonly value: number;
  readonly document: number;
  readonly before: string;
  readonly token: string;
  readonly after: string;
}

/** The active tokens of one feature's contexts alone, largest activation first: little to decode, and only as far as asked. */
export function* decodeTokens(
  { perFeature, around, windows, counts }: TopContexts,
  feature: number,
  tokenizer: { decode(ids: ArrayLike<number>): string },
): Generator<string> {
  const width = 2 * around + 1;
  for (let i = 0; i < counts[feature]!; i += 1) {
    const at = (feature * perFeature + i) * width + around;
    yield tokenizer.decode(windows.subarray(at, at + 1));
  }
}

/**
 * The contexts of one feature as text, largest activation first.
 * @param tokenizer the model's: characters that lie across tokens are decoded with their side of the active one
 */
export function decodeContexts(
  contexts: TopContexts,
  feature: number,
  tokenizer: { decode(ids: ArrayLike<number>): string },
): DecodedContext[] {
  const { perFeature, around, windows, values, documents } = contexts;
  const width = 2 * around + 1;
  return Array.from({ length: contexts.counts[feature]! }, (_, i) => {
    const at = feature * perFeature + i;
    const window = windows.subarray(at * width, (at + 1) * width);
    const known = (from: number, to: number): string => {
      const ids = window.subarray(from, to).filter((id) => id >= 0);
      // Tokenizers decode nothing less than one token.
      return ids.length === 0 ? '' : tokenizer.decode(ids);
    };
    return {
      value: values[at]!,
      document: documents[at]!,
      before: known(0, around),
      token: known(around, around + 1),
      after: known(around + 1, width),
    };
  });
}
