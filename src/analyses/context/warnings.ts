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

/** @param room tokens of text that the model takes; @throws UserError where a window is longer */
export function refuseLongWindows({ ends }: WordTexts, lengths: readonly number[], room: number): void {
  const longest = ends.reduce((longer, end) => Math.max(longer, end), 0);
  const wrong = lengths.find((length) => Math.min(length, longest) > room);
  if (wrong === undefined) return;
  throw new UserError(
    `--lengths ${wrong}: the model takes at most ${room} tokens of text`,
    `Give lengths up to ${room}; full reads longer texts in overlapping windows.`,
  );
}

/** Says which lengths read the same windows. */
export function warnOfSameWindows(
  lengths: readonly ContextLength[],
  stands: readonly ContextLength[],
  { ends }: WordTexts,
  context: RunContext,
): void {
  const same = lengths.filter((_, l) => stands.filter((length) => length === stands[l]).length > 1);
  if (same.length === 0) return;
  const longest = ends.reduce((longer, end) => Math.max(longer, end), 0);
  context.warn(
    `No word has more than ${count(longest)} tokens up to its last: lengths ${same.join(', ')} read the same windows, and are scored once.`,
  );
}
