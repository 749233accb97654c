import { triangleIndex } from './cooccurrence';
import type { Chunk } from './chunk';
import type { IntegerProduct } from './integer-product';
import type { Split } from './split';

/** Features in one side of a tile of the integer product: 2048² sums are 16 MB. */
export const TILE = 2048;

/** Zeros and ones of a chunk, dense features only, as both sides of the product want them. */
export interface DenseBlocks {
  /** u8 [dense, blocks] */
  readonly byFeature: Uint8Array;
  /** u8: one panel [blocks, ≤ TILE] for each tile of dense features. */
  readonly byBlock: Uint8Array;
}

/** Two buffers that each hold `bytes` zeros or ones, used for one chunk after another. */
export class DenseBuffers {
  private readonly byFeature: Uint8Array;
  private readonly byBlock: Uint8Array;
  readonly sums = new Int32Array(TILE * TILE);

  constructor(bytes: number) {
    this.byFeature = new Uint8Array(bytes);
    this.byBlock = new Uint8Array(bytes);
  }

  fill({ blocks, starts, features: list }: Chunk, { dense, place }: Split): DenseBlocks {
    const bytes = dense.length * blocks;
    const byFeature = this.byFeature.subarray(0, bytes).fill(0);
    const byBlock = this.byBlock.subarray(0, bytes).fill(0);
    for (let b = 0; b < blocks; b++) {
      for (let e = starts[b]!; e < starts[b + 1]!; e++) {
        const d = place[list[e]!]!;
        if (d < 0) continue;
        byFeature[d * blocks + b] = 1;
        const first = d - (d % TILE);
        const width = Math.min(TILE, dense.length - first);
        byBlock[first * blocks + b * width + (d - first)] = 1;
      }
    }
    return { byFeature, byBlock };
  }
}

/** Adds the pairs of dense features to the triangle, yielding the share that is done after each tile. */
export async function* addDense(
  counts: Int32Array,
  features: number,
  {
    blocks,
    split,
    ones,
    sums,
    product,
  }: {
    readonly blocks: number;
    readonly split: Split;
    readonly ones: DenseBlocks;
    readonly sums: Int32Array;
    readonly product: IntegerProduct;
  },
): AsyncGenerator<number, void> {
  const { dense } = split;
  const tiles = Math.ceil(dense.length / TILE);
  let done = 0;
  for (let left = 0; left < tiles; left++) {
    for (let right = left; right < tiles; right++) {
      const [i0, j0] = [left * TILE, right * TILE];
      const rows = Math.min(TILE, dense.length - i0);
      const columns = Math.min(TILE, dense.length - j0);
      const a = ones.byFeature.subarray(i0 * blocks, (i0 + rows) * blocks);
      const b = ones.byBlock.subarray(j0 * blocks, (j0 + columns) * blocks);
      const c = sums.subarray(0, rows * columns);
      await product.multiply(a, b, [rows, blocks, columns], c);
      addTile(counts, features, {
        sums: c,
        rows: dense.subarray(i0, i0 + rows),
        columns: dense.subarray(j0, j0 + columns),
      });
      done += 1;
      yield done / ((tiles * (tiles + 1)) / 2);
    }
  }
}

/** Adds those sums of a tile that lie in the upper triangle. */
function addTile(
  counts: Int32Array,
  features: number,
  { sums, rows, columns }: { readonly sums: Int32Array; readonly rows: Int32Array; readonly columns: Int32Array },
): void {
  const diagonal = rows[0] === columns[0];
  const width = columns.length;
  for (let r = 0; r < rows.length; r++) {
    const i = rows[r]!;
    const start = triangleIndex(i, i, features);
    const row = counts.subarray(start, start + features - i);
    for (let c = diagonal ? r : 0; c < width; c++) row[columns[c]! - i]! += sums[r * width + c]!;
  }
}
