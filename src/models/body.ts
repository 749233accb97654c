import { setImmediate } from 'node:timers/promises';
import { Cancelled } from '../shared/errors';
import type { Provider } from '../shared/provider';
import type { ArchitectureModel, Weights } from './architectures/architecture';
import { rowsOf } from './batches';
import type { Batch } from './batches';
import type { Conditions } from './conditions';
import { poolFeed, rowsRead } from './pool';
import type { Readout } from './pool';
import { loadGraph } from './runtime';
import type { Feed, LoadedGraph } from './runtime';
import { buildBlocks } from './segments';
import type { Range } from './segments';

/** A sequence under a condition. */
export interface Item {
  readonly ids: Int32Array;
  /** Index into the pass' conditions. */
  readonly condition: number;
  /** The stream behind the pass' blocks so far, f32 [length, width]; absent where the pass starts from the ids. */
  readonly stream?: Float32Array;
}

/** What a pass through the blocks is asked for. */
export interface Pass {
  /** Batches name items by their index. */
  readonly items: readonly Item[];
  readonly conditions: Conditions;
  /** Blocks to run; those of the whole model by default. */
  readonly blocks?: Range;
  readonly readout: Readout;
  readonly signal: AbortSignal;
  /** Takes what is read of the stream behind `layer` (−1: embedding), f32 [batch, rows read, width]. */
  readonly onTap?: (batch: Batch, layer: number, pooled: Float32Array) => void;
  /** Takes the stream behind the pass' last block, f32 [batch · length, width]. */
  readonly onEnd?: (batch: Batch, stream: Float32Array) => void;
}

/**
 * The blocks of a transformer, cut into segments. Resident segments stay loaded until `release`, or until a pass needs
 * other cuts; of others one at a time is loaded, all batches of a wave go through it, and it is released.
 */
export class Body {
  private readonly resident = new Map<string, LoadedGraph>();

  constructor(
    private readonly model: ArchitectureModel,
    private readonly weights: Weights,
    private readonly segments: readonly Range[],
    private readonly threads: number,
    private readonly stays: boolean,
    private readonly provider: Provider,
  ) {}

  /** Runs one wave; yields after every graph run the share of (tokens × blocks) done in it. @throws Cancelled */
  async *run(wave: readonly Batch[], pass: Pass): AsyncGenerator<number, void> {
    const { from, to } = pass.blocks ?? { from: 0, to: this.model.sizes.layers };
    const rows = wave.reduce((sum, batch) => sum + rowsOf(batch), 0);
    const streams = new Map<Batch, Float32Array>();
    let done = 0;
    for (const range of this.within(from, to)) {
      const graph = await this.load(range);
      const tables = ablationFeeds(pass.conditions, range, this.model.sizes.width);
      try {
        for (const batch of wave) {
          await this.runSegment({ graph, range, batch, pass, tables, streams });
          done += (rowsOf(batch) * (range.to - range.from)) / (rows * (to - from));
          yield done;
          // A run holds the thread; messages (a cancel) get their turn between two.
          await setImmediate();
          if (pass.signal.aborted) throw new Cancelled();
        }
      } finally {
        if (!this.stays) await graph.release();
      }
    }
  }

  /** Loads the weights of blocks before `to` that stay loaded, cut at block `at`; other cuts are released. */
  async warm(at = 0, to = this.model.sizes.layers): Promise<void> {
    if (!this.stays) return;
    const ranges = [...this.within(0, at), ...this.within(at, to)];
    const kept = new Set(ranges.map(keyOf));
    for (const [key, graph] of this.resident) {
      if (kept.has(key)) continue;
      this.resident.delete(key);
      await graph.release();
    }
    for (const range of ranges) await this.load(range);
  }

  async release(): Promise<void> {
    const graphs = [...this.resident.values()];
    this.resident.clear();
    for (const graph of graphs) await graph.release();
  }

  /** The segments, cut down to blocks `from`…`to − 1`. */
  private within(from: number, to: number): Range[] {
    return this.segments
      .map((range) => ({ from: Math.max(from, range.from), to: Math.min(to, range.to) }))
      .filter((range) => range.from < range.to);
  }

