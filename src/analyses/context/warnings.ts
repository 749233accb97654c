import { UserError } from '../../shared/errors';
import { count } from '../../shared/words';
import type { RunContext } from '../contract';
import type { ContextLength } from './spec';
import type { WordTexts } from './texts';

/** A context that passes every warning on once: every length would say the same. */
export function warningsOnce(context: RunContext): RunContext {
  const told = new Set<string>();
  return {
    ...context,
    warn: (message) => {
      if (!told.has(message)) context.warn(message);
      told.add(message);
    },
  };
}

/** @throws UserError where a window is longer than the model can take */
export function refuseLongWindows({ before, ends }: WordTexts, lengths: readonly number[], most: number): void {
  const room = most - before.length;
  const longest = ends.reduce((longer, end) => Math.max(longer, end), 0);
  const wrong = lengths.find((length) => Math.min(length, longest) > room);
  if (wrong === undefined) return;
  throw new UserError(
    `--lengths ${wrong}: the model takes at most ${room} tokens of text`,
    `Give lengths up to ${room}; full reads longer texts in overlapping windows.`,
  );
}

/** Lengths that no text exceeds repeat one another. */
export function warnOfWholeTexts(
  lengths: readonly ContextLength[],
  wholeWords: readonly number[],
  { ends }: WordTexts,
  context: RunContext,
): void {
  const whole = lengths.filter((length, l) => length !== 'full' && wholeWords[l] === ends.length);
  if (whole.length + Number(lengths.includes('full')) < 2) return;
  const longest = ends.reduce((longer, end) => Math.max(longer, end), 0);
  context.warn(
    `No word has more than ${count(longest)} tokens up to its last: lengths ${[...whole, ...lengths.filter((length) => length === 'full')].join(', ')} read the same.`,
  );
}
