import { UserError } from '../../shared/errors';
import type { FiringPart } from './cooccurrence';

/** Some consecutive blocks that are counted together: compressed sparse rows. */
export interface Chunk {
  readonly blocks: number;
  /** i32 [≥ blocks + 1] */
  readonly starts: Int32Array;
  /** i32 [≥ starts[blocks]]: the features of each block, ascending. */
  readonly features: Int32Array;
}

export interface ChunkSize {
  readonly blocks: number;
  readonly entries: number;
}

/**
 * Parts of any size as chunks of `size.blocks` blocks, fewer where a chunk would hold more than `size.entries` firings. Each
 * chunk is overwritten by the next.
 * @throws UserError where a block lists a feature that does not exist, or is not in ascending order, or blocks are missing
 */
export async function* chunksOf(
  parts: AsyncIterable<FiringPart>,
  features: number,
  size: ChunkSize,
): AsyncGenerator<Chunk, void> {
  const starts = new Int32Array(size.blocks + 1);
  let entries = new Int32Array(Math.max(features, Math.min(size.entries, 2 ** 20)));
  let blocks = 0;
  let seen = 0;
  for await (const part of parts) {
    if (part.first !== seen) {
      throw new UserError(`Firing blocks: block ${seen} is missing`, 'Make the firing statistics again.');
    }
    for (let b = 0; b + 1 < part.starts.length; b++) {
      const from = part.starts[b]!;
      const to = part.starts[b + 1]!;
      checkBlock(part, from, to, { features, block: seen });
      const filled = starts[blocks]!;
      if (blocks === size.blocks || (blocks > 0 && filled + to - from > size.entries)) {
        yield { blocks, starts, features: entries };
        blocks = 0;
      }
      entries = withRoom(entries, starts[blocks]! + to - from, starts[blocks]!);
      entries.set(part.features.subarray(from, to), starts[blocks]!);
      starts[blocks + 1] = starts[blocks]! + to - from;
      blocks += 1;
      seen += 1;
    }
  }
  if (blocks > 0) yield { blocks, starts, features: entries };
}

function withRoom(entries: Int32Array<ArrayBuffer>, needed: number, used: number): Int32Array<ArrayBuffer> {
  if (needed <= entries.length) return entries;
  const larger = new Int32Array(Math.max(needed, entries.length * 2));
  larger.set(entries.subarray(0, used));
  return larger;
}

function checkBlock(
  { features: list }: FiringPart,
  from: number,
  to: number,
  { features, block }: { readonly features: number; readonly block: number },
): void {
  let last = -1;
  for (let e = from; e < to; e++) {
    const feature = list[e]!;
    if (feature > last) {
      last = feature;
      continue;
    }
    throw new UserError(
      `Firing blocks: block ${block} lists feature ${feature} after feature ${last}, not in ascending order`,
      'Make the firing statistics again.',
    );
  }
  if (last >= features) {
    throw new UserError(
      `Firing blocks: block ${block} lists feature ${last}; there are ${features} (0…${features - 1})`,
      'Give the firing statistics of this autoencoder.',
    );
  }
}
