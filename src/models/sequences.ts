import type { Stimulus } from '../data/stimuli';
import { UserError } from '../shared/errors';
import type { Transformer } from './transformer';

/** Stimuli as a model reads them. */
export interface Sequences {
  readonly tokens: readonly Int32Array[];
  /** How many stimuli were cut to `maxTokens`. */
  readonly truncated: number;
}

/**
 * Token ids of every stimulus, special tokens as the model's own tokenizer adds them.
 * @throws UserError that names file and row: a stimulus without tokens, or with more than the model has positions for
 */
export function tokenizeStimuli(
  stimuli: readonly Stimulus[],
  { tokenizer, description }: Transformer,
  maxTokens: number | undefined,
): Sequences {
  let truncated = 0;
  const tokens = stimuli.map(({ text, source, row }) => {
    const whole = tokenizer.encode(text);
    const isCut = maxTokens !== undefined && whole.length > maxTokens;
    const ids = isCut ? tokenizer.encode(text, maxTokens) : whole;
    if (ids.length === 0) {
      throw new UserError(
        `${source}, row ${row} gives no token in this model's tokenizer`,
        'Change or delete the row.',
      );
    }
    if (ids.length > description.context) {
      throw new UserError(
        `${source}, row ${row} has ${ids.length} tokens, and the model takes at most ${description.context}`,
        `Shorten it, or cut all stimuli with --max-tokens ${description.context}.`,
      );
    }
    truncated += Number(isCut);
    return ids;
  });
  return { tokens, truncated };
}
