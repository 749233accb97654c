import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../shared/errors';
import { parseBytes } from '../shared/memory-size';

/** Bytes that the cache may take where nothing is set. */
export const DEFAULT_CACHE_SIZE = 5e9;
/** A temporary file that nobody wrote to for a day was left behind by a killed run. */
const ABANDONED_MS = 24 * 3600 * 1000;

/** Where cached activations lie. */
export function activationFolder(cacheFolder: string): string {
  return join(cacheFolder, 'activations');
}

/**
 * Bytes that cached activations may take, from `BRAINLENS_CACHE_SIZE` ("5GB", "800MB"; 0 keeps nothing).
 * @param env usually `process.env`
 * @throws UserError for anything that is no size
 */
export function cacheSizeOf(env: NodeJS.ProcessEnv): number {
  const text = env['BRAINLENS_CACHE_SIZE']?.trim();
  if (!text) return DEFAULT_CACHE_SIZE;
  const bytes = /^0+\s*[kmgt]?i?b?$/i.test(text) ? 0 : parseBytes(text);
  if (bytes !== undefined) return bytes;
  throw new UserError(`BRAINLENS_CACHE_SIZE is "${text}", which is not a size`, 'Write for example 5GB, 800MB or 0.');
}

/** Bytes that cached activations take. */
export async function cacheBytes(cacheFolder: string): Promise<number> {
  const entries = await entriesOf(activationFolder(cacheFolder));
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Removes all cached activations. Files that are in use elsewhere may stay. @returns bytes freed */
export async function clearCache(cacheFolder: string): Promise<number> {
  let freed = 0;
  for (const { path, bytes } of await entriesOf(activationFolder(cacheFolder)))
    freed += (await removed(path)) ? bytes : 0;
  return freed;
}

/** Removes cached files, least recently used first, until the rest takes at most `size` bytes. */
export async function evict(folder: string, size: number): Promise<void> {
  const entries = (await entriesOf(folder)).sort((a, b) => b.used - a.used);
  let room = size;
  for (const { path, bytes, used, temporary } of entries) {
    if (temporary) {
      if (Date.now() - used > ABANDONED_MS) await removed(path);
      continue;
    }
    room -= bytes;
    if (room < 0) await removed(path);
  }
}

interface Entry {
  readonly path: string;
  readonly bytes: number;
  /** Time of last use, in milliseconds. */
  readonly used: number;
  readonly temporary: boolean;
}

async function entriesOf(folder: string): Promise<Entry[]> {
  const names = await readdir(folder).catch(() => []);
  const entries: Entry[] = [];
  for (const name of names) {
    const temporary = name.endsWith('.tmp');
    if (!temporary && !name.endsWith('.npy')) continue;
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    if (facts?.isFile()) entries.push({ path, bytes: facts.size, used: facts.mtimeMs, temporary });
  }
  return entries;
}

/** Removes a file if that can be done. */
export async function removed(path: string): Promise<boolean> {
  return rm(path, { force: true }).then(
    () => true,
    () => false,
  );
}
