import { UserError } from '../../shared/errors';
import type { Gemm } from '../gemm';
import type { SymmetricMatrix } from './symmetric';

/** A symmetric operator on blocks of vectors. */
export interface SymmetricOperator {
  readonly size: number;
  /**
   * Yields the share that is done.
   * @param vectors f64 [count, size], one vector per row
   * @returns their images, f64 [count, size]
   */
  apply(vectors: Float64Array, count: number): AsyncGenerator<number, Float64Array>;
}

/** D^−½ A D^−½ of a graph, A with its diagonal zeroed; the normalised Laplacian is the identity minus it. */
export interface NormalizedAffinity extends SymmetricOperator {
  /** f64 [size]: √degree; 1 where a feature has no neighbour, whose row is then zero: Laplacian eigenvalue 1. */
  readonly rootDegrees: Float64Array;
  readonly isolated: number;
}

/** Bytes of the rows that are read at a time where the matrix is not held. */
const TILE_BYTES = 2 ** 26;

/**
 * Reads the matrix once for the degrees (float64 sums) and, where it fits `memory`, holds it as float32 for the products;
 * otherwise its rows are made again, tile by tile, for every product. Yields the share that is read.
 * @throws UserError where an affinity is not a number or below zero
 */
export async function* normalizedAffinity(
  matrix: SymmetricMatrix,
  { gemm, memory }: { readonly gemm: Gemm; readonly memory: number },
): AsyncGenerator<number, NormalizedAffinity> {
  const n = matrix.size;
  const held = n * n * 4 <= memory;
  const tile = Math.max(1, Math.min(n, Math.floor(TILE_BYTES / (4 * n))));
  const buffer = new Float32Array((held ? n : tile) * n);
  /** Rows with the diagonal zeroed, f32 [to − from, n]. */
  const read = async (from: number, to: number): Promise<Float32Array> => {
    const rows = held ? buffer.subarray(from * n, to * n) : buffer.subarray(0, (to - from) * n);
    await matrix.rows(from, to, rows);
    for (let i = from; i < to; i++) rows[(i - from) * n + i] = 0;
    return rows;
  };
  const degrees = new Float64Array(n);
  for (let from = 0; from < n; from += tile) {
    const to = Math.min(from + tile, n);
    addDegrees(await read(from, to), from, n, degrees);
    yield to / n;
  }
  const isolated = degrees.reduce((count, degree) => count + Number(degree === 0), 0);
  const rootDegrees = degrees.map((degree) => (degree === 0 ? 1 : Math.sqrt(degree)));
  return {
    size: n,
    rootDegrees,
    isolated,
    async *apply(vectors, count) {
      const scaled = new Float32Array(count * n);
      for (let e = 0; e < scaled.length; e++) scaled[e] = vectors[e]! / rootDegrees[e % n]!;
      const images = new Float64Array(count * n);
      for (let from = 0; from < n; from += tile) {
        const to = Math.min(from + tile, n);
        const rows = held ? buffer.subarray(from * n, to * n) : await read(from, to);
        const { data } = await gemm.multiply(
          { data: rows, dims: [to - from, n] },
          { data: scaled, dims: [count, n] },
          { transposeB: true },
        );
        for (let i = from; i < to; i++) {
          for (let v = 0; v < count; v++) images[v * n + i] = data[(i - from) * count + v]! / rootDegrees[i]!;
        }
        yield to / n;
      }
      return images;
    },
  };
}

function addDegrees(rows: Float32Array, from: number, n: number, degrees: Float64Array): void {
  const count = rows.length / n;
  for (let r = 0; r < count; r++) {
    let sum = 0;
    let least = 0;
    for (let j = r * n; j < (r + 1) * n; j++) {
      sum += rows[j]!;
      if (rows[j]! < least) least = rows[j]!;
    }
    if (!Number.isFinite(sum) || least < 0) {
      throw new UserError(
        `The affinity matrix has ${least < 0 ? `a negative value (${least})` : 'a value that is not a number'} in row ${from + r}`,
        'Look for NaN or infinite values in the decoder or the counts.',
      );
    }
    degrees[from + r] = sum;
  }
}
