import { setImmediate } from 'node:timers/promises';
import { Cancelled } from '../shared/errors';
import type { Provider } from '../shared/provider';
import type { ArchitectureModel, Weights } from './architectures/architecture';
import { LOGIT_BYTES } from './memory';
import { loadGraph } from './runtime';
import type { LoadedGraph } from './runtime';
import { buildHead, buildLogits, slicesOf } from './segments';
import type { Range } from './segments';

/** The final norm and the unembedding; a vocabulary too large for the budget goes through in parts. */
export class Head {
  private resident: { readonly purpose: Purpose; readonly graph: LoadedGraph } | undefined;

  constructor(
    private readonly model: ArchitectureModel,
    private readonly weights: Weights,
    private readonly cuts: readonly Range[],
    private readonly threads: number,
    /** Whether an uncut head stays loaded until `release`. */
    private readonly stays: boolean,
    private readonly provider: Provider,
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
    for (const [number, cut] of this.cuts.entries()) {
      const graph = await this.load('probabilities', cut);
      try {
        const step = Math.max(1, Math.floor(LOGIT_BYTES / (8 * (cut.to - cut.from))));
        for (let row = 0; row < rows; row += step) {
          const to = Math.min(rows, row + step);
          await this.runRows(graph, cut, { stream, targets, logits, sums, from: row, to });
          yield (number + to / rows) / this.cuts.length;
          await setImmediate();
          if (signal.aborted) throw new Cancelled();
        }
      } finally {
        if (graph !== this.resident?.graph) await graph.release();
      }
    }
    for (let row = 0; row < rows; row += 1) logProbabilities[row] = logits[row]! - sums[row]!;
  }

  /**
   * Logits of every row over the whole vocabulary.
   * @param stream f32 [rows, width], behind the last block
   * @returns f32 [rows, vocabulary]
   */
  async logits(stream: Float32Array, signal: AbortSignal): Promise<Float32Array> {
    const { width, vocabulary } = this.model.sizes;
    const rows = stream.length / width;
    const all = new Float32Array(rows * vocabulary);
    for (const cut of this.cuts) {
      const graph = await this.load('logits', cut);
      const size = cut.to - cut.from;
      try {
        const step = Math.max(1, Math.floor(LOGIT_BYTES / (4 * size)));
        for (let row = 0; row < rows; row += step) {
          const data = stream.subarray(row * width, Math.min(rows, row + step) * width);
          const { logits } = await graph.run({ stream: { data, dims: [data.length / width, width] } }, ['logits']);
          for (let i = 0; i * size < logits.length; i += 1) {
            all.set(logits.subarray(i * size, (i + 1) * size), (row + i) * vocabulary + cut.from);
          }
        }
      } finally {
        if (graph !== this.resident?.graph) await graph.release();
      }
      await setImmediate();
      if (signal.aborted) throw new Cancelled();
    }
    return all;
  }

  async release(): Promise<void> {
    await this.resident?.graph.release();
    this.resident = undefined;
  }

  /** One graph stays at most: two would hold the unembedding twice. */
  private async load(purpose: Purpose, cut: Range): Promise<LoadedGraph> {
    if (this.resident?.purpose === purpose) return this.resident.graph;
    await this.release();
    const build = purpose === 'logits' ? buildLogits : buildHead;
    const graph = await loadGraph(build(this.model, this.weights, cut), this.threads, this.provider);
    if (this.stays && this.cuts.length === 1) this.resident = { purpose, graph };
    return graph;
  }

  private async runRows(graph: LoadedGraph, cut: Range, rows: Rows): Promise<void> {
    const { width } = this.model.sizes;
    const { from, to } = rows;
    const { logit, logProbability } = await graph.run(
      {
        stream: { data: rows.stream.subarray(from * width, to * width), dims: [to - from, width] },
        targets: { data: BigInt64Array.from(rows.targets.subarray(from, to), BigInt), dims: [to - from, 1] },
      },
      ['logit', 'logProbability'],
    );
    const slices = slicesOf(cut);
    for (let row = from; row < to; row += 1) {
      const target = rows.targets[row]!;
      slices.forEach((slice, i) => {
        const at = (row - from) * slices.length + i;
        rows.sums[row] = addLogs(rows.sums[row]!, logit[at]! - logProbability[at]!);
        if (target >= slice.from && target < slice.to) rows.logits[row] = logit[at]!;
      });
    }
  }
}

/** What the head is asked for: log probabilities of given tokens, or all logits. */
type Purpose = 'probabilities' | 'logits';

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
