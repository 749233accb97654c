import type { UserError } from '../shared/errors';
import type { Batch } from './batches';

/** The rows of a wave that predict a token, and what they predict. */
export class NextTokens {
  readonly stream: Float32Array;
  readonly targets: Int32Array;
  readonly logProbabilities: Float64Array;
  private readonly sequenceOf: Int32Array;
  private rows = 0;

  constructor(
    wave: readonly Batch[],
    private readonly sequences: readonly Int32Array[],
    private readonly width: number,
  ) {
    const rows = wave.reduce((sum, { sequences: batch, length }) => sum + batch.length * (length - 1), 0);
    this.stream = new Float32Array(rows * width);
    this.targets = new Int32Array(rows);
    this.logProbabilities = new Float64Array(rows);
    this.sequenceOf = new Int32Array(rows);
  }

  /** Keeps the rows of a batch's stream f32 [batch · length, width] that have a next token. */
  take(batch: Batch, stream: Float32Array): void {
    const { width } = this;
    batch.sequences.forEach((sequence, i) => {
      const count = batch.length - 1;
      const first = i * batch.length * width;
      this.stream.set(stream.subarray(first, first + count * width), this.rows * width);
      this.targets.set(this.sequences[sequence]!.subarray(1), this.rows);
      this.sequenceOf.fill(sequence, this.rows, this.rows + count);
      this.rows += count;
    });
  }

  /** Adds every row's log P to its sequence's sum. */
  addTo(summed: Float64Array, nonFinite: (sequence: number) => UserError): void {
    this.logProbabilities.forEach((logProbability, row) => {
      const sequence = this.sequenceOf[row]!;
      if (!Number.isFinite(logProbability)) throw nonFinite(sequence);
      summed[sequence]! += logProbability;
    });
  }
}
