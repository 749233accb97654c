import { availableParallelism, totalmem } from 'node:os';
import { workspace } from 'vscode';
import { UserError } from '../shared/errors';

/** The settings of a run, in the engine's units: bytes and cores. */
export interface RunSettings {
  readonly memory: number;
  readonly threads: number;
  readonly executor: 'auto' | 'resident' | 'streaming';
}

const DEFAULT_SHARE_OF_MEMORY = 0.6;

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
  if (text.trim() === 'auto') return Math.floor(DEFAULT_SHARE_OF_MEMORY * machineMemory());
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kMGT]?)(i?)B?\s*$/i.exec(text);
  const bytes =
    match === null
      ? NaN
      : Number(match[1]) * (match[3] ? 1024 : 1000) ** ' KMGT'.indexOf(match[2]?.toUpperCase() || ' ');
  if (!(bytes > 0)) {
    throw new UserError(`The setting brainlens.memory is "${text}"`, 'Write auto, or a size such as 4GB or 800MB.');
  }
  return Math.floor(bytes);
}

/** A container's limit where there is one, else the RAM. */
function machineMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}
