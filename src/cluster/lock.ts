import { link, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../shared/errors';

/** A lock that nobody has touched for so long belongs to a process that is gone. */
export const STALE_MS = 300_000;
const TOUCH_MS = 30_000;

/**
 * Does something while nobody else submits the same study: two submissions at once would each take the shards of the other
 * for missing.
 * @param folder of the study's scripts
 * @throws UserError where another process holds the lock; what `act` throws
 */
export async function whileLocked<T>(folder: string, act: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'submit.lock');
  const mine = `process ${process.pid} on ${hostname()} since ${new Date().toISOString()}`;
  if (!(await taken(path, mine))) {
    await removeStale(path);
    if (!(await taken(path, mine))) throw await heldBy(path);
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), TOUCH_MS);
  try {
    return await act();
  } finally {
    clearInterval(beat);
    if ((await textOf(path)) === mine) await rm(path, { force: true });
  }
}

async function taken(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(text).finally(() => file.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(path: string): Promise<void> {
  if (!(await isStale(path))) return;
  const aside = `${path}.${process.pid}.stale`;
  await rename(path, aside).catch(() => undefined);
  // Another who found it stale, too, may have been faster: then this is the new lock of that one.
  if (!(await isStale(aside))) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function isStale(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs >= STALE_MS;
}

async function heldBy(path: string): Promise<UserError> {
  const holder = (await textOf(path)) || 'another process';
  return new UserError(
    `The study is being submitted already, by ${holder}`,
    `Wait for it; a lock that is left over is void after ${STALE_MS / 60_000} minutes (${path}).`,
  );
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
