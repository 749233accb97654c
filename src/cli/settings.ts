import { availableParallelism, homedir, totalmem } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../shared/errors';
import { defaultBudget, parseBytes } from '../shared/memory-size';

/** Bytes of "4GB", "1.5 GiB", "800MB" or a bare number of bytes. @throws UserError for anything else */
export function parseMemory(text: string): number {
  const bytes = parseBytes(text);
  if (bytes !== undefined) return bytes;
  throw new UserError(`--memory "${text}" is not an amount of memory`, 'Write for example --memory 4GB.');
}

/** A whole number of a flag. @throws UserError naming the flag */
export function parseWhole(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text.trim()) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UserError(
    `${flag} "${text}" is not a whole number of at least ${least}`,
    `Write for example ${flag} ${Math.max(least, 4)}.`,
  );
}

/** Bytes that a run may use by default: 60 % of the container's limit or of the machine's memory. */
export function defaultMemory(): number {
  return defaultBudget(process.constrainedMemory(), totalmem());
}

/** Cores that a run uses by default. */
export function defaultThreads(): number {
  return availableParallelism();
}

/**
 * Where dequantised weights and remembered checksums lie: `BRAINLENS_CACHE`, else the platform's place for caches.
 * @param env usually `process.env`
 */
export function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  if (env['BRAINLENS_CACHE']) return env['BRAINLENS_CACHE'];
  if (platform === 'win32' && env['LOCALAPPDATA']) return join(env['LOCALAPPDATA'], 'brainlens', 'Cache');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'brainlens');
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'brainlens');
}
