import type { BrainDataset } from '../../data/brain/dataset';
import type { Stimulus } from '../../data/stimuli';
import { firDelays } from '../../math/timeseries/fir';
import { downsample } from '../../math/timeseries/lanczos';
import { placementKey } from '../../models/placement';
import type { Pooling, Transformer } from '../../models/transformer';
import type { WordPooling } from '../../models/word-tokens';
import { UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import type { FeatureRequest } from './request';
import { sentenceFeatures } from './sentences';
import { scanTimes, wordTimes } from './times';
import { tokenFeatures } from './tokens';
import type { ChosenTokens } from './tokens';
import { wordFeatures } from './words';

export interface FeatureOptions {
  /** Of a sentence's tokens (default `last`). */
  readonly pooling?: Pooling;
  /** Sentences: cut to this many tokens (default: none). */
  readonly maxTokens?: number;
  /** Of a word's sub-tokens (default `last`). */
  readonly wordPooling?: WordPooling;
  /** −1 is the embedding (default: every block). */
  readonly layers?: readonly number[];
  /** Tokens that words are read in at most (default: the model's context, at most 2,048). */
  readonly window?: number;
  /** Time series: features of the scans that lie 1, 2, … before, side by side (see `firDelays`). */
  readonly fir?: readonly number[];
  /** The same architecture with random weights. */
  readonly untrainedSeed?: number;
}

/** What a model makes of a dataset's stimuli, in the order of its response rows. */
export interface Features {
  readonly model: Transformer;
  /** Layer of every index; −1 is the embedding. */
  readonly layers: readonly number[];
  readonly rows: number;
  readonly width: number;
  /** Tokens that went through the model, special tokens included; words in overlapping windows count twice. */
  readonly tokens: number;
  /** Texts or windows that went through the model. */
  readonly sequences: number;
  /** Reads the layer with this index: f32 [rows, width], a fresh array; nothing else of it stays in memory. */
  layer(index: number): Promise<Float32Array>;
}

/**
 * A model's features of a dataset, through the activation cache. `sentence`: the pooled residual stream; `word`: that
 * behind the word's last sub-token (or the mean of its sub-tokens) with all words of its run before it; `timeseries`:
 * the words' features summed into scans by a Lanczos window, then delayed where `fir` says so.
 * @throws UserError that names a stimulus or word that the model cannot take; Cancelled
 */
export async function* featuresOf(
  dataset: BrainDataset,
  model: string,
  options: FeatureOptions,
  context: RunContext,
): AsyncGenerator<Progress, Features> {
  if (dataset.granularity === 'sentence') {
    const { name, stimuli } = dataset;
    const texts = stimuli.map(({ text }, i) => ({ text, source: `${name}: stimuli`, row: i + 1 }));
    return yield* featuresOfStimuli(texts, model, options, context);
  }
  const request = yield* opened(model, options, context);
  const { transformer, layers } = request;
  const { width } = transformer.description;
  const { arrays, order, tokens } = yield* wordFeatures(dataset, request);
  const words = async (index: number): Promise<Float32Array> => inOrder(await arrays.read(index), order, width);
  const recorded = asRecorded(dataset, { width, layer: words }, options.fir);
  return { model: transformer, layers, rows: dataset.rows, ...sizeOf(tokens), ...recorded };
}

/**
 * Features of a dataset's words as the rows that were recorded: the words, or scans into which they are summed, delayed
 * where `fir` says so.
 * @param words f32 [words, width] of the layer with an index, in the dataset's order
 * @throws UserError where words and rows do not go together
 */
export function asRecorded(
  dataset: BrainDataset,
  words: Pick<Features, 'width' | 'layer'>,
  fir: readonly number[] | undefined,
): Pick<Features, 'width' | 'layer'> {
  // Continuous recordings were averaged over each word's window: their rows are words already.
  if (dataset.granularity === 'word' || dataset.timing?.window !== undefined) {
    requireRows(dataset);
    return words;
  }
  const { width } = words;
  const scans = scanTimes(dataset);
  const times = wordTimes(dataset);
  return {
    width: width * (fir?.length ?? 1),
    async layer(index) {
      const perScan = downsample(await words.layer(index), width, times, scans);
      return fir === undefined ? perScan : firDelays(perScan, width, dataset.runs, fir);
    },
  };
}

/**
 * A model's features of texts: the pooled residual stream, through the activation cache.
 * @throws UserError that names a stimulus by file and row; Cancelled
 */
export async function* featuresOfStimuli(
  stimuli: readonly Stimulus[],
  model: string,
  options: FeatureOptions,
  context: RunContext,
): AsyncGenerator<Progress, Features> {
  const request = yield* opened(model, options, context);
  const { transformer, layers } = request;
  const { arrays, tokens } = yield* sentenceFeatures(stimuli, request);
  return {
    model: transformer,
    layers,
    rows: stimuli.length,
    width: transformer.description.width,
    ...sizeOf(tokens),
    layer: (index) => arrays.read(index),
  };
}

/**
 * A model's residual stream at chosen tokens, through the activation cache.
 * @returns rows in the order of the sequences and of their places
 * @throws UserError for a layer that the model does not have; Cancelled
 */
export async function* featuresOfTokens(
  chosen: ChosenTokens,
  model: string,
  options: Pick<FeatureOptions, 'layers' | 'untrainedSeed'>,
  context: RunContext,
): AsyncGenerator<Progress, Features> {
  const request = yield* opened(model, options, context);
  const { transformer, layers } = request;
  const arrays = yield* tokenFeatures(chosen, request);
  return {
    model: transformer,
    layers,
    rows: arrays.shape.rows,
    width: transformer.description.width,
    ...sizeOf(chosen.sequences),
    layer: (index) => arrays.read(index),
  };
}

async function* opened(
  model: string,
  options: FeatureOptions,
  context: RunContext,
): AsyncGenerator<Progress, FeatureRequest> {
  yield { phase: 'Opening the model', done: 0, total: 1, unit: 'model' };
  const { untrainedSeed } = options;
  const transformer = await context.openModel(model, untrainedSeed === undefined ? {} : { untrainedSeed });
  const layers = options.layers ?? Array.from({ length: transformer.description.layers }, (_, layer) => layer);
  return { transformer, layers, weights: await weightsOf(transformer, context), options, context };
}

/** What identifies a model's numbers: its files' contents, its tokenizer and where it runs. */
async function weightsOf(model: Transformer, context: RunContext): Promise<readonly string[]> {
  const hashes: string[] = [];
  for (const file of model.files) hashes.push(await context.hash(file));
  return [...hashes, model.tokenizer.sha256, ...placementKey(model)];
}

function sizeOf(sequences: readonly Int32Array[]): { readonly tokens: number; readonly sequences: number } {
  return { tokens: sequences.reduce((sum, ids) => sum + ids.length, 0), sequences: sequences.length };
}

function inOrder(rows: Float32Array, order: Int32Array, width: number): Float32Array {
  if (order.every((row, i) => row === i)) return rows;
  const sorted = new Float32Array(rows.length);
  order.forEach((row, i) => sorted.set(rows.subarray(row * width, (row + 1) * width), i * width));
  return sorted;
}

function requireRows({ words, rows, name }: BrainDataset): void {
  if (words.length === rows) return;
  throw new UserError(
    `${name} has ${words.length} words and ${rows} rows of responses`,
    'Give one row of responses for every word.',
  );
}
