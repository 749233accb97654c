/** One of several equal shares of a stage. */
export interface Shard {
  readonly stage: string;
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** What a shard made; thrown by the divided work to end a run that has no result of its own. */
export class ShardDone extends Error {
  override readonly name = 'ShardDone';

  constructor(readonly made: ShardWork) {
    super('the shard is done');
  }
}

/** What one shard holds. */
export interface ShardWork {
  /** Pieces of its share, and those of them that it made itself: others were there. */
  readonly pieces: number;
  readonly made: number;
  /** What its pieces took, those found included, in `unit`. */
  readonly work: number;
  readonly unit: string;
  /** Bytes of its pieces on the disk. */
  readonly bytes: number;
  /** Folder of the pieces; absent where the work is kept elsewhere. */
  readonly folder?: string;
}

/** The pieces from … to − 1 of one shard: contiguous, and all shards together are all pieces. */
export function shareOf(
  pieces: number,
  { index, count }: Pick<Shard, 'index' | 'count'>,
): { from: number; to: number } {
  return { from: Math.floor(((index - 1) * pieces) / count), to: Math.floor((index * pieces) / count) };
}
