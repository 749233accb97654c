import type { FeatureActivations } from '../../data/sae/sae';
import { ContextHeap } from './contexts';
import type { DocumentTokens } from './token-groups';

/** Whole numbers that grow one by one. */
class Growing {
  private buffer = new Int32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.buffer.length) this.replace(this.buffer, this.length * 2);
    this.buffer[this.length] = value;
    this.length += 1;
  }

  replace(values: Int32Array, room = values.length + 1024): void {
    const next = new Int32Array(room);
    next.set(values);
    this.buffer = next;
    this.length = values.length;
  }

  /** A view; it stays behind when more is pushed. */
  get values(): Int32Array {
    return this.buffer.subarray(0, this.length);
  }
}

/** Small facts of a tally, for a checkpoint. */
export interface TallyFacts {
  readonly tokens: number;
  readonly types: readonly string[];
  readonly sources: readonly string[];
  readonly lastDocument: number;
}

export interface TallyOptions {
  readonly features: number;
  readonly threshold: number;
  readonly blockTokens: number;
  readonly contextsPerFeature: number;
  readonly contextTokens: number;
}

/** Counts which features fire: per token, per block, and where most. Memory: its arrays, and the blocks not yet taken. */
export class FiringTally {
  readonly contexts: ContextHeap;
  /** i32 [features]: tokens on which each fired. */
  readonly tokenCounts: Int32Array;
  /** i32 [features]: blocks in which each fired. */
  readonly blockCounts: Int32Array;
  tokens = 0;
  private readonly sizes = new Growing();
  private readonly blockDocuments = new Growing();
  private readonly types: string[] = [];
  private readonly documentTypes = new Growing();
  private readonly sources: string[] = [];
  private lastDocument = -1;
  /** Which block each feature fired in last, counted from 1. */
  private readonly firedIn: Int32Array;
  private readonly firing = new Growing();
  private readonly pending = new Growing();

  constructor(private readonly options: TallyOptions) {
    const { features, contextsPerFeature, contextTokens } = options;
    this.contexts = new ContextHeap(features, contextsPerFeature, contextTokens);
    this.tokenCounts = new Int32Array(features);
    this.blockCounts = new Int32Array(features);
    this.firedIn = new Int32Array(features);
  }

  /**
   * Counts one token; those of a sequence come in order, and a sequence is of whole blocks.
   * @param index among the sequence's counted tokens
   * @param row of the activations
   */
  add(sequence: DocumentTokens, own: Int32Array, index: number, activations: FeatureActivations, row: number): void {
    if (index === 0) this.enter(sequence);
    const { starts, features, values } = activations;
    const block = this.sizes.length + 1;
    const token = { document: this.sources.length - 1, place: sequence.start + index, ids: own, index };
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry += 1) {
      const feature = features[entry]!;
      const value = values[entry]!;
      this.contexts.offer(feature, value, token);
      if (value <= this.options.threshold) continue;
      this.tokenCounts[feature]! += 1;
      if (this.firedIn[feature] === block) continue;
      this.firedIn[feature] = block;
      this.firing.push(feature);
    }
    this.tokens += 1;
    if ((index + 1) % this.options.blockTokens === 0) this.endBlock();
  }

  /** The features of the blocks since the last call, end to end. */
  take(): Int32Array {
    const taken = this.pending.values.slice();
    this.pending.length = 0;
    return taken;
  }

  /** Copies of what describes the blocks. */
  index(): {
    readonly sizes: Int32Array;
    readonly counts: Int32Array;
    readonly documents: Int32Array;
    readonly documentTypes: Int32Array;
    readonly types: readonly string[];
    readonly sources: readonly string[];
  } {
    return {
      sizes: this.sizes.values.slice(),
      counts: this.blockCounts.slice(),
      documents: this.blockDocuments.values.slice(),
      documentTypes: this.documentTypes.values.slice(),
      types: [...this.types],
      sources: [...this.sources],
    };
  }

  get facts(): TallyFacts {
    const { tokens, types, sources, lastDocument } = this;
    return { tokens, types, sources, lastDocument };
  }

  get arrays(): readonly (Int32Array | Float32Array)[] {
    const { tokenCounts, blockCounts, sizes, blockDocuments, documentTypes, contexts } = this;
    const own = [tokenCounts, blockCounts, sizes.values, blockDocuments.values, documentTypes.values];
    return [...own, ...contexts.arrays];
  }

  /** Takes up what `facts` and `arrays` of another were. */
  restore(facts: TallyFacts, arrays: readonly ArrayBuffer[]): void {
    this.tokens = facts.tokens;
    this.lastDocument = facts.lastDocument;
    this.types.push(...facts.types);
    for (const source of facts.sources) this.sources.push(source);
    const [tokenCounts, blockCounts, sizes, blockDocuments, documentTypes, ...contexts] = arrays;
    this.tokenCounts.set(new Int32Array(tokenCounts!));
    this.blockCounts.set(new Int32Array(blockCounts!));
    this.sizes.replace(new Int32Array(sizes!));
    this.blockDocuments.replace(new Int32Array(blockDocuments!));
    this.documentTypes.replace(new Int32Array(documentTypes!));
    this.contexts.arrays.forEach((array, i) => {
      array.set(array instanceof Float32Array ? new Float32Array(contexts[i]!) : new Int32Array(contexts[i]!));
    });
  }

  private enter({ document, type, source }: DocumentTokens): void {
    if (document === this.lastDocument) return;
    this.lastDocument = document;
    let index = this.types.indexOf(type);
    if (index < 0) index = this.types.push(type) - 1;
    this.documentTypes.push(index);
    this.sources.push(source);
  }

  private endBlock(): void {
    const features = this.firing.values.sort();
    for (const feature of features) {
      this.blockCounts[feature]! += 1;
      this.pending.push(feature);
    }
    this.sizes.push(features.length);
    this.blockDocuments.push(this.sources.length - 1);
    this.firing.length = 0;
  }
}
