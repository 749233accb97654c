import { createHash, randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../data/make-folder';
import type { Checkpoint } from '../analyses/contract';

const DIGEST_BYTES = 32;

/** What makes two runs the same work. */
export interface Work {
  readonly version: string;
  /** SHA-256 of every file that goes in. */
  readonly hashes: readonly string[];
  readonly seed: number;
  /** JSON-able. */
  readonly settings: unknown;
}

/**
 * The checkpoint of a piece of work: `<cacheFolder>/checkpoints/<SHA-256 of the work>/`, one file per name, each its
 * data's SHA-256 and the float64 data. Files are renamed into place, so that a killed run leaves whole ones only.
 */
export function openCheckpoint(cacheFolder: string, work: Work): Checkpoint {
  const folder = join(cacheFolder, 'checkpoints', sha256(JSON.stringify(work)).toString('hex'));
  const fileOf = (name: string): string => join(folder, `${sha256(name).toString('hex')}.f64`);
  return {
    folder,
    async read(name) {
      try {
        return decode(await readFile(fileOf(name)));
      } catch {
        // What cannot be read is computed again.
        return undefined;
      }
    },
    async write(name, data) {
      const temporary = join(folder, `.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
      try {
        await makeFolder(folder);
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        await writeFile(temporary, Buffer.concat([sha256(bytes), bytes]));
        await rename(temporary, fileOf(name));
      } catch {
        // A cache folder that is full or read-only must not fail the run.
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
    clear: () => rm(folder, { recursive: true, force: true }).catch(() => undefined),
  };
}

function decode(file: Buffer): Float64Array | undefined {
  const bytes = file.subarray(DIGEST_BYTES);
  if (file.length < DIGEST_BYTES || !sha256(bytes).equals(file.subarray(0, DIGEST_BYTES))) return undefined;
  return new Float64Array(Uint8Array.from(bytes).buffer);
}

function sha256(content: string | Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}
