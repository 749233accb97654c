import { createHash } from 'node:crypto';
import type { Transformer } from '../../models/transformer';
import type { Progress } from '../../shared/progress';
import type { LayerArrays, LayerSink, RunContext } from '../contract';
import type { FeatureOptions } from './features';

/** What is asked of an opened model. */
export interface FeatureRequest {
  readonly transformer: Transformer;
  readonly layers: readonly number[];
  /** Hashes of the model's files and of its tokenizer. */
  readonly weights: readonly string[];
  readonly options: FeatureOptions;
  readonly context: RunContext;
}

/** Sequences that go through a model, each of which gives some rows of the array. */
export interface Job {
  readonly sequences: readonly Int32Array[];
  /** Rows of the array that each sequence gives. */
  readonly rows: readonly number[];
  /** Besides the model, the layers and the ids: what the numbers depend on. */
  readonly key: unknown;
  /** Runs sequences `from`…`to − 1`; returns f32 [their rows, layers, width]. */
  run(from: number, to: number): AsyncGenerator<Progress, Float32Array>;
}

/** Changes where the same key would give other numbers. */
const FORMAT = 1;

/** Layers from the cache, or else computed part by part so that an eighth of the memory budget holds one. */
export function cachedRows(job: Job, request: FeatureRequest): AsyncGenerator<Progress, LayerArrays> {
  const { layers, transformer, weights, context } = request;
  const { width } = transformer.description;
  const rows = job.rows.reduce((sum, count) => sum + count, 0);
  const key = { format: FORMAT, weights, layers, ids: hashOf(job.sequences), of: job.key };
  const shape = { layers: layers.length, rows, width };
  const room = context.memory / 8 / (layers.length * width * 4);
  return context.cached(key, shape, (sink) => compute(job, partsOf(job.rows, room), layers.length, width, sink));
}

/** Hex SHA-256 of lists of ids or positions. */
export function hashOf(lists: readonly Int32Array[]): string {
  const hash = createHash('sha256');
  for (const list of lists) hash.update(Int32Array.of(list.length)).update(list);
  return hash.digest('hex');
}

interface Part {
  readonly from: number;
  readonly to: number;
  /** First row of the array. */
  readonly row: number;
}

async function* compute(
  job: Job,
  parts: readonly Part[],
  layers: number,
  width: number,
  sink: LayerSink,
): AsyncGenerator<Progress, void> {
  for (const [index, { from, to, row }] of parts.entries()) {
    const values = yield* overall(job.run(from, to), index, parts.length, from, job.sequences.length);
    const rows = values.length / (layers * width);
    for (let layer = 0; layer < layers; layer += 1) {
      const slab = new Float32Array(rows * width);
      for (let i = 0; i < rows; i += 1) {
        const at = (i * layers + layer) * width;
        slab.set(values.subarray(at, at + width), i * width);
      }
      await sink.write(layer, row, slab);
    }
  }
}

function partsOf(rows: readonly number[], room: number): Part[] {
  const parts: Part[] = [];
  let from = 0;
  let row = 0;
  let held = 0;
  rows.forEach((count, i) => {
    if (held > 0 && held + count > room) {
      parts.push({ from, to: i, row });
      from = i;
      row += held;
      held = 0;
    }
    held += count;
  });
  return rows.length === 0 ? [] : [...parts, { from, to: rows.length, row }];
}

/** The progress of one part as that of all. */
async function* overall<T>(
  steps: AsyncGenerator<Progress, T>,
  part: number,
  parts: number,
  from: number,
  sequences: number,
): AsyncGenerator<Progress, T> {
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value;
    const { done, total, unit } = step.value;
    if (unit === 'stimuli') yield { ...step.value, done: from + done, total: sequences };
    else if (unit === 'blocks') yield { ...step.value, done: part * total + done, total: parts * total };
    else yield step.value;
  }
}
