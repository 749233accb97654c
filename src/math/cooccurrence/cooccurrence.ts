/** Which features fired in some consecutive blocks of tokens: compressed sparse rows. */
export interface FiringPart {
  /** Index of the first block. */
  readonly first: number;
  /** i32 [blocks + 1]: block b holds entries starts[b] … starts[b + 1] − 1. */
  readonly starts: Int32Array;
  /** Features that fired, ascending within a block. */
  readonly features: Int32Array;
}

/** Exact counts of blocks in which two features both fired: the upper triangle of n_ij, row after row, diagonal included. */
export interface Cooccurrence {
  readonly features: number;
  /** T, the blocks counted. */
  readonly blocks: number;
  /** i32 [features·(features + 1)/2]: n_ij, j ≥ i, at `triangleIndex(i, j, features)`. */
  readonly counts: Int32Array;
}

/** Place of (i, j), i ≤ j, in a row-major upper triangle of n rows with its diagonal. */
export function triangleIndex(i: number, j: number, n: number): number {
  return i * n - (i * (i - 1)) / 2 + (j - i);
}
