import { existsSync } from 'node:fs';

/** How a child process ended. */
export interface Death {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines of its error stream. */
  readonly tail: readonly string[];
}

/** Why the engine ended in the middle of its work, and what to do: one line for the person at the keyboard. */
export function causeOfDeath({ code, signal, tail }: Death): string {
  if (tail.some((line) => line.includes('heap out of memory') || line.includes('bad_alloc'))) {
    return 'The engine ran out of memory. Nothing was written; give it a smaller memory budget (it then streams the model) or close other programs, and run again.';
  }
  if (signal === 'SIGKILL') {
    return 'The engine was killed (SIGKILL), perhaps because the machine ran out of memory. Nothing was written; close other programs or give it a smaller memory budget, and run again.';
  }
  if (signal === 'SIGTERM' || signal === 'SIGINT' || signal === 'SIGHUP') {
    return `The engine was ended from outside (${signal}). Nothing was written; run again.`;
  }
  const how = signal === null ? `ended unexpectedly with code ${code}` : `crashed (${signal})`;
  return `The engine ${how}${lastWords(tail)}. Nothing was written; run again, and report it if it happens twice.`;
}

/** Why the engine never came up. */
export function causeOfNoStart(entry: string, death: Death): string {
  if (!existsSync(entry)) return `The engine is missing (${entry}). Reinstall Brainlens.`;
  const how = death.signal === null ? `code ${death.code}` : death.signal;
  const glibc = death.tail.some((line) => line.includes('GLIBC_'));
  const remedy = glibc ? 'ONNX Runtime wants glibc 2.28 or newer.' : 'The log of Brainlens has the details.';
  return `The engine could not start (${how})${lastWords(death.tail)}. ${remedy}`;
}

function lastWords(tail: readonly string[]): string {
  const error = tail.findLast((line) => /error|cannot|failed/i.test(line)) ?? tail.at(-1);
  return error === undefined ? '' : `: ${error.trim()}`;
}
