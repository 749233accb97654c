import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../data/make-folder';
import { npyHeader } from '../../shared/npy';
import { triangleIndex } from '../../math/cooccurrence/cooccurrence';
import type { Cooccurrence } from '../../math/cooccurrence/cooccurrence';
import type { Progress } from '../../shared/progress';
import type { Work } from './work';

const FILE = 'cooccurrence.i32';
/** Bytes written and read at a time. */
const PART_BYTES = 2 ** 26;

/**
 * The counts of a run, made once: from memory, from what a cancelled run left, or from the source. Labels that are known
 * already never ask for them.
 */
export class Counting {
  private held: Cooccurrence | undefined;

  constructor(private readonly work: Work) {}

  async *cooccurrence(): AsyncGenerator<Progress, Cooccurrence> {
    this.held ??= yield* this.made();
    return this.held;
  }

  /** i32 [features]: n_i, the blocks in which each feature fired. */
  async *own(): AsyncGenerator<Progress, Int32Array> {
    const { source, checkpoint } = this.work;
    if (source.counts !== undefined) return source.counts;
    const known = await checkpoint.read('counts');
    if (known !== undefined) return Int32Array.from(known);
    const counts = diagonalOf(yield* this.cooccurrence());
    await checkpoint.write('counts', Float64Array.from(counts));
    return counts;
  }

  /** Gives the triangle's memory back. */
  release(): void {
    this.held = undefined;
  }

  private async *made(): AsyncGenerator<Progress, Cooccurrence> {
    const { source, checkpoint } = this.work;
    const path = join(checkpoint.folder, FILE);
    const length = (source.features * (source.features + 1)) / 2;
    const known = await readCounts(path, length);
    if (known !== undefined) return { features: source.features, blocks: source.blocks, counts: known };
    const made = yield* source.cooccurrence();
    await writeCounts(checkpoint.folder, path, made.counts);
    return made;
  }
}

function diagonalOf({ counts, features }: Cooccurrence): Int32Array {
  return Int32Array.from({ length: features }, (_, i) => counts[triangleIndex(i, i, features)]!);
}

/** Counts behind their SHA-256; `undefined` where there are none, or they are damaged. */
async function readCounts(path: string, length: number): Promise<Int32Array | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const counts = new Int32Array(length);
      const bytes = new Uint8Array(counts.buffer);
      const digest = Buffer.alloc(32);
      await file.read(digest, 0, 32, 0);
      const hash = createHash('sha256');
      for (let at = 0; at < bytes.length;) {
        const { bytesRead } = await file.read(bytes, at, Math.min(PART_BYTES, bytes.length - at), 32 + at);
        if (bytesRead === 0) return undefined;
        hash.update(bytes.subarray(at, at + bytesRead));
        at += bytesRead;
      }
      return hash.digest().equals(digest) ? counts : undefined;
    } finally {
      await file.close();
    }
  } catch {
    // What cannot be read is counted again.
    return undefined;
  }
}

async function writeCounts(folder: string, path: string, counts: Int32Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const bytes = new Uint8Array(counts.buffer, counts.byteOffset, counts.byteLength);
  try {
    await makeFolder(folder);
    const file = await open(temporary, 'w');
    try {
      const hash = createHash('sha256');
      for (let at = 0; at < bytes.length; at += PART_BYTES) {
        const part = bytes.subarray(at, at + PART_BYTES);
        hash.update(part);
        await file.write(part, 0, part.length, 32 + at);
      }
      await file.write(hash.digest(), 0, 32, 0);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch {
    // A cache folder that is full or read-only must not fail the run.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Writes n_ij as a full square, `.npy` i32 [features, features], some rows at a time. */
export async function writeSquare(path: string, { counts, features }: Cooccurrence): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(npyHeader('<i4', [features, features]));
    const atOnce = Math.max(1, Math.floor(PART_BYTES / (4 * features)));
    for (let from = 0; from < features; from += atOnce) {
      const to = Math.min(features, from + atOnce);
      const rows = new Int32Array((to - from) * features);
      for (let i = from; i < to; i += 1) {
        const row = rows.subarray((i - from) * features, (i - from + 1) * features);
        for (let j = 0; j < i; j += 1) row[j] = counts[triangleIndex(j, i, features)]!;
        row.set(counts.subarray(triangleIndex(i, i, features), triangleIndex(i, i, features) + features - i), i);
      }
      await file.writeFile(new Uint8Array(rows.buffer));
    }
  } finally {
    await file.close();
  }
}
