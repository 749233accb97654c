import { Random } from '../math/random';
import type { Progress } from '../shared/progress';
import type { Ablation, Continued, Transformer } from './transformer';

export interface GenerateOptions {
  /** Tokens that are added at most. */
  readonly tokens: number;
  /** 0: always the likeliest token, of equal ones the lower id; otherwise drawn from softmax(logits / temperature). */
  readonly temperature: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** What a model made of one prompt under one condition. */
export interface Generation {
  /** Index of the prompt. */
  readonly prompt: number;
  /** Index of the condition. */
  readonly condition: number;
  /** The tokens after the prompt's; the one that ended the text is left out. */
  readonly ids: Int32Array;
  /** The text after the prompt's. */
  readonly text: string;
}

interface Running extends Continued {
  readonly prompt: number;
  readonly start: number;
  readonly random: Random;
  ids: Int32Array;
  ended: boolean;
}

/**
 * Continues every prompt under every condition (an ablation, or `undefined` for the model as it is) until a token that
 * ends a text, the number of tokens, or the model's context. Every token is computed from the whole sequence before it.
 * One prompt meets the same random numbers under every condition, so that texts differ by the condition alone.
 * @returns prompts in order, for each all conditions
 * @throws UserError for a prompt without tokens or longer than the context; Cancelled
 */
export async function* generate(
  transformer: Transformer,
  prompts: readonly string[],
  conditions: readonly (Ablation | undefined)[],
  options: GenerateOptions,
): AsyncGenerator<Progress, Generation[]> {
  const { context, vocabulary } = transformer.description;
  const random = new Random(options.seed, 'generate');
  const runs = prompts.flatMap((text, prompt) => {
    const ids = transformer.tokenizer.encode(text);
    return conditions.map((_, condition): Running => ({
      prompt,
      condition,
      ids,
      start: ids.length,
      random: random.fork(`prompt/${prompt}`),
      ended: false,
    }));
  });
  for (let step = 0; step < options.tokens; step += 1) {
    const open = runs.filter(({ ids, ended, start }) => !ended && (ids.length <= context || ids.length === start));
    if (open.length === 0) break;
    const done = { phase: 'Continuations', done: step, total: options.tokens, unit: 'tokens' };
    yield done;
    const logits = yield* inSteps(transformer.nextLogits(open, conditions, { signal: options.signal }), done);
    open.forEach((run, i) => {
      const row = logits.subarray(i * vocabulary, (i + 1) * vocabulary);
      const next = options.temperature === 0 ? likeliest(row) : drawn(row, options.temperature, run.random);
      run.ended = transformer.endIds.includes(next);
      if (!run.ended) run.ids = Int32Array.of(...run.ids, next);
    });
  }
  return runs.map(({ prompt, condition, ids, start }) => ({
    prompt,
    condition,
    ids: ids.slice(start),
    text: continuationOf(transformer, ids, start),
  }));
}

/** Runs one forward pass to its end; its progress counts as the step's. */
async function* inSteps<T>(pass: AsyncGenerator<Progress, T>, step: Progress): AsyncGenerator<Progress, T> {
  for (;;) {
    const next = await pass.next();
    if (next.done === true) return next.value;
    yield step;
  }
}

/** Index of the largest logit, the lower of equal ones. */
function likeliest(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id += 1) if (logits[id]! > logits[best]!) best = id;
  return best;
}

/** A token drawn from softmax(logits / temperature), by its cumulative distribution in float64. */
function drawn(logits: Float32Array, temperature: number, random: Random): number {
  const highest = logits[likeliest(logits)]!;
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - highest) / temperature));
  let rest = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let id = 0; id < weights.length; id += 1) {
    rest -= weights[id]!;
    if (rest < 0) return id;
  }
  // Rounding can leave a remainder behind the last token.
  return weights.findLastIndex((weight) => weight > 0);
}

/** Tokenizers drop a blank before a text's first word: the continuation is decoded behind its prompt. */
function continuationOf({ tokenizer }: Transformer, ids: Int32Array, start: number): string {
  const prompt = tokenizer.decode(ids.subarray(0, start));
  const whole = tokenizer.decode(ids);
  return whole.startsWith(prompt) ? whole.slice(prompt.length) : tokenizer.decode(ids.subarray(start));
}
