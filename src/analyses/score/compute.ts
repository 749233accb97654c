import { readStimuli, stimulusFiles } from '../../data/stimuli';
import { stimulusRows } from '../../data/stimulus-rows';
import type { StimulusRows } from '../../data/stimulus-rows';
import { tokenizeStimuli } from '../../models/sequences';
import type { AnalysisResult } from '../../shared/analysis';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import type { ScoreSpec } from './spec';

/** Stimuli whose texts are shown, and how much of each. */
export const MOST_TEXTS = 2000;
const MOST_CHARACTERS = 80;

/** The small numbers of a scoring. */
export interface ScoreFields {
  readonly stimuli: number;
  /** Tokens of each stimulus, special tokens included; the first is not scored. */
  readonly tokens: readonly number[];
  /** Tokens that have a log probability, over all stimuli. */
  readonly scored: number;
  /** exp(−Σ log P / scored tokens); NaN where no token is scored. */
  readonly perplexity: number;
  /** −Σ log P / scored tokens, in nats. */
  readonly meanSurprisal: number;
  readonly truncated: number;
  /** File, row and condition of every row of the array. */
  readonly rows: StimulusRows;
  /** The first 80 characters of the first 2,000 stimuli. */
  readonly texts: readonly string[];
}

/**
 * Summed natural-log probability of every stimulus' tokens after its first (BOS, where the tokenizer adds one).
 * @returns array `logprobs` f64 [stimuli], in nats
 * @throws UserError for stimuli or a model that do not go together; Cancelled
 */
export async function* scoreTexts(spec: ScoreSpec, context: RunContext): AsyncGenerator<Progress, AnalysisResult> {
  const files = await stimulusFiles(spec.stimuli);
  for (const file of files) context.recordInput(file, 'stimuli');
  const stimuli = await readStimuli(files, spec.textColumn === undefined ? {} : { text: spec.textColumn });
  const transformer = await context.openModel(spec.model);
  const { tokens, truncated } = tokenizeStimuli(stimuli, transformer, spec.maxTokens);
  const single = tokens.filter((ids) => ids.length === 1).length;
  if (single > 0) {
    const which =
      single === 1 ? '1 stimulus has one token only and scores' : `${single} stimuli have one token only and score`;
    context.warn(`${which} 0: there is nothing before it to predict it from.`);
  }
  const data = yield* transformer.score(tokens, {
    signal: context.signal,
    ...(spec.batchSize !== undefined && { batchSize: spec.batchSize }),
  });
  const scored = tokens.reduce((sum, ids) => sum + ids.length - 1, 0);
  const meanSurprisal = -data.reduce((sum, logProbability) => sum + logProbability, 0) / scored;
  const fields: ScoreFields = {
    stimuli: stimuli.length,
    tokens: tokens.map((ids) => ids.length),
    scored,
    perplexity: Math.exp(meanSurprisal),
    meanSurprisal,
    truncated,
    rows: stimulusRows(stimuli),
    texts: stimuli.slice(0, MOST_TEXTS).map(({ text }) => shortened(text)),
  };
  return { fields: { ...fields }, arrays: { logprobs: { data, shape: [stimuli.length] } } };
}

/** Whole characters, on one line. */
function shortened(text: string): string {
  return Array.from(text.replace(/\s+/g, ' ').trim()).slice(0, MOST_CHARACTERS).join('');
}
