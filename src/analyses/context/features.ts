import type { Transformer } from '../../models/transformer';
import { formatDuration } from '../../shared/progress';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { featuresOfTokens } from '../features/features';
import type { Features } from '../features/features';
import { Stopwatch } from './estimate';
import type { SharedWindows } from './sharing';

/**
 * Tokens that go through the model before what they gave is kept, at least: half a minute of a small model. Streaming
 * loads all weights for every part, and takes larger ones.
 */
const PART_TOKENS = { resident: 16_384, streaming: 131_072 };

/** What windows are read with. */
export interface WindowRequest {
  /** As the person named it. */
  readonly path: string;
  readonly model: Transformer;
  readonly layers: readonly number[];
  readonly context: RunContext;
}

/** Features of words by context length. */
export interface WindowFeatures {
  /** f32 [words, width] of the i-th layer with the window of the l-th length, in the dataset's order. */
  layer(l: number, i: number): Promise<Float32Array>;
  /** What the windows were expected to take; 0 where all of them were known. */
  readonly estimatedSeconds: number;
}

/** Sequences that go through the model together, and the first of the rows that they give. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly row: number;
  readonly tokens: number;
}

/**
 * Runs the windows part by part; every part goes to the activation cache, so that a run that was cancelled begins with
 * the first one that is missing. Before the first that is computed the model is timed on one batch.
 * @param partTokens tokens of a part at least
 * @throws UserError of the model; Cancelled
 */
export async function* windowFeatures(
  windows: SharedWindows,
  request: WindowRequest,
  partTokens = PART_TOKENS[request.model.executor],
): AsyncGenerator<Progress, WindowFeatures> {
  const { path, model, layers, context } = request;
  const parts = partsOf(windows, partTokens);
  const total = parts.reduce((sum, { tokens }) => sum + tokens, 0);
  const watch = new Stopwatch(windows.sequences, request);
  const read: Features[] = [];
  let done = 0;
  for (const { from, to, tokens } of parts) {
    const lent: RunContext = {
      ...context,
      cached: (key, shape, compute) =>
        context.cached(key, shape, async function* (sink) {
          yield* watch.once(total - done, parts.length - read.length);
          yield* compute(sink);
        }),
    };
    const chosen = { sequences: windows.sequences.slice(from, to), positions: windows.positions.slice(from, to) };
    const steps = featuresOfTokens(chosen, path, { layers }, lent);
    read.push(yield* inTokens(steps, (share) => progressOf(done + share * tokens, total, watch.seconds)));
    done += tokens;
    yield progressOf(done, total, watch.seconds);
  }
  const { width } = model.description;
  return {
    estimatedSeconds: watch.seconds,
    layer: (l, i) => gather(windows.rows[l]!, windows.spans[l]!, width, parts, (part) => read[part]!.layer(i)),
  };
}

function partsOf({ sequences, positions }: SharedWindows, most: number): Part[] {
  const parts: Part[] = [];
  let [from, row, rows, tokens] = [0, 0, 0, 0];
  sequences.forEach(({ length }, i) => {
    tokens += length;
    rows += positions[i]!.length;
    if (tokens < most && i + 1 < sequences.length) return;
    parts.push({ from, to: i + 1, row, tokens });
    [from, row, rows, tokens] = [i + 1, row + rows, 0, 0];
  });
  return parts;
}

function progressOf(done: number, total: number, seconds: number): Progress {
  const phase = seconds > 0 ? `Windows (about ${formatDuration(seconds)} in all)` : 'Windows';
  return { phase, done: Math.floor(done), total, unit: 'tokens' };
}

/** The activations' progress as a share; what comes before them as it is. */
async function* inTokens<T>(
  steps: AsyncGenerator<Progress, T>,
  show: (share: number) => Progress,
): AsyncGenerator<Progress, T> {
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value;
    const { phase, done, total } = step.value;
    yield phase === 'Activations' ? show(done / Math.max(1, total)) : step.value;
  }
}

/** Rows of one layer, a word's averaged in float64; only parts that hold some of them are read. */
async function gather(
  rows: Int32Array,
  spans: Int32Array,
  width: number,
  parts: readonly Part[],
  layerOf: (part: number) => Promise<Float32Array>,
): Promise<Float32Array> {
  const sums = new Float64Array(spans.length * width);
  const words = wordsOf(spans);
  for (const [p, { row }] of parts.entries()) {
    const end = parts[p + 1]?.row ?? Infinity;
    const own: number[] = [];
    rows.forEach((at, i) => void (at >= row && at < end && own.push(i)));
    if (own.length === 0) continue;
    const slab = await layerOf(p);
    for (const i of own) {
      const from = (rows[i]! - row) * width;
      const to = words[i]! * width;
      for (let j = 0; j < width; j += 1) sums[to + j]! += slab[from + j]!;
    }
  }
  return Float32Array.from(sums, (sum, at) => sum / spans[Math.floor(at / width)]!);
}

/** The word of every row. */
function wordsOf(spans: Int32Array): Int32Array {
  const words = new Int32Array(spans.reduce((sum, span) => sum + span, 0));
  let at = 0;
  spans.forEach((span, word) => {
    words.fill(word, at, at + span);
    at += span;
  });
  return words;
}
