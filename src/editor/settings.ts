import { availableParallelism, totalmem } from 'node:os';
import { workspace } from 'vscode';
import { UserError } from '../shared/errors';
import { defaultBudget, parseBytes } from '../shared/memory-size';

/** The settings of a run, in the engine's units: bytes and cores. */
export interface RunSettings {
  readonly memory: number;
  readonly threads: number;
  readonly executor: 'auto' | 'resident' | 'streaming';
  /** Bytes that cached activations may take. */
  readonly cacheSize: number;
}

/**
 * The `brainlens.*` settings as they stand now.
 * @throws UserError when `brainlens.memory` is neither `auto` nor a size, or `brainlens.cacheSize` no size
 */
export function readSettings(): RunSettings {
  const settings = workspace.getConfiguration('brainlens');
  const threads = settings.get<number>('threads', 0);
  return {
    memory: memoryBudget(settings.get<string>('memory', 'auto')),
    threads: threads > 0 ? Math.floor(threads) : availableParallelism(),
    executor: settings.get<RunSettings['executor']>('executor', 'auto'),
    cacheSize: cacheSize(settings.get<string>('cacheSize', '5GB')),
  };
}

function cacheSize(text: string): number {
  const bytes = /^\s*0+\s*([kmgt]i?)?b?\s*$/i.test(text) ? 0 : parseBytes(text);
  if (bytes !== undefined) return bytes;
  throw new UserError(
    `The setting brainlens.cacheSize is "${text}"`,
    'Write a size such as 5GB or 800MB; 0 keeps nothing.',
  );
}

function memoryBudget(text: string): number {
  if (text.trim() === 'auto') return defaultBudget(process.constrainedMemory(), totalmem());
  const bytes = parseBytes(text);
  if (bytes !== undefined) return bytes;
  throw new UserError(`The setting brainlens.memory is "${text}"`, 'Write auto, or a size such as 4GB or 800MB.');
}
