import type { Stimulus } from '../../data/stimuli';
import type { Transformer } from '../../models/transformer';
import { UserError } from '../../shared/errors';

/** Stimuli as the model reads them. */
export interface Sequences {
  readonly tokens: readonly Int32Array[];
  /** How many stimuli were cut to `maxTokens`. */
  readonly truncated: number;
}

/**
 * Token ids of every stimulus, special tokens as the model's own tokenizer adds them.
 * @throws UserError for a stimulus without tokens or with more than the model has positions for
 */
export function tokenize(
  stimuli: readonly Stimulus[],
  transformer: Transformer,
  maxTokens: number | undefined,
): Sequences {
  const { context } = transformer.description;
  let truncated = 0;
  const tokens = stimuli.map(({ text, source, row }) => {
    const whole = transformer.tokenizer.encode(text);
    if (whole.length === 0) {
      throw new UserError(
        `${source}, row ${row} gives no token in this model's tokenizer`,
        'Change or delete the row.',
      );
    }
    const cut = maxTokens !== undefined && whole.length > maxTokens;
    const ids = cut ? transformer.tokenizer.encode(text, maxTokens) : whole;
    if (ids.length > context) {
      throw new UserError(
        `${source}, row ${row} has ${ids.length} tokens, and the model takes at most ${context}`,
        `Shorten it, or cut all stimuli with --max-tokens ${context}.`,
      );
    }
    truncated += Number(cut);
    return ids;
  });
  return { tokens, truncated };
}
