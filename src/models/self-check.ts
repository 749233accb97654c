import { Cancelled, UserError } from '../shared/errors';
import type { Progress } from '../shared/progress';
import type { Transformer } from './transformer';

/** Plain English that is in no corpus, short: the check is to cost a fraction of a second. */
const TEXT = 'On Monday morning the old baker opened the window, because the kitchen had become too hot to work in.';
/** Tokens of the shorter sequence, whose last token is another one. */
const SHORT = 8;
/** Smaller models are toys, of which nothing can be expected. */
const SMALLEST = 10e6;
/** A trained model stays far below the loss of a guess, ln V; one that was never trained lies at it or above. */
const SHARE_OF_CHANCE = 0.8;
/** Nats per token that no model reaches on a new text unless it sees what it should predict. */
const ABSURD = 0.3;
/** Nats per token that a BOS must gain to be called missing; where it does not matter, it changes the loss by less than half a nat. */
const GAIN_OF_BOS = 1;
/** Nats by which a log probability may differ between sequences of two lengths: float32 gives 1e-4. */
const CAUSAL = 1e-2;

/** Whether a model is looked at: not toys, and not what would be read from disk block by block once more. */
export function isChecked({ description, executor }: Pick<Transformer, 'description' | 'executor'>): boolean {
  return executor === 'resident' && description.parameters >= SMALLEST;
}

/**
 * Looks whether a model that was just opened computes what its kind should: a sentence of plain English costs it far less
 * than chance and not next to nothing, a BOS that its tokenizer does not add is not missed, and later tokens change
 * nothing of earlier ones.
 * @param name what warnings call it
 * @returns warnings, one line each; none for a model that looks well
 * @throws Cancelled
 */
export async function* selfCheck(
  model: Transformer,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Progress, string[]> {
  try {
    return (yield* findings(model, signal)).map((finding) => `Self-check of ${name}: ${finding}.`);
  } catch (error) {
    if (!(error instanceof UserError) || error instanceof Cancelled) throw error;
    return [`Self-check of ${name} was not possible: ${error.message}`];
  }
}

async function* findings(model: Transformer, signal: AbortSignal): AsyncGenerator<Progress, string[]> {
  const { tokenizer, description } = model;
  const whole = tokenizer.encode(TEXT);
  const { namedBosId } = tokenizer;
  const lacksBos = namedBosId !== undefined && tokenizer.bosId === undefined && namedBosId < description.vocabulary;
  const sequences = [whole, withOtherEnd(whole), ...(lacksBos ? [Int32Array.of(namedBosId, ...whole)] : [])];
  const { values, starts } = yield* model.nextTokens(sequences, [undefined], { signal });
  const of = (sequence: number): Float64Array => values[0]!.subarray(starts[sequence], starts[sequence + 1]);
  const [full, short] = [of(0), of(1)];

  const found: string[] = [];
  const drift = largestDifference(full.subarray(0, SHORT - 2), short.subarray(0, SHORT - 2));
  if (drift > CAUSAL) {
    found.push(`tokens that come later change log probabilities of earlier ones, by up to ${drift.toFixed(2)} nats`);
  }
  const loss = lossOf(full);
  // The first of the tokens behind a BOS has no prediction without it.
  const lossBehindBos = lacksBos ? lossOf(of(2).subarray(1)) : loss;
  const chance = Math.log(description.vocabulary);
  const costs = `plain English costs it ${loss.toFixed(1)} nats per token`;
  if (loss - lossBehindBos > GAIN_OF_BOS) {
    found.push(
      `${costs}, and ${lossBehindBos.toFixed(1)} behind the BOS ${tokenizer.token(namedBosId!)} that its tokenizer does not add: tokenizer_config.json may lack add_bos_token`,
    );
  } else if (loss > SHARE_OF_CHANCE * chance) {
    found.push(
      `${costs}, where a guess costs ${chance.toFixed(1)}: it is untrained or damaged, or the tokenizer is another model’s`,
    );
  } else if (loss < ABSURD) {
    found.push(
      `plain English costs it only ${loss.toFixed(2)} nats per token: it may see the tokens that it is to predict`,
    );
  }
  return found;
}

/** The first tokens of a sequence, of which the last gives way to one that the sequence starts with. */
function withOtherEnd(ids: Int32Array): Int32Array {
  const short = ids.slice(0, SHORT);
  const last = short.length - 1;
  short[last] = short.find((id) => id !== short[last]) ?? short[last]!;
  return short;
}

function lossOf(logProbabilities: Float64Array): number {
  return -logProbabilities.reduce((sum, value) => sum + value, 0) / logProbabilities.length;
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}
