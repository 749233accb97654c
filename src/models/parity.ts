import { Cancelled, messageOf } from '../shared/errors';
import type { Progress } from '../shared/progress';
import type { Provider } from '../shared/provider';
import type { Placement, Transformer } from './transformer';

/** How far a provider's numbers lie from the CPU's. */
export interface Parity {
  /** The largest of max |difference| / max |activation on the CPU| over all sequences, layers and tokens. */
  readonly activations: number;
  /** The largest difference of a sequence's score, in nats; absent where the model has no head. */
  readonly scores?: number;
}

/**
 * What another provider may differ by: as much as the CPU itself may from PyTorch's float32. Other orders of summation cost
 * 1e-6 to 1e-5; arithmetic in TF32 or float16, which providers fall into silently, 1e-3 and more.
 */
export const FLOAT32: Required<Parity> = { activations: 3e-4, scores: 1e-3 };
/** Graphs that are float16 themselves: the CPU widens them, others compute in it, with 11 bits. */
export const FLOAT16: Required<Parity> = { activations: 3e-2, scores: 1 };

/** The first batch: other scripts, code and plain English, cut to one length. */
const TEXTS = [
  'On Monday morning the old baker opened the window, because the kitchen had become too hot to work in.',
  'for (let i = 0; i < rows.length; i += 1) { total += rows[i].value * 0.5; } // the mean of both halves',
  'Größere Vögel fliegen höher — «déjà vu», 東京は雨です。 Привет, мир! 🙂 ¿Qué tal estás hoy, señora Núñez?',
  'The results (n = 1,024; p < 0.001) agree with those of 1998, but not with what the second author wrote later.',
];
const LONGEST = 24;

interface Numbers {
  readonly activations: Float32Array;
  readonly scores: Float64Array | undefined;
  /** Elements of a row of `activations`. */
  readonly width: number;
}

export interface SettleOptions {
  /** Whether the model has a head, whose scores are compared too. */
  readonly hasHead: boolean;
  readonly tolerance: Required<Parity>;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * A model on a provider, if its first batch gives there what it gives on the CPU; else on the CPU, with a warning that
 * says why. The CPU's turn comes first and gives its memory back.
 * @param make the model as it runs at a place; nothing is loaded before it runs
 * @throws what the model throws on the CPU; Cancelled
 */
export async function settleProvider<Model extends Transformer>(
  provider: Provider,
  make: (placement: Placement) => Model,
  { hasHead, tolerance, signal, onProgress }: SettleOptions,
): Promise<Model> {
  if (provider === 'cpu') return make({ provider });
  const report = (done: number): void =>
    onProgress?.({ phase: `Comparing ${provider} with the CPU`, done, total: 2, unit: 'runs' });
  report(0);
  const expected = await released(make({ provider: 'cpu' }), hasHead, signal);
  report(1);
  const onCpu = (why: string): Model =>
    make({ provider: 'cpu', warning: `The model runs on the CPU, not on ${provider}: ${why}` });
  const placement: { provider: Provider; parity?: Parity } = { provider };
  const model = make(placement);
  try {
    const parity = compare(await firstBatch(model, hasHead, signal), expected);
    const why = tooFar(parity, tolerance);
    if (why === undefined) {
      placement.parity = parity;
      return model;
    }
    await model.dispose();
    return onCpu(why);
  } catch (error) {
    await model.dispose();
    if (error instanceof Cancelled) throw error;
    return onCpu(messageOf(error));
  }
}

async function released(model: Transformer, hasHead: boolean, signal: AbortSignal): Promise<Numbers> {
  try {
    return await firstBatch(model, hasHead, signal);
  } finally {
    await model.dispose();
  }
}

async function firstBatch(model: Transformer, hasHead: boolean, signal: AbortSignal): Promise<Numbers> {
  const { layers, width, context, vocabulary } = model.description;
  const encoded = TEXTS.map((text) => model.tokenizer.encode(text));
  const length = Math.min(LONGEST, context, ...encoded.map((ids) => ids.length));
  // A tokenizer of another model is no matter of the provider: its ids are folded into the vocabulary.
  const sequences = encoded.map((ids) => ids.slice(0, length).map((id) => id % vocabulary));
  const all = Array.from({ length: layers + 1 }, (_, i) => i - 1);
  const positions = sequences.map((ids) => Int32Array.from(ids, (_, i) => i));
  const activations = await drain(model.tokenActivations(sequences, { signal, positions, layers: all }));
  const scores = hasHead ? await drain(model.score(sequences, { signal })) : undefined;
  return { activations, scores, width };
}

async function drain<Result>(steps: AsyncGenerator<Progress, Result>): Promise<Result> {
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value;
  }
}

function compare(found: Numbers, expected: Numbers): Parity {
  const activations = largestRelative(found.activations, expected.activations, expected.width);
  const { scores } = expected;
  if (scores === undefined) return { activations };
  return {
    activations,
    scores: scores.reduce((most, value, i) => larger(most, Math.abs(value - found.scores![i]!)), 0),
  };
}

function largestRelative(found: Float32Array, expected: Float32Array, width: number): number {
  let largest = 0;
  for (let row = 0; row < expected.length; row += width) {
    let difference = 0;
    let size = 0;
    for (let i = row; i < row + width; i += 1) {
      difference = larger(difference, Math.abs(found[i]! - expected[i]!));
      size = Math.max(size, Math.abs(expected[i]!));
    }
    if (difference !== 0) largest = larger(largest, difference / size);
  }
  return largest;
}

/** NaN wins: numbers that are none agree with nothing. */
function larger(a: number, b: number): number {
  return b > a || Number.isNaN(b) ? b : a;
}

/** Why a provider is not taken; `undefined` where it may be. */
function tooFar(parity: Parity, tolerance: Required<Parity>): string | undefined {
  const { activations, scores = 0 } = parity;
  if (activations <= tolerance.activations && scores <= tolerance.scores) return undefined;
  const scored = parity.scores === undefined ? '' : ` and scores by up to ${scores.toPrecision(2)} nats`;
  return (
    `activations of the first batch differ from the CPU’s by up to ${activations.toExponential(1)} (relative)${scored}; ` +
    `${tolerance.activations.toExponential(0)} and ${tolerance.scores} nats are allowed`
  );
}