  private async load(range: Range): Promise<LoadedGraph> {
    const known = this.resident.get(keyOf(range));
    if (known !== undefined) return known;
    const graph = await loadGraph(buildBlocks(this.model, this.weights, range), this.threads, this.provider);
    if (this.stays) this.resident.set(keyOf(range), graph);
    return graph;
  }

  private async runSegment({ graph, range, batch, pass, tables, streams }: SegmentRun): Promise<void> {
    const last = range.to === (pass.blocks?.to ?? this.model.sizes.layers);
    const wanted = [...(pass.onTap ? ['taps' as const] : []), ...(!last || pass.onEnd ? ['after' as const] : [])];
    const feeds = { ...this.feeds(range, batch, pass, streams.get(batch)), ...tables };
    const { taps, after } = await graph.run(feeds, wanted);
    if (pass.onTap !== undefined) this.handTaps(range, batch, taps, pass);
    if (last) {
      streams.delete(batch);
      pass.onEnd?.(batch, after);
    } else {
      streams.set(batch, after);
    }
  }

  private handTaps(range: Range, batch: Batch, taps: Float32Array, { readout, onTap }: Pass): void {
    const size = batch.sequences.length * rowsRead(readout, batch) * this.model.sizes.width;
    const first = range.from === 0 ? -1 : range.from;
    for (let i = 0; i * size < taps.length; i += 1) onTap?.(batch, first + i, taps.subarray(i * size, (i + 1) * size));
  }

  private feeds(range: Range, batch: Batch, pass: Pass, stream: Float32Array | undefined): Record<string, Feed> {
    const { width } = this.model.sizes;
    const { length } = batch;
    const rows = rowsOf(batch);
    const condition = BigInt64Array.from(batch.sequences, (item) => BigInt(pass.items[item]!.condition));
    const feeds: Record<string, Feed> = {
      positions: { data: positionsOf(batch), dims: [batch.sequences.length, length] },
      condition: { data: condition, dims: [batch.sequences.length] },
      pool: poolFeed(pass.readout, batch),
    };
    if (range.from === 0) feeds['ids'] = { data: idsOf(batch, pass.items), dims: [rows] };
    else feeds['stream'] = { data: stream ?? streamOf(batch, pass.items, width), dims: [rows, width] };
    return { ...feeds, ...rotaryFeeds(this.model, length) };
  }
}

interface SegmentRun {
  readonly graph: LoadedGraph;
  readonly range: Range;
  readonly batch: Batch;
  readonly pass: Pass;
  readonly tables: Record<string, Feed>;
  readonly streams: Map<Batch, Float32Array>;
}

function keyOf({ from, to }: Range): string {
  return `${from}-${to}`;
}

function ablationFeeds(conditions: Conditions, range: Range, width: number): Record<string, Feed> {
  const dims = [range.to - range.from, conditions.count, width];
  return { keep: { data: conditions.keep(range), dims }, fill: { data: conditions.fill(range), dims } };
}

function rotaryFeeds(model: ArchitectureModel, length: number): Record<string, Feed> {
  if (model.rotaryWidth === undefined) return {};
  const dims = [length, model.rotaryWidth];
  const { cos, sin } = model.rotaryTables(length);
  const local = model.localRotaryTables?.(length);
  return {
    cos: { data: cos, dims },
    sin: { data: sin, dims },
    ...(local && { localCos: { data: local.cos, dims }, localSin: { data: local.sin, dims } }),
  };
}

function positionsOf({ sequences, length }: Batch): BigInt64Array {
  const positions = new BigInt64Array(sequences.length * length);
  for (let i = 0; i < positions.length; i += 1) positions[i] = BigInt(i % length);
  return positions;
}

function idsOf(batch: Batch, items: readonly Item[]): Int32Array {
  const ids = new Int32Array(rowsOf(batch));
  batch.sequences.forEach((item, i) => ids.set(items[item]!.ids, i * batch.length));
  return ids;
}

function streamOf(batch: Batch, items: readonly Item[], width: number): Float32Array {
  const rows = new Float32Array(rowsOf(batch) * width);
  batch.sequences.forEach((item, i) => rows.set(items[item]!.stream!, i * batch.length * width));
  return rows;
}
