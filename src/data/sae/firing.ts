import type { FiringPart } from '../../math/cooccurrence/cooccurrence';

/**
 * Which features fired in which block of tokens: compressed sparse rows on disk, so that memory holds some blocks at a time.
 */
export interface FiringBlocks {
  readonly features: number;
  readonly blocks: number;
  /** i32 [features]: blocks in which each fired. */
  readonly counts: Int32Array;
  /** i32 [blocks]: the document of each block, ascending. */
  readonly documents: Int32Array;
  /** i32 [documents]: each one's type, an index into `types`; a document without a whole block is not among them. */
  readonly documentTypes: Int32Array;
  readonly types: readonly string[];
  /** Consecutive blocks from `from` (default 0) up to `to` (default all), in parts of bounded size. */
  read(from?: number, to?: number): AsyncGenerator<FiringPart>;
}
