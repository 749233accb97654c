import { UserError } from '../shared/errors';
import { ATTENTION_BYTES, BATCH_TOKENS } from './memory';
import type { Sizes } from './architectures/architecture';

/** Sequences of one length that go through a graph together, by their index. */
export interface Batch {
  readonly sequences: readonly number[];
  readonly length: number;
}

/**
 * Refuses sequences that the model cannot take.
 * @throws UserError that names the stimulus (from 1): empty, longer than the model's context, or an id beyond its vocabulary
 */
export function checkSequences(sequences: readonly Int32Array[], { context, vocabulary }: Sizes): void {
  sequences.forEach((ids, index) => {
    const which = `Stimulus ${index + 1}`;
    if (ids.length === 0) throw new UserError(`${which} has no tokens`, 'Remove it or give it text.');
    if (ids.length > context) {
      throw new UserError(
        `${which} has ${ids.length} tokens, but the model takes at most ${context}`,
        'Shorten it, or limit the tokens with --max-tokens.',
      );
    }
    const beyond = ids.find((id) => id < 0 || id >= vocabulary);
    if (beyond === undefined) return;
    throw new UserError(
      `${which} has token id ${beyond}, but the model’s vocabulary has ${vocabulary} entries`,
      'The tokenizer belongs to another model: get both from one place.',
    );
  });
}

/**
 * Batches of equal lengths (so that nothing is ever padded), shortest first; within a length in the order given.
 * @param most sequences per batch at most; absent: as many as fill the tokens that go through at once
 */
export function makeBatches(lengths: readonly number[], { heads }: Sizes, most = Infinity): Batch[] {
  const byLength = new Map<number, number[]>();
  lengths.forEach((length, index) => {
    const same = byLength.get(length);
    if (same === undefined) byLength.set(length, [index]);
    else same.push(index);
  });
  return [...byLength]
    .sort(([a], [b]) => a - b)
    .flatMap(([length, indices]) => {
      const scoreBytes = heads * length * length * 4;
      const limit = Math.min(most, BATCH_TOKENS / length, ATTENTION_BYTES / scoreBytes);
      return chunks(indices, Math.max(1, Math.floor(limit))).map((sequences) => ({ sequences, length }));
    });
}

/** Groups consecutive batches so that the residual streams of a group stay within `bytes` (at least one batch each). */
export function makeWaves(batches: readonly Batch[], width: number, bytes: number): Batch[][] {
  const waves: Batch[][] = [];
  let room = 0;
  for (const batch of batches) {
    const needed = rowsOf(batch) * width * 4;
    if (waves.length === 0 || needed > room) {
      waves.push([]);
      room = bytes;
    }
    waves.at(-1)!.push(batch);
    room -= needed;
  }
  return waves;
}

/** Tokens of a batch. */
export function rowsOf({ sequences, length }: Batch): number {
  return sequences.length * length;
}

function chunks(indices: readonly number[], size: number): number[][] {
  // Even chunks: 480 sequences by 42 are 12 × 40, not 11 × 42 and 18.
  const count = Math.ceil(indices.length / size);
  const even = Math.ceil(indices.length / count);
  return Array.from({ length: count }, (_, i) => indices.slice(i * even, (i + 1) * even));
}
