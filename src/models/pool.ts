import type { Batch } from './batches';
import type { Feed } from './runtime';
import type { Pooling } from './transformer';

/** What is read of a sequence's tokens behind every block: one pooled row, or the rows of chosen tokens. */
export type Readout =
  | { readonly pooling: Pooling }
  /** Ascending or not, 0…length − 1; one list per sequence. */
  | { readonly positions: readonly Int32Array[] };

/** Rows that are read of every sequence of a batch: of sequences with fewer, the rest are zeros. */
export function rowsRead(readout: Readout, batch: Batch): number {
  if ('pooling' in readout) return 1;
  return batch.sequences.reduce((most, sequence) => Math.max(most, readout.positions[sequence]!.length), 1);
}

/** The graph's `pool` for a batch, f32 [1 or batch, rows read, length]: weights of the tokens in every row read. */
export function poolFeed(readout: Readout, batch: Batch): Feed {
  const { sequences, length } = batch;
  if ('pooling' in readout) return { data: poolWeights(readout.pooling, length), dims: [1, 1, length] };
  const rows = rowsRead(readout, batch);
  const data = new Float32Array(sequences.length * rows * length);
  sequences.forEach((sequence, i) => {
    readout.positions[sequence]!.forEach((position, row) => (data[(i * rows + row) * length + position] = 1));
  });
  return { data, dims: [sequences.length, rows, length] };
}

/**
 * Where every sequence's positions start in their concatenation, and the end: i32 [sequences + 1].
 * @throws RangeError for a position outside its sequence, or another number of lists than of sequences
 */
export function checkPositions(positions: readonly Int32Array[], sequences: readonly Int32Array[]): Int32Array {
  if (positions.length !== sequences.length) {
    throw new RangeError(`${positions.length} lists of positions for ${sequences.length} sequences`);
  }
  const starts = new Int32Array(sequences.length + 1);
  sequences.forEach(({ length }, i) => {
    const beyond = positions[i]!.find((position) => position < 0 || position >= length);
    if (beyond !== undefined) throw new RangeError(`position ${beyond} in sequence ${i} of ${length} tokens`);
    starts[i + 1] = starts[i]! + positions[i]!.length;
  });
  return starts;
}

/** Rows `positions` of the sequence that starts at row `start` of a stream [rows, width]: f32 [positions, width]. */
export function rowsAt(stream: Float32Array, start: number, positions: Int32Array, width: number): Float32Array {
  const rows = new Float32Array(positions.length * width);
  positions.forEach((position, i) => {
    const from = (start + position) * width;
    rows.set(stream.subarray(from, from + width), i * width);
  });
  return rows;
}

function poolWeights(pooling: Pooling, length: number): Float32Array {
  switch (pooling) {
    case 'last': {
      const oneHot = new Float32Array(length);
      oneHot[length - 1] = 1;
      return oneHot;
    }
    case 'mean':
      return new Float32Array(length).fill(1 / length);
    case 'sum':
      return new Float32Array(length).fill(1);
  }
}
