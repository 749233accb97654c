/**
 * What can go wrong, for the person at the keyboard. A `UserError` is one line that names the file, tensor or row and
 * the remedy (exit code 2); `Cancelled` is a value of control flow, not an error; anything else is our own fault.
 */

/** Bad input or bad usage: one clear line, no stack. `remedy` is appended to the message as its own sentence. */
export class UserError extends Error {
  override readonly name = 'UserError';

  /** @param more further problems, one line each, for who can show several */
  constructor(
    problem: string,
    remedy?: string,
    readonly more: readonly string[] = [],
  ) {
    super(oneLine(remedy === undefined ? problem : `${problem.replace(/[.\s]*$/, '')}. ${remedy}`));
  }
}

/** The run was cancelled by the person or by a signal; no result is written. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';

  /** @param kept what the run left on purpose: a folder, and in a few words what it holds */
  constructor(readonly kept?: Kept) {
    super('cancelled');
  }
}

/** What a cancelled run leaves. */
export interface Kept {
  readonly folder: string;
  readonly what: string;
}

/** "cancelled; nothing was written", or where the best so far is. */
export function describeCancel(kept: Kept | undefined): string {
  return kept === undefined
    ? 'cancelled; nothing was written'
    : `cancelled; the best so far (${kept.what}) is in ${kept.folder}`;
}

/** The message of anything that was thrown, on one line. */
export function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error));
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}
