import { setImmediate } from 'node:timers/promises';
import { Cancelled } from '../shared/errors';
import type { ArchitectureModel, Weights } from './architectures/architecture';
import { loadGraph } from './runtime';
import type { LoadedGraph } from './runtime';
import { buildHead } from './segments';
import type { Range } from './segments';

/** Logits of one run of the head: rows are cut so that they stay within it. */
const LOGIT_BYTES = 64e6;

/** The final norm and the unembedding; a vocabulary too large for the budget goes through in slices. */
export class Head {
  private resident: LoadedGraph | undefined;

  constructor(
    private readonly model: ArchitectureModel,
    private readonly weights: Weights,
    private readonly slices: readonly Range[],
    private readonly threads: number,
    /** Whether a head of one slice stays loaded until `release`. */
    private readonly stays: boolean,
  ) {}

  /**
   * log P (natural) of each row's target token; yields the share done after every graph run. Slices are joined exactly:
   * log P = logit − log Σ exp(log-sum-exp of each slice), in float64.
   * @param stream f32 [rows, width], behind the last block
   * @param targets token ids [rows]
   * @param logProbabilities f64 [rows], written
   */
  async *run(
    stream: Float32Array,
    targets: Int32Array,
    logProbabilities: Float64Array,
    signal: AbortSignal,
  ): AsyncGenerator<number, void> {
    const rows = targets.length;
    const logits = new Float64Array(rows);
    const sums = new Float64Array(rows).fill(-Infinity);
    for (const [number, slice] of this.slices.entries()) {
      const graph = await this.load(slice);
      try {
        const step = Math.max(1, Math.floor(LOGIT_BYTES / (8 * (slice.to - slice.from))));
        for (let row = 0; row < rows; row += step) {
          const to = Math.min(rows, row + step);
          await this.runRows(graph, slice, { stream, targets, logits, sums, from: row, to });
          yield (number + to / rows) / this.slices.length;
          await setImmediate();
          if (signal.aborted) throw new Cancelled();
        }
      } finally {
        if (graph !== this.resident) await graph.release();
      }
    }
    for (let row = 0; row < rows; row += 1) logProbabilities[row] = logits[row]! - sums[row]!;
  }

  async release(): Promise<void> {
    await this.resident?.release();
    this.resident = undefined;
  }

  private async load(slice: Range): Promise<LoadedGraph> {
    if (this.resident !== undefined) return this.resident;
    const graph = await loadGraph(buildHead(this.model, this.weights, slice), this.threads);
    if (this.stays && this.slices.length === 1) this.resident = graph;
    return graph;
  }

  private async runRows(graph: LoadedGraph, slice: Range, rows: Rows): Promise<void> {
    const { width } = this.model.sizes;
    const { from, to } = rows;
    const inside = (target: number): boolean => target >= slice.from && target < slice.to;
    const local = BigInt64Array.from(rows.targets.subarray(from, to), (target) =>
      BigInt(inside(target) ? target - slice.from : 0),
    );
    const { logit, logProbability } = await graph.run(
      {
        stream: { data: rows.stream.subarray(from * width, to * width), dims: [to - from, width] },
        targets: { data: local, dims: [to - from, 1] },
      },
      ['logit', 'logProbability'],
    );
    for (let i = 0; i < to - from; i += 1) {
      const row = from + i;
      rows.sums[row] = addLogs(rows.sums[row]!, logit[i]! - logProbability[i]!);
      if (inside(rows.targets[row]!)) rows.logits[row] = logit[i]!;
    }
  }
}

interface Rows {
  readonly stream: Float32Array;
  readonly targets: Int32Array;
  readonly logits: Float64Array;
  readonly sums: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** log(eᵃ + eᵇ) */
function addLogs(a: number, b: number): number {
  const [high, low] = a > b ? [a, b] : [b, a];
  return high + Math.log1p(Math.exp(low - high));
}
