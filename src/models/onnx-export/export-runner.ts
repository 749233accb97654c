import { setImmediate } from 'node:timers/promises';
import { Cancelled, messageOf, UserError } from '../../shared/errors';
import type { Sizes } from '../architectures/architecture';
import type { Batch } from '../batches';
import type { Conditions } from '../conditions';
import { loadGraph } from '../runtime';
import type { Feed, LoadedGraph } from '../runtime';
import type { Continued, Placement } from '../transformer';
import { batchLimit, exportFeeds } from './feeds';
import type { ExportTensor, ExportValue } from './read-model';
import { NAMES, rewrite } from './rewrite';
import type { Analysed, Purpose } from './rewrite';

export interface RunnerParts {
  /** The graph's file, for messages. */
  readonly path: string;
  readonly analysed: Analysed;
  readonly sizes: Sizes;
  readonly threads: number;
  readonly placement: Placement;
  /** The folder that external data is relative to. */
  readonly base: string;
  /** A tensor as the rewritten graph holds it. */
  readonly place: (tensor: ExportTensor) => Uint8Array;
}

/** Batches of sequences under conditions, for one pass. */
export interface ExportPass {
  readonly purpose: Purpose;
  /** Batches name items by their index. */
  readonly items: readonly Continued[];
  readonly conditions: Conditions;
  readonly batches: readonly Batch[];
  readonly signal: AbortSignal;
  /** The graph's `pool` for a batch; for taps only. */
  readonly pool?: (batch: Batch) => Feed;
  /** Takes a batch's output; `taps`: how many blocks' streams it holds behind the embedding's. */
  readonly take: (batch: Batch, output: Float32Array, taps: number) => void;
}

interface Loaded {
  readonly purpose: Purpose;
  readonly graph: LoadedGraph;
  /** The export's own inputs that the graph still reads. */
  readonly inputs: readonly ExportValue[];
}

/** Runs the rewritten graphs of an export. One is loaded at a time: two would hold the weights twice. */
export class ExportRunner {
  private loaded: Loaded | undefined;

  constructor(private readonly parts: RunnerParts) {}

  /**
   * Sequences that may share a run. Dynamic quantisation scales a whole batch by its largest value, so that sequences
   * would change each other's numbers.
   */
  get batchLimit(): number {
    const { model, graph } = this.parts.analysed;
    return graph.nodes.some(({ op }) => QUANTISERS.has(op)) ? 1 : batchLimit(model.graph.inputs);
  }

  /** Runs all batches; yields the share of tokens done after each. @throws Cancelled */
  async *run(pass: ExportPass): AsyncGenerator<number, void> {
    const { items, conditions, batches, signal } = pass;
    if (signal.aborted) throw new Cancelled();
    const { purpose, graph, inputs } = await this.load(pass.purpose);
    const tables = this.tables(conditions);
    const tokens = batches.reduce((sum, { sequences, length }) => sum + sequences.length * length, 0);
    const output = purpose === 'logits' ? NAMES.logits : NAMES.taps;
    let done = 0;
    for (const batch of batches) {
      const { length } = batch;
      const sequences = batch.sequences.map((item) => items[item]!.ids);
      const condition = BigInt64Array.from(batch.sequences, (item) => BigInt(items[item]!.condition));
      const feeds = {
        ...exportFeeds(inputs, { sequences, length }, this.parts.path),
        ...tables,
        [NAMES.condition]: { data: condition, dims: [sequences.length] },
        ...(pass.pool !== undefined && { [NAMES.pool]: pass.pool(batch) }),
      };
      const results = await graph.run(feeds, [output]).catch((error: unknown) => {
        throw this.failed('run', error);
      });
      pass.take(batch, results[output], purpose === 'logits' ? 0 : purpose.taps);
      done += sequences.length * length;
      yield done / tokens;
      // A run holds the thread; messages (a cancel) get their turn between two.
      await setImmediate();
      if (signal.aborted) throw new Cancelled();
    }
  }

  /** Loads the graph for a purpose in the place of another; one that gives more blocks than asked for stays. */
  async load(purpose: Purpose): Promise<Loaded> {
    if (this.loaded !== undefined && serves(this.loaded.purpose, purpose)) return this.loaded;
    await this.release();
    const { analysed, place, base, threads, placement } = this.parts;
    const { bytes, inputs } = rewrite(analysed, purpose, place);
    const graph = await loadGraph({ bytes, folder: base }, threads, placement.provider).catch((error: unknown) => {
      throw this.failed('load', error);
    });
    this.loaded = { purpose, inputs, graph };
    return this.loaded;
  }

  async release(): Promise<void> {
    const { loaded } = this;
    this.loaded = undefined;
    await loaded?.graph.release();
  }

  private failed(what: string, error: unknown): UserError {
    if (error instanceof UserError) return error;
    return new UserError(
      `${this.parts.path}: ONNX Runtime cannot ${what} the graph with streams of ${this.parts.sizes.width} units: ${messageOf(error)}`,
      'Get graph and config.json from one place, or use the model’s safetensors weights.',
    );
  }

  private tables(conditions: Conditions): Record<string, Feed> {
    const { layers, width } = this.parts.sizes;
    const dims = [layers, conditions.count, 1, width];
    const range = { from: 0, to: layers };
    return {
      [NAMES.keep]: { data: conditions.keep(range), dims },
      [NAMES.fill]: { data: conditions.fill(range), dims },
    };
  }
}

const QUANTISERS: ReadonlySet<string> = new Set(['DynamicQuantizeLinear', 'DynamicQuantizeMatMul']);

function serves(loaded: Purpose, wanted: Purpose): boolean {
  if (loaded === 'logits' || wanted === 'logits') return loaded === wanted;
  return loaded.taps >= wanted.taps;
}
