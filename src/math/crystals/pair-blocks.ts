import type { Gemm } from '../gemm';

/** Rows and columns of one block: a few megabytes, whatever the number of rows. */
const SIDE = 512;
/** Up to this width distances are summed directly: faster than a product, and without its cancellation. */
const NARROW = 16;

/** Euclidean distances of some rows from some rows. */
export interface PairBlock {
  readonly fromRow: number;
  readonly toRow: number;
  readonly fromColumn: number;
  readonly toColumn: number;
  /** f64 [toRow − fromRow, toColumn − fromColumn]; the next block overwrites it. */
  readonly distances: Float64Array;
}

/**
 * Distances of all rows from one another, block by block, so that no more than 2 MB of them stand in memory.
 * @param rows f64 [n, width]
 * @param which `all` blocks, or only those that hold a pair i < j
 */
export async function* pairBlocks(
  rows: Float64Array,
  width: number,
  which: 'all' | 'upper',
  gemm: Gemm,
): AsyncGenerator<PairBlock> {
  const n = rows.length / width;
  const squares = rowSquares(rows, width);
  const buffer = new Float64Array(SIDE * SIDE);
  for (let fromRow = 0; fromRow < n; fromRow += SIDE) {
    const toRow = Math.min(n, fromRow + SIDE);
    for (let fromColumn = which === 'upper' ? fromRow : 0; fromColumn < n; fromColumn += SIDE) {
      const toColumn = Math.min(n, fromColumn + SIDE);
      const distances = buffer.subarray(0, (toRow - fromRow) * (toColumn - fromColumn));
      const block = { fromRow, toRow, fromColumn, toColumn, distances };
      if (width <= NARROW) direct(rows, width, block);
      else await throughProducts(rows, width, squares, block, gemm);
      yield block;
    }
  }
}

/** ‖x‖² of every row. */
export function rowSquares(rows: Float64Array, width: number): Float64Array {
  const squares = new Float64Array(rows.length / width);
  for (let i = 0, at = 0; i < squares.length; i += 1) {
    let sum = 0;
    for (const end = at + width; at < end; at += 1) sum += rows[at]! * rows[at]!;
    squares[i] = sum;
  }
  return squares;
}

function direct(rows: Float64Array, width: number, block: PairBlock): void {
  const { fromRow, toRow, fromColumn, toColumn, distances } = block;
  let at = 0;
  for (let i = fromRow; i < toRow; i += 1) {
    for (let j = fromColumn; j < toColumn; j += 1) {
      let sum = 0;
      for (let k = 0, a = i * width, b = j * width; k < width; k += 1, a += 1, b += 1) {
        const step = rows[a]! - rows[b]!;
        sum += step * step;
      }
      distances[at] = Math.sqrt(sum);
      at += 1;
    }
  }
}

async function throughProducts(
  rows: Float64Array,
  width: number,
  squares: Float64Array,
  { fromRow, toRow, fromColumn, toColumn, distances }: PairBlock,
  gemm: Gemm,
): Promise<void> {
  const part = (from: number, to: number) => ({
    data: rows.subarray(from * width, to * width),
    dims: [to - from, width],
  });
  const { data } = await gemm.multiply(part(fromRow, toRow), part(fromColumn, toColumn), { transposeB: true });
  let at = 0;
  for (let i = fromRow; i < toRow; i += 1) {
    for (let j = fromColumn; j < toColumn; j += 1) {
      // Rounding leaves a little of a row's distance from itself.
      distances[at] = i === j ? 0 : Math.sqrt(Math.max(0, squares[i]! + squares[j]! - 2 * data[at]!));
      at += 1;
    }
  }
}
