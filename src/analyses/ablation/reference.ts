import { readStimuli, stimulusFiles } from '../../data/stimuli';
import type { Transformer } from '../../models/transformer';
import type { Progress } from '../../shared/progress';
import { UserError } from '../../shared/errors';
import type { RunContext } from '../contract';

/** The built-in sentences, and their condition in that file. */
const SENTENCES = { file: 'stimuli/language.csv', condition: 'sentences' };
/** As the published localizer reads its stimuli. */
const MAGNITUDE_TOKENS = 12;

/** Texts over which means and magnitudes are taken. */
export interface Reference {
  readonly texts: readonly string[];
  /** Absolute. */
  readonly files: readonly string[];
}

/** @param paths files or folders; absent: the built-in sentences. @throws UserError as `readStimuli` */
export async function readReference(paths: readonly string[] | undefined, context: RunContext): Promise<Reference> {
  const files = await stimulusFiles(paths ?? [context.sample(SENTENCES.file)]);
  if (paths !== undefined) for (const file of files) context.recordInput(file, 'reference');
  const stimuli = await readStimuli(files);
  const wanted = paths === undefined ? stimuli.filter(({ condition }) => condition === SENTENCES.condition) : stimuli;
  return { texts: wanted.map(({ text }) => text), files };
}

/** Mean |activation| of every unit over the texts' last tokens, cut to 12 tokens; f64 [layers, width]. */
export async function* magnitudeOf(
  { texts }: Reference,
  transformer: Transformer,
  signal: AbortSignal,
): AsyncGenerator<Progress, Float64Array> {
  const sequences = texts.map((text) => transformer.tokenizer.encode(text, MAGNITUDE_TOKENS));
  const values = yield* transformer.activations(sequences, { pooling: 'last', signal });
  return meanRows(values.map(Math.abs), sequences.length, sequences.length);
}

/** Mean of every unit over all tokens of the texts; f32 [layers, width]. @throws UserError for a text beyond the context */
export async function* tokenMeans(
  { texts, files }: Reference,
  transformer: Transformer,
  signal: AbortSignal,
): AsyncGenerator<Progress, Float32Array> {
  const { context } = transformer.description;
  const sequences = texts.map((text) => transformer.tokenizer.encode(text));
  const long = sequences.findIndex(({ length }) => length > context);
  if (long >= 0) {
    throw new UserError(
      `${files[0]!}: reference text ${long + 1} has ${sequences[long]!.length} tokens, and the model takes at most ${context}`,
      'Shorten it.',
    );
  }
  const sums = yield* transformer.activations(sequences, { pooling: 'sum', signal });
  const tokens = sequences.reduce((sum, { length }) => sum + length, 0);
  return Float32Array.from(meanRows(sums, sequences.length, tokens));
}

function meanRows(values: Float32Array, rows: number, divisor: number): Float64Array {
  const units = values.length / rows;
  const sums = new Float64Array(units);
  for (let row = 0; row < rows; row += 1) {
    for (let unit = 0; unit < units; unit += 1) sums[unit]! += values[row * units + unit]!;
  }
  return sums.map((sum) => sum / divisor);
}
