/**
 * What can go wrong, for the person at the keyboard. A `UserError` is one line that names the file, tensor or row and
 * the remedy (exit code 2); `Cancelled` is a value of control flow, not an error; anything else is our own fault.
 */

/** Bad input or bad usage: one clear line, no stack. `remedy` is appended to the message as its own sentence. */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(problem: string, remedy?: string) {
    super(oneLine(remedy === undefined ? problem : `${problem.replace(/[.\s]*$/, '')}. ${remedy}`));
  }
}

/** The run was cancelled by the person or by a signal; nothing is written. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';

  constructor() {
    super('cancelled');
  }
}

/** The message of anything that was thrown, on one line. */
export function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error));
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}
