import { setImmediate } from 'node:timers/promises';
import { Cancelled } from '../shared/errors';
import type { ArchitectureModel, Weights } from './architectures/architecture';
import { rowsOf } from './batches';
import type { Batch } from './batches';
import { loadGraph } from './runtime';
import type { Feed, LoadedGraph } from './runtime';
import { buildBlocks } from './segments';
import type { Range } from './segments';
import type { Pooling } from './transformer';

/** What a pass through the blocks is asked for. */
export interface Pass {
  readonly sequences: readonly Int32Array[];
  readonly pooling: Pooling;
  /** f32 [layers, width] or absent. */
  readonly mask: Float32Array | undefined;
  readonly signal: AbortSignal;
  /** Takes the pooled stream behind `layer` (−1: embedding), f32 [batch, width]. */
  readonly onTap?: (batch: Batch, layer: number, pooled: Float32Array) => void;
  /** Takes the stream behind the last block, f32 [batch · length, width]. */
  readonly onEnd?: (batch: Batch, stream: Float32Array) => void;
}

/**
 * The blocks of a transformer, cut into segments. One segment stays loaded until `release`; of several, one at a time is
 * loaded, all batches of a wave go through it, and it is released.
 */
export class Body {
  private resident: LoadedGraph | undefined;

  constructor(
    private readonly model: ArchitectureModel,
    private readonly weights: Weights,
    private readonly segments: readonly Range[],
    private readonly threads: number,
  ) {}

  /** Runs one wave; yields after every graph run the share of (tokens × blocks) done in it. @throws Cancelled */
  async *run(wave: readonly Batch[], pass: Pass): AsyncGenerator<number, void> {
    const { layers } = this.model.sizes;
    const rows = wave.reduce((sum, batch) => sum + rowsOf(batch), 0);
    const streams = new Map<Batch, Float32Array>();
    let done = 0;
    for (const range of this.segments) {
      const graph = await this.load(range);
      try {
        for (const batch of wave) {
          await this.runSegment(graph, range, batch, pass, streams);
          done += (rowsOf(batch) * (range.to - range.from)) / (rows * layers);
          yield done;
          // A run holds the thread; messages (a cancel) get their turn between two.
          await setImmediate();
          if (pass.signal.aborted) throw new Cancelled();
        }
      } finally {
        if (graph !== this.resident) await graph.release();
      }
    }
  }

  /** Loads the weights that stay loaded, if any do. */
  async warm(): Promise<void> {
    if (this.segments.length === 1) await this.load(this.segments[0]!);
  }

  async release(): Promise<void> {
    await this.resident?.release();
    this.resident = undefined;
  }

  private async load(range: Range): Promise<LoadedGraph> {
    if (this.resident !== undefined) return this.resident;
    const graph = await loadGraph(buildBlocks(this.model, this.weights, range), this.threads);
    if (this.segments.length === 1) this.resident = graph;
    return graph;
  }

  private async runSegment(
    graph: LoadedGraph,
    range: Range,
    batch: Batch,
    pass: Pass,
    streams: Map<Batch, Float32Array>,
  ): Promise<void> {
    const last = range.to === this.model.sizes.layers;
    const wanted = [...(pass.onTap ? ['taps' as const] : []), ...(!last || pass.onEnd ? ['after' as const] : [])];
    const { taps, after } = await graph.run(this.feeds(range, batch, pass, streams.get(batch)), wanted);
    if (pass.onTap !== undefined) this.handTaps(range, batch, taps, pass.onTap);
    if (last) {
      streams.delete(batch);
      pass.onEnd?.(batch, after);
    } else {
      streams.set(batch, after);
    }
  }

  private handTaps(range: Range, batch: Batch, taps: Float32Array, onTap: NonNullable<Pass['onTap']>): void {
    const size = batch.sequences.length * this.model.sizes.width;
    const first = range.from === 0 ? -1 : range.from;
    for (let i = 0; i * size < taps.length; i += 1) onTap(batch, first + i, taps.subarray(i * size, (i + 1) * size));
  }

  private feeds(range: Range, batch: Batch, pass: Pass, stream: Float32Array | undefined): Record<string, Feed> {
    const { width } = this.model.sizes;
    const { length } = batch;
    const rows = rowsOf(batch);
    const blocks = range.to - range.from;
    const keep = pass.mask?.subarray(range.from * width, range.to * width) ?? new Float32Array(blocks * width).fill(1);
    const feeds: Record<string, Feed> = {
      positions: { data: positionsOf(batch), dims: [batch.sequences.length, length] },
      keep: { data: keep, dims: [blocks, width] },
      pool: { data: poolWeights(pass.pooling, length), dims: [1, length] },
    };
    if (stream === undefined) feeds['ids'] = { data: idsOf(batch, pass.sequences), dims: [rows] };
    else feeds['stream'] = { data: stream, dims: [rows, width] };
    const { rotaryWidth } = this.model;
    if (rotaryWidth !== undefined) {
      const { cos, sin } = this.model.rotaryTables(length);
      feeds['cos'] = { data: cos, dims: [length, rotaryWidth] };
      feeds['sin'] = { data: sin, dims: [length, rotaryWidth] };
    }
    return feeds;
  }
}

/** Weights of a sequence's tokens in its pooled activation. */
export function poolWeights(pooling: Pooling, length: number): Float32Array {
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

function positionsOf({ sequences, length }: Batch): BigInt64Array {
  const positions = new BigInt64Array(sequences.length * length);
  for (let i = 0; i < positions.length; i += 1) positions[i] = BigInt(i % length);
  return positions;
}

function idsOf(batch: Batch, sequences: readonly Int32Array[]): Int32Array {
  const ids = new Int32Array(rowsOf(batch));
  batch.sequences.forEach((sequence, i) => ids.set(sequences[sequence]!, i * batch.length));
  return ids;
}
