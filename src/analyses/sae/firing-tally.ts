import type { FeatureActivations } from '../../data/sae/sae';
import type { Piece } from '../contract';
import { ContextHeap } from './contexts';
import type { DocumentTokens } from './token-groups';

/** Whole numbers that grow one by one. */
class Growing {
  private buffer = new Int32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.buffer.length) {
      const next = new Int32Array(this.length * 2);
      next.set(this.buffer);
      this.buffer = next;
    }
    this.buffer[this.length] = value;
    this.length += 1;
  }

  /** A view; it stays behind when more is pushed. */
  get values(): Int32Array {
    return this.buffer.subarray(0, this.length);
  }
}

/** How firing is counted. */
export interface TallyOptions {
  readonly features: number;
  readonly threshold: number;
  readonly blockTokens: number;
  readonly contextsPerFeature: number;
}

/** What was read of a piece's documents besides the tokens in whole blocks. */
export interface ReadFacts {
  droppedTokens: number;
  droppedDocuments: number;
  cutDocuments: number;
  /** Tokens of the longest document without a whole block. */
  longest: number;
}

/** Facts of a piece of a firing pass. */
export interface FiringFacts extends ReadFacts {
  /** Documents with a whole block, in order. */
  readonly documents: readonly { readonly type: string; readonly source: string }[];
  readonly tokens: number;
  /** Pre-activations so near the value that decides firing that another processor's rounding could lie on its other side. */
  readonly nearThreshold: number;
}

/** Arrays of a piece of a firing pass. */
export interface FiringArrays {
  /** i32 [features]: tokens on which each fired. */
  readonly tokenCounts: Int32Array;
  /** i32 [blocks]: features that fired in each, and its document among those of the piece. */
  readonly sizes: Int32Array;
  readonly blockDocuments: Int32Array;
  /** u16 or u32: the features of all blocks, end to end, ascending in each. */
  readonly entries: Uint16Array | Uint32Array;
  /** i32 [features]: contexts of each; their f32 activations, largest first, and u32 tokens among those of the piece. */
  readonly contextCounts: Int32Array;
  readonly contextValues: Float32Array;
  readonly contextRows: Uint32Array;
  /** i32 [sequences]: document, place of the first token in it, and tokens of each. */
  readonly sequenceDocuments: Int32Array;
  readonly sequenceStarts: Int32Array;
  readonly sequenceTokens: Int32Array;
  /** i32 [tokens]: ids of the sequences, end to end. */
  readonly ids: Int32Array;
}

/** Counts which features fire in the documents of one piece: per token, per block, and where most. */
export class FiringTally {
  private readonly contexts: ContextHeap;
  private readonly tokenCounts: Int32Array;
  private tokens = 0;
  /** As the encoder counts them, for it alone sees what stayed below. */
  nearThreshold = 0;
  private readonly sizes = new Growing();
  private readonly blockDocuments = new Growing();
  private readonly documents: { readonly type: string; readonly source: string }[] = [];
  private lastDocument = -1;
  private readonly sequences = { documents: new Growing(), starts: new Growing(), tokens: new Growing() };
  private readonly ids = new Growing();
  /** Which block each feature fired in last, counted from 1. */
  private readonly firedIn: Int32Array;
  private readonly firing = new Growing();
  private readonly entries = new Growing();

  constructor(readonly options: TallyOptions) {
    const { features, contextsPerFeature } = options;
    // Places are tokens of the piece; what stands around them is read from the ids when pieces are merged.
    this.contexts = new ContextHeap(features, contextsPerFeature, 0);
    this.tokenCounts = new Int32Array(features);
    this.firedIn = new Int32Array(features);
  }

  /**
   * Counts one token; those of a sequence come in order, and a sequence is of whole blocks.
   * @param index among the sequence's counted tokens
   * @param row of the activations
   */
  add(sequence: DocumentTokens, own: Int32Array, index: number, activations: FeatureActivations, row: number): void {
    if (index === 0) this.enter(sequence, own);
    const { starts, features, values } = activations;
    const { threshold } = this.options;
    const block = this.sizes.length + 1;
    const token = { document: this.documents.length - 1, place: this.tokens, ids: own, index };
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry += 1) {
      const feature = features[entry]!;
      const value = values[entry]!;
      this.contexts.offer(feature, value, token);
      if (value <= threshold) continue;
      this.tokenCounts[feature]! += 1;
      if (this.firedIn[feature] === block) continue;
      this.firedIn[feature] = block;
      this.firing.push(feature);
    }
    this.tokens += 1;
    if ((index + 1) % this.options.blockTokens === 0) this.endBlock();
  }

  /** All that was counted. */
  piece(read: ReadFacts): Piece {
    const { documents, tokens, nearThreshold, sequences, options } = this;
    const facts: FiringFacts = { ...read, documents, tokens, nearThreshold };
    const arrays: FiringArrays = {
      tokenCounts: this.tokenCounts,
      sizes: this.sizes.values,
      blockDocuments: this.blockDocuments.values,
      entries:
        options.features <= 65_536 ? Uint16Array.from(this.entries.values) : Uint32Array.from(this.entries.values),
      ...this.contextArrays(),
      sequenceDocuments: sequences.documents.values,
      sequenceStarts: sequences.starts.values,
      sequenceTokens: sequences.tokens.values,
      ids: this.ids.values,
    };
    return { facts, arrays: { ...arrays }, work: tokens };
  }

  private contextArrays(): Pick<FiringArrays, 'contextCounts' | 'contextValues' | 'contextRows'> {
    const { counts, values, places, perFeature } = this.contexts;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const contextValues = new Float32Array(total);
    const contextRows = new Uint32Array(total);
    let at = 0;
    counts.forEach((count, feature) => {
      const base = feature * perFeature;
      contextValues.set(values.subarray(base, base + count), at);
      contextRows.set(places.subarray(base, base + count), at);
      at += count;
    });
    return { contextCounts: counts, contextValues, contextRows };
  }

  private enter({ document, type, source, start }: DocumentTokens, own: Int32Array): void {
    if (document !== this.lastDocument) {
      this.lastDocument = document;
      this.documents.push({ type, source });
    }
    this.sequences.documents.push(this.documents.length - 1);
    this.sequences.starts.push(start);
    this.sequences.tokens.push(own.length);
    for (const id of own) this.ids.push(id);
  }

  private endBlock(): void {
    const features = this.firing.values.sort();
    for (const feature of features) this.entries.push(feature);
    this.sizes.push(features.length);
    this.blockDocuments.push(this.documents.length - 1);
    this.firing.length = 0;
  }
}
