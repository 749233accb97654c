import type { BrainDataset } from '../../data/brain/dataset';
import type { ModelTokenizer } from '../../models/tokenizer';
import { wordSequences } from '../../models/word-tokens';
import type { WordPooling, WordWindow } from '../../models/word-tokens';
import type { Progress } from '../../shared/progress';
import type { LayerArrays } from '../contract';
import { cachedRows } from './request';
import type { FeatureRequest } from './request';

/** Longest window unless told: attention over more tokens takes gigabytes. */
export const LONGEST_WINDOW = 2048;

export interface WordFeatures {
  /** f32 [layers, words, width], run by run. */
  readonly arrays: LayerArrays;
  /** Row of every word of the dataset. */
  readonly order: Int32Array;
  readonly tokens: readonly Int32Array[];
}

/** Texts as the model reads them, and which of their words each word of the dataset is. */
export interface DatasetWindows {
  readonly windows: readonly WordWindow[];
  /** Of every word of the dataset its place among all words of the windows, end to end. */
  readonly order: Int32Array;
}

/**
 * Every word with all words of its run before it, or the context that the dataset gives.
 * @param longest tokens of a window at most; Infinity: every text in one
 * @throws UserError that names a word
 */
export function datasetWindows(
  { words, name }: Pick<BrainDataset, 'words' | 'name'>,
  tokenizer: ModelTokenizer,
  longest: number,
): DatasetWindows {
  const windows: WordWindow[] = [];
  const order = new Int32Array(words.length);
  let row = 0;
  for (const [run, members] of runsOf(words)) {
    const what = run === '' ? name : `${name}, run ${run}`;
    const alone = members.filter((index) => words[index]!.context !== undefined);
    const together = members.filter((index) => words[index]!.context === undefined);
    const texts = together.map((index) => words[index]!.word);
    windows.push(...wordSequences(texts, tokenizer, longest, what));
    windows.push(...alone.map((index) => afterContext(words[index]!, tokenizer, longest, what)));
    for (const index of [...together, ...alone]) order[index] = row++;
  }
  return { windows, order };
}

/** Residual stream at every word, in its context. @throws UserError that names a word; Cancelled */
export async function* wordFeatures(
  dataset: BrainDataset,
  request: FeatureRequest,
): AsyncGenerator<Progress, WordFeatures> {
  const { transformer, options, context } = request;
  const wordPooling = options.wordPooling ?? 'last';
  const longest = options.window ?? Math.min(transformer.description.context, LONGEST_WINDOW);
  const { windows, order } = datasetWindows(dataset, transformer.tokenizer, longest);
  const tokens = windows.map(({ ids }) => ids);
  const arrays = yield* cachedRows(
    {
      sequences: tokens,
      rows: windows.map(({ ends }) => ends.length),
      key: {
        wordPooling,
        starts: windows.map(({ starts }) => [...starts]),
        ends: windows.map(({ ends }) => [...ends]),
      },
      run: (from, to) => read(windows.slice(from, to), wordPooling, request, context.signal),
    },
    request,
  );
  return { arrays, order, tokens };
}

/** A word behind the context that the dataset gives it, in a window of its own. */
function afterContext(
  { word, context = '' }: BrainDataset['words'][number],
  tokenizer: ModelTokenizer,
  longest: number,
  what: string,
): WordWindow {
  const before = context.split(/\s+/).filter((part) => part !== '');
  const { ids, starts, ends } = wordSequences([...before, word], tokenizer, longest, what).at(-1)!;
  return { ids, first: before.length, starts: starts.slice(-1), ends: ends.slice(-1) };
}

/** Words by run, each run where its first word stands. */
function runsOf(words: BrainDataset['words']): Map<string, number[]> {
  const runs = new Map<string, number[]>();
  words.forEach(({ run }, index) => {
    const members = runs.get(run);
    if (members === undefined) runs.set(run, [index]);
    else members.push(index);
  });
  return runs;
}

async function* read(
  windows: readonly WordWindow[],
  pooling: WordPooling,
  { transformer, layers }: FeatureRequest,
  signal: AbortSignal,
): AsyncGenerator<Progress, Float32Array> {
  const sequences = windows.map(({ ids }) => ids);
  const run = (positions: readonly Int32Array[]): AsyncGenerator<Progress, Float32Array> =>
    transformer.tokenActivations(sequences, { positions, layers, signal });
  if (pooling === 'last') return yield* run(windows.map(({ ends }) => ends.map((end) => end - 1)));
  const spans = windows.flatMap(({ starts, ends }) => Array.from(ends, (end, i) => end - starts[i]!));
  const subTokens = yield* run(
    windows.map(({ starts, ends }) => Int32Array.from({ length: ends.at(-1)! - starts[0]! }, (_, i) => starts[0]! + i)),
  );
  return means(subTokens, spans, layers.length * transformer.description.width);
}

/** Means of consecutive rows, `spans[i]` of them each: f32 [rows, width] → [spans, width], summed in float64. */
function means(rows: Float32Array, spans: readonly number[], width: number): Float32Array {
  const out = new Float32Array(spans.length * width);
  const sum = new Float64Array(width);
  let at = 0;
  spans.forEach((span, i) => {
    sum.fill(0);
    for (let j = 0; j < span * width; j += 1) sum[j % width]! += rows[at + j]!;
    at += span * width;
    out.set(
      sum.map((value) => value / span),
      i * width,
    );
  });
  return out;
}
