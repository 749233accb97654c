import type { Piece } from '../contract';
import { ContextHeap } from './contexts';
import type { TopContexts } from './contexts';
import type { FiringFile, FiringIndex } from './firing-file';
import type { FiringArrays, FiringFacts, ReadFacts, TallyOptions } from './firing-tally';

/**
 * Puts the pieces of a firing pass together, in their order: what one pass over all documents would have counted. Counts
 * add; a feature's top contexts are among those of the pieces, since no document lies in two of them.
 */
export class FiringMerge {
  readonly contexts: ContextHeap;
  /** i32 [features]: tokens on which each fired. */
  readonly tokenCounts: Int32Array;
  readonly read: ReadFacts = { droppedTokens: 0, droppedDocuments: 0, cutDocuments: 0, longest: 0 };
  tokens = 0;
  nearThreshold = 0;
  private readonly blockCounts: Int32Array;
  private readonly sizes: Int32Array[] = [];
  private readonly blockDocuments: Int32Array[] = [];
  private readonly types: string[] = [];
  private readonly documentTypes: number[] = [];
  readonly sources: string[] = [];

  constructor(
    private readonly options: TallyOptions & { readonly contextTokens: number },
    private readonly writer: Pick<FiringFile, 'append'>,
  ) {
    const { features, contextsPerFeature, contextTokens } = options;
    this.contexts = new ContextHeap(features, contextsPerFeature, contextTokens);
    this.tokenCounts = new Int32Array(features);
    this.blockCounts = new Int32Array(features);
  }

  /** Takes the next piece. */
  async add({ facts, arrays }: Piece): Promise<void> {
    const { documents, tokens, nearThreshold, ...read } = facts as FiringFacts;
    const piece = arrays as unknown as FiringArrays;
    const first = this.sources.length;
    this.offerContexts(piece, first);
    this.tokens += tokens;
    this.nearThreshold += nearThreshold;
    this.read.droppedTokens += read.droppedTokens;
    this.read.droppedDocuments += read.droppedDocuments;
    this.read.cutDocuments += read.cutDocuments;
    this.read.longest = Math.max(this.read.longest, read.longest);
    for (let feature = 0; feature < this.options.features; feature += 1)
      this.tokenCounts[feature]! += piece.tokenCounts[feature]!;
    for (const feature of piece.entries) this.blockCounts[feature]! += 1;
    this.sizes.push(piece.sizes);
    this.blockDocuments.push(piece.blockDocuments.map((document) => first + document));
    for (const { type, source } of documents) {
      let index = this.types.indexOf(type);
      if (index < 0) index = this.types.push(type) - 1;
      this.documentTypes.push(index);
      this.sources.push(source);
    }
    await this.writer.append(piece.entries);
  }

  /** What describes the blocks. */
  index(): FiringIndex {
    return {
      features: this.options.features,
      sizes: joined(this.sizes),
      counts: this.blockCounts,
      documents: joined(this.blockDocuments),
      documentTypes: Int32Array.from(this.documentTypes),
      types: this.types,
    };
  }

  private offerContexts(piece: FiringArrays, firstDocument: number): void {
    const { contextCounts, contextValues, contextRows, sequenceTokens, sequenceStarts, sequenceDocuments, ids } = piece;
    const starts = new Int32Array(sequenceTokens.length + 1);
    sequenceTokens.forEach((tokens, i) => (starts[i + 1] = starts[i]! + tokens));
    let at = 0;
    contextCounts.forEach((count, feature) => {
      const end = at + count;
      // Largest first: where one does not get in, none behind it does.
      for (; at < end && isWanted(this.contexts, feature, contextValues[at]!); at += 1) {
        const row = contextRows[at]!;
        const sequence = lastUpTo(starts, row);
        const index = row - starts[sequence]!;
        this.contexts.offer(feature, contextValues[at]!, {
          document: firstDocument + sequenceDocuments[sequence]!,
          place: sequenceStarts[sequence]! + index,
          ids: ids.subarray(starts[sequence], starts[sequence + 1]),
          index,
        });
      }
      at = end;
    });
  }
}

function isWanted({ counts, perFeature, values }: TopContexts, feature: number, value: number): boolean {
  return counts[feature]! < perFeature || value > values[(feature + 1) * perFeature - 1]!;
}

/** Index of the last start that is no larger than `row`. @param starts ascending, from 0 */
function lastUpTo(starts: Int32Array, row: number): number {
  let [low, high] = [0, starts.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= row) low = middle;
    else high = middle;
  }
  return low;
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
