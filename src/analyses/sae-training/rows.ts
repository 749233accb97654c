import type { Random } from '../../math/random';
import { placementKey } from '../../models/placement';
import type { Transformer } from '../../models/transformer';
import { UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { LayerArrays, LayerSink, RunContext } from '../contract';
import { tokenDigest } from './tokens';
import type { TrainingTokens } from './tokens';

/** A chunk, which is stored and read as one, ends with the sequence that brings it to so many rows. */
export const CHUNK_ROWS = 16_384;

/** A layer's activations, in chunks on the disk. */
export interface StoredRows {
  readonly width: number;
  /** First row of each chunk, and the end: i32 [chunks + 1]. */
  readonly starts: Int32Array;
  /** f32 [rows of the chunk, width]. */
  read(chunk: number): Promise<Float32Array>;
}

/**
 * The layer's activations at the tokens that the SAE sees, from the cache or computed and kept there: in float32, as the
 * model computes them, so that what is trained on is what an analysis reads later. The cache's keys hold the model, the
 * layer and the chunk's tokens alone: trainings with other settings find them, and so does a run that was cancelled.
 */
export async function* storedRows(
  model: Transformer,
  layer: number,
  tokens: TrainingTokens,
  context: RunContext,
): AsyncGenerator<Progress, StoredRows> {
  const { width } = model.description;
  const total = tokens.documents.length;
  const hashes: string[] = [...placementKey(model)];
  for (const file of model.files) hashes.push(await context.hash(file));
  const starts = [0];
  const chunks: LayerArrays[] = [];
  for (const chunk of chunksOf(tokens)) {
    const rows = chunk.positions.reduce((sum, { length }) => sum + length, 0);
    const key = { of: 'sae training', model: hashes, layer, tokens: tokenDigest(chunk.sequences, chunk.positions) };
    const first = starts.at(-1)!;
    const meter = (done: number): Progress => ({ phase: 'Activations', done: first + done, total, unit: 'tokens' });
    const compute = (sink: LayerSink): AsyncGenerator<Progress, void> =>
      activations(model, layer, chunk, meter, context, sink);
    chunks.push(yield* context.cached(key, { layers: 1, rows, width }, compute));
    starts.push(first + rows);
    yield meter(rows);
  }
  return { width, starts: Int32Array.from(starts), read: (chunk) => chunks[chunk]!.read(0) };
}

type Chunk = Pick<TrainingTokens, 'sequences' | 'positions'>;

function chunksOf({ sequences, positions }: Chunk): Chunk[] {
  const chunks: Chunk[] = [];
  let from = 0;
  let rows = 0;
  positions.forEach(({ length }, i) => {
    rows += length;
    if (rows < CHUNK_ROWS && i + 1 < positions.length) return;
    chunks.push({ sequences: sequences.slice(from, i + 1), positions: positions.slice(from, i + 1) });
    from = i + 1;
    rows = 0;
  });
  return chunks;
}

async function* activations(
  model: Transformer,
  layer: number,
  { sequences, positions }: Chunk,
  meter: (done: number) => Progress,
  { signal }: RunContext,
  sink: LayerSink,
): AsyncGenerator<Progress, void> {
  const rows = positions.reduce((sum, { length }) => sum + length, 0);
  const steps = model.tokenActivations(sequences, { positions, layers: [layer], signal });
  for (;;) {
    const step = await steps.next();
    if (step.done === true) {
      await sink.write(0, 0, step.value);
      return;
    }
    yield meter(Math.floor((rows * step.value.done) / Math.max(1, step.value.total)));
  }
}

/**
 * Which documents are held out: drawn one after the other until they hold the share of all rows. One that would make it
 * more than twice the share is left to training (a book among articles); where all would, the shortest is held out.
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
    if (rows + documentRows[document]! > 2 * wanted) continue;
    held[document] = 1;
    rows += documentRows[document]!;
  }
  if (rows === 0) held[shortest(documentRows)] = 1;
  return held;
}

function shortest(documentRows: Int32Array): number {
  return documentRows.reduce((best, rows, i) => (rows < documentRows[best]! ? i : best), 0);
}
