import { availableParallelism, homedir, totalmem } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { l10n, workspace } from 'vscode';
import { UserError } from '../shared/errors';
import { defaultBudget, parseBytes } from '../shared/memory-size';
import type { Provider } from '../shared/provider';

/** As the manifest has it. */
const MOST_JOBS = 8;

/** The settings of a run, in the engine's units: bytes and cores. */
export interface RunSettings {
  readonly memory: number;
  readonly threads: number;
  readonly executor: 'auto' | 'resident' | 'streaming';
  /** Where models run. */
  readonly provider: Provider;
  /** Bytes that cached activations may take. */
  readonly cacheSize: number;
}

/**
 * The `brainlens.*` settings of one run as they stand now: runs that compute at once share memory and threads.
 * @throws UserError when `brainlens.memory` is neither `auto` nor a size, or `brainlens.cacheSize` no size
 */
export function readSettings(): RunSettings {
  const settings = workspace.getConfiguration('brainlens');
  const threads = settings.get<number>('threads', 0);
  return {
    memory: Math.floor(memoryBudget(settings.get<string>('memory', 'auto')) / jobsAtOnce()),
    threads: Math.max(1, Math.floor((threads > 0 ? threads : availableParallelism()) / jobsAtOnce())),
    executor: settings.get<RunSettings['executor']>('executor', 'auto'),
    provider: settings.get<Provider>('executionProvider', 'cpu'),
    cacheSize: cacheSize(settings.get<string>('cacheSize', '5GB')),
  };
}

/** How many runs may compute at once: 1 to 8. */
export function jobsAtOnce(): number {
  const count = workspace.getConfiguration('brainlens').get<number>('jobsAtOnce', 1);
  return Math.min(MOST_JOBS, Math.max(1, Math.floor(Number(count)) || 1));
}

/**
 * The folder that `brainlens.cacheFolder` names; `undefined` where it is not set.
 * @throws UserError for a relative path: whose folder would it be below?
 */
export function cacheFolderSetting(): string | undefined {
  const text = workspace.getConfiguration('brainlens').get<string>('cacheFolder', '').trim();
  if (text === '') return undefined;
  const folder = /^~(?=$|[\\/])/.test(text) ? join(homedir(), text.slice(1)) : text;
  if (isAbsolute(folder)) return folder;
  throw new UserError(
    l10n.t('The setting {0} is "{1}"', 'brainlens.cacheFolder', text),
    l10n.t('Write an absolute path.'),
  );
}

function cacheSize(text: string): number {
  const bytes = /^\s*0+\s*([kmgt]i?)?b?\s*$/i.test(text) ? 0 : parseBytes(text);
  if (bytes !== undefined) return bytes;
  throw new UserError(
    l10n.t('The setting {0} is "{1}"', 'brainlens.cacheSize', text),
    l10n.t('Write a size such as 5GB or 800MB; 0 keeps nothing.'),
  );
}

function memoryBudget(text: string): number {
  if (text.trim() === 'auto') return defaultBudget(process.constrainedMemory(), totalmem());
  const bytes = parseBytes(text);
  if (bytes !== undefined) return bytes;
  throw new UserError(
    l10n.t('The setting {0} is "{1}"', 'brainlens.memory', text),
    l10n.t('Write auto, or a size such as 4GB or 800MB.'),
  );
}
