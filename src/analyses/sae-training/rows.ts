import { Random } from '../../math/random';
import type { Transformer } from '../../models/transformer';
import { UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { LayerArrays, LayerSink, RunContext } from '../contract';
import type { TrainingTokens } from './tokens';

/** Rows that are stored, and read, together. */
export const CHUNK_ROWS = 16_384;
/** Tokens that go through the model between two writes. */
const GROUP_TOKENS = 16_384;

/** A layer's activations, in chunks on the disk. */
export interface StoredRows {
  readonly count: number;
  readonly width: number;
  readonly chunks: number;
  /** f32 [rows of the chunk, width]; every chunk but the last has `CHUNK_ROWS`. */
  read(chunk: number): Promise<Float32Array>;
}

/**
 * The layer's activations at the tokens that the SAE sees, from the cache or computed and kept there: in float32, as the
 * model computes them, so that what is trained on is what an analysis reads later. The cache's key holds the model, the
 * layer and the tokens alone: trainings with other settings find them.
 */
export async function* storedRows(
  model: Transformer,
  layer: number,
  tokens: TrainingTokens,
  context: RunContext,
): AsyncGenerator<Progress, StoredRows> {
  const { width } = model.description;
  const count = tokens.documents.length;
  const chunks = Math.ceil(count / CHUNK_ROWS);
  const hashes: string[] = [];
  for (const file of model.files) hashes.push(await context.hash(file));
  const key = { of: 'sae training', model: hashes, layer, tokens: tokens.sha256 };
  const shape = { layers: chunks, rows: Math.min(CHUNK_ROWS, count), width };
  const stored: LayerArrays = yield* context.cached(key, shape, (sink) =>
    activations(model, layer, tokens, context, sink),
  );
  return {
    count,
    width,
    chunks,
    read: async (chunk) => {
      const values = await stored.read(chunk);
      return values.subarray(0, Math.min(CHUNK_ROWS, count - chunk * CHUNK_ROWS) * width);
    },
  };
}

async function* activations(
  model: Transformer,
  layer: number,
  { sequences, positions, documents }: TrainingTokens,
  { signal }: RunContext,
  sink: LayerSink,
): AsyncGenerator<Progress, void> {
  const { width } = model.description;
  const total = documents.length;
  let row = 0;
  for (let from = 0; from < sequences.length;) {
    let to = from;
    for (let sum = 0; to < sequences.length && (sum === 0 || sum < GROUP_TOKENS); to++) sum += sequences[to]!.length;
    const group = positions.slice(from, to);
    const rows = group.reduce((sum, { length }) => sum + length, 0);
    const steps = model.tokenActivations(sequences.slice(from, to), { positions: group, layers: [layer], signal });
    for (;;) {
      const step = await steps.next();
      if (step.done === true) {
        await writeRows(sink, row, step.value, width);
        break;
      }
      const done = row + Math.floor((rows * step.value.done) / Math.max(1, step.value.total));
      yield { phase: 'Activations', done, total, unit: 'tokens' };
    }
    row += rows;
    from = to;
    yield { phase: 'Activations', done: row, total, unit: 'tokens' };
  }
}

/** Cuts rows at the borders of the chunks. */
async function writeRows(sink: LayerSink, first: number, values: Float32Array, width: number): Promise<void> {
  const end = first + values.length / width;
  for (let row = first; row < end;) {
    const chunk = Math.floor(row / CHUNK_ROWS);
    const to = Math.min(end, (chunk + 1) * CHUNK_ROWS);
    await sink.write(chunk, row - chunk * CHUNK_ROWS, values.subarray((row - first) * width, (to - first) * width));
    row = to;
  }
}

/**
 * Which documents are held out: drawn one after the other until they hold the share of all rows.
 * @returns u8 [documents], 1 = held out
 * @throws UserError for a single document
 */
export function holdOut(documentRows: Int32Array, share: number, random: Random): Uint8Array {
  if (documentRows.length < 2)
    throw new UserError(
      'There is one document alone, and none to measure on',
      'Give two documents or more; a long text can be split into several files.',
    );
  const wanted = share * documentRows.reduce((sum, rows) => sum + rows, 0);
  const held = new Uint8Array(documentRows.length);
  let rows = 0;
  for (const document of random.permutation(documentRows.length).subarray(0, -1)) {
    if (rows >= wanted) break;
    held[document] = 1;
    rows += documentRows[document]!;
  }
  return held;
}
