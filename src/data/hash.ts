import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from './make-folder';
import { Cancelled } from '../shared/errors';
import { fileProblem } from './files';

/** One remembered hash, valid for as long as all of the file's facts are the same. */
interface Memory {
  readonly inode: string;
  readonly size: string;
  readonly modified: string;
  /** Of the last change of contents or facts, which nobody can set back as they can `modified`. */
  readonly changed: string;
  readonly sha256: string;
}

const MEMORY_FILE = 'hashes.json';
const MOST_REMEMBERED = 1000;
const READ_BYTES = 1 << 22;

/**
 * Hex SHA-256 of a file's bytes, read as a stream. Remembered in `<cacheFolder>/hashes.json` by real path, inode, size,
 * modification time and change time (nanoseconds), so that weights are hashed once.
 * @throws UserError when the file cannot be read, Cancelled on abort
 */
export async function hashFile(
  path: string,
  options: { readonly cacheFolder: string; readonly signal?: AbortSignal },
): Promise<string> {
  const { real, memory } = await factsOf(path);
  const memoryPath = join(options.cacheFolder, MEMORY_FILE);
  const known = (await readMemories(memoryPath)).get(real);
  if (known !== undefined && sameFile(known, memory)) return known.sha256;
  const sha256 = await digest(path, real, options.signal);
  const after = await factsOf(path);
  if (after.real === real && sameFile(after.memory, memory)) await remember(memoryPath, real, { ...memory, sha256 });
  return sha256;
}

async function factsOf(path: string): Promise<{ real: string; memory: Omit<Memory, 'sha256'> }> {
  try {
    const real = await realpath(path);
    const { ino, size, mtimeNs, ctimeNs } = await stat(real, { bigint: true });
    return {
      real,
      memory: { inode: String(ino), size: String(size), modified: String(mtimeNs), changed: String(ctimeNs) },
    };
  } catch (cause) {
    throw fileProblem(path, cause);
  }
}

function sameFile(a: Omit<Memory, 'sha256'>, b: Omit<Memory, 'sha256'>): boolean {
  return a.inode === b.inode && a.size === b.size && a.modified === b.modified && a.changed === b.changed;
}

async function digest(path: string, real: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(real, { highWaterMark: READ_BYTES })) {
      if (signal?.aborted === true) throw new Cancelled();
      hash.update(chunk as Buffer);
    }
  } catch (cause) {
    if (cause instanceof Cancelled) throw cause;
    throw fileProblem(path, cause);
  }
  return hash.digest('hex');
}

async function readMemories(path: string): Promise<Map<string, Memory>> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'));
    return new Map(Object.entries(parsed as Record<string, unknown>).filter(isMemory));
  } catch {
    // A missing or damaged memory only costs a second hashing.
    return new Map();
  }
}

function isMemory(entry: [string, unknown]): entry is [string, Memory] {
  const value = entry[1];
  if (typeof value !== 'object' || value === null) return false;
  const { inode, size, modified, changed, sha256 } = value as Record<string, unknown>;
  return (
    typeof inode === 'string' &&
    typeof size === 'string' &&
    typeof modified === 'string' &&
    typeof changed === 'string' &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}

/** Two writers at once each replace the whole file; the loser's entry is hashed again some day. */
async function remember(memoryPath: string, real: string, memory: Memory): Promise<void> {
  const memories = await readMemories(memoryPath);
  memories.delete(real);
  memories.set(real, memory);
  const newest = [...memories].slice(-MOST_REMEMBERED);
  const temporary = `${memoryPath}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    await makeFolder(join(memoryPath, '..'));
    await writeFile(temporary, JSON.stringify(Object.fromEntries(newest), undefined, 1));
    await rename(temporary, memoryPath);
  } catch {
    // The memory only saves time: a cache folder that is full or read-only must not fail a run here.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
