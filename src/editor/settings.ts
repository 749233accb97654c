import { availableParallelism, totalmem } from 'node:os';
import { workspace } from 'vscode';
import { UserError } from '../shared/errors';
import { defaultBudget, parseBytes } from '../shared/memory-size';

/** The settings of a run, in the engine's units: bytes and cores. */
export interface RunSettings {
  readonly memory: number;
  readonly threads: number;
  readonly executor: 'auto' | 'resident' | 'streaming';
}

/**
 * The `brainlens.*` settings as they stand now.
 * @throws UserError when `brainlens.memory` is neither `auto` nor a size
 */
export function readSettings(): RunSettings {
  const settings = workspace.getConfiguration('brainlens');
  const threads = settings.get<number>('threads', 0);
  return {
    memory: memoryBudget(settings.get<string>('memory', 'auto')),
    threads: threads > 0 ? Math.floor(threads) : availableParallelism(),
    executor: settings.get<RunSettings['executor']>('executor', 'auto'),
  };
}

function memoryBudget(text: string): number {
  if (text.trim() === 'auto') return defaultBudget(process.constrainedMemory(), totalmem());
  const bytes = parseBytes(text);
  if (bytes !== undefined) return bytes;
  throw new UserError(`The setting brainlens.memory is "${text}"`, 'Write auto, or a size such as 4GB or 800MB.');
}
