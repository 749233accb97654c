import type { Batch } from './batches';
import type { Item } from './body';

/** The rows of a wave that predict a token, and what they predict. */
export class NextTokens {
  readonly stream: Float32Array;
  readonly targets: Int32Array;
  readonly logProbabilities: Float64Array;
  private readonly firstRows = new Map<number, number>();
  private rows = 0;

  constructor(
    wave: readonly Batch[],
    private readonly items: readonly Item[],
    private readonly width: number,
  ) {
    const rows = wave.reduce((sum, { sequences: batch, length }) => sum + batch.length * (length - 1), 0);
    this.stream = new Float32Array(rows * width);
    this.targets = new Int32Array(rows);
    this.logProbabilities = new Float64Array(rows);
  }

  /** Keeps the rows of a batch's stream f32 [batch · length, width] that have a next token. */
  take(batch: Batch, stream: Float32Array): void {
    const { width } = this;
    batch.sequences.forEach((item, i) => {
      const count = batch.length - 1;
      const first = i * batch.length * width;
      this.stream.set(stream.subarray(first, first + count * width), this.rows * width);
      this.targets.set(this.items[item]!.ids.subarray(1), this.rows);
      this.firstRows.set(item, this.rows);
      this.rows += count;
    });
  }

  /** Hands every item its tokens' log probabilities. */
  hand(take: (item: number, logProbabilities: Float64Array) => void): void {
    for (const [item, row] of this.firstRows) {
      take(item, this.logProbabilities.subarray(row, row + this.items[item]!.ids.length - 1));
    }
  }
}

/** Where each sequence's tokens after its first start among those of all: i32 [sequences + 1]. */
export function startsOf(sequences: readonly Int32Array[]): Int32Array {
  const starts = new Int32Array(sequences.length + 1);
  sequences.forEach((ids, i) => (starts[i + 1] = starts[i]! + Math.max(0, ids.length - 1)));
  return starts;
}
