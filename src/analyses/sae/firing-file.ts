import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { FiringBlocks } from '../../data/sae/firing';
import { UserError } from '../../shared/errors';
import type { FiringPart } from '../../math/cooccurrence/cooccurrence';

/** Entries that one part of a reading holds at most, unless a single block has more. */
const PART_ENTRIES = 2 ** 21;
const PART_BLOCKS = 2 ** 16;

/** Bytes per entry: indices of up to 65,536 features fit into two. */
function entryBytes(features: number): number {
  return features <= 65_536 ? 2 : 4;
}

/**
 * The features of all blocks, end to end, in the machine's byte order: a file of this run alone, which loses its name as soon
 * as it is open. So other runs over the same pieces cannot reach it, and a killed run leaves nothing.
 */
export class FiringFile {
  private written = 0;

  private constructor(
    private readonly folder: string,
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  static async create(folder: string): Promise<FiringFile> {
    const path = join(folder, `.firing-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
    const file = new FiringFile(folder, path, await open(path, 'wx+'));
    await file.unlink();
    return file;
  }

  /** Entries so far. */
  get entries(): number {
    return this.written;
  }

  /** @param features as wide as the file's entries. @throws UserError where there is no room for them */
  async append(features: Uint16Array | Uint32Array): Promise<void> {
    try {
      await this.file.writeFile(new Uint8Array(features.buffer, features.byteOffset, features.byteLength));
    } catch (error) {
      throw roomProblem(this.folder, error);
    }
    this.written += features.length;
  }

  /** The blocks, read in parts of at most 8 MB of features, until the file is closed. */
  blocks(index: FiringIndex): FiringBlocks {
    return blocksOf(this.file, index);
  }

  async close(): Promise<void> {
    await this.file.close();
    // Some file systems keep the name of an open file.
    await this.unlink();
  }

  private unlink(): Promise<void> {
    return rm(this.path, { force: true }).catch(() => undefined);
  }
}

function roomProblem(folder: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new UserError(
    `No room to put the firing blocks together in ${folder}: the disk or the quota is full`,
    'Free some space or move the cache (BRAINLENS_CACHE), then run again: what was counted stays.',
  );
}

/** Blocks and documents of a file of entries: what `FiringBlocks` holds in memory. */
export type FiringIndex = Omit<FiringBlocks, 'read' | 'blocks'> & {
  /** i32 [blocks]: entries of each. */
  readonly sizes: Int32Array;
};

function blocksOf(file: FileHandle, index: FiringIndex): FiringBlocks {
  const { sizes, ...rest } = index;
  const starts = new Float64Array(sizes.length + 1);
  sizes.forEach((size, block) => (starts[block + 1] = starts[block]! + size));
  return {
    ...rest,
    blocks: sizes.length,
    async *read(from = 0, to = sizes.length) {
      for (let first = from; first < to;) {
        let end = first + 1;
        while (end < Math.min(to, first + PART_BLOCKS) && starts[end + 1]! - starts[first]! <= PART_ENTRIES) end += 1;
        yield await readPart(file, index.features, starts, first, end);
        first = end;
      }
    },
  };
}

async function readPart(
  file: FileHandle,
  features: number,
  starts: Float64Array,
  first: number,
  end: number,
): Promise<FiringPart> {
  const bytes = entryBytes(features);
  const length = starts[end]! - starts[first]!;
  const buffer = new Uint8Array(length * bytes);
  for (let at = 0; at < buffer.length;) {
    const { bytesRead } = await file.read(buffer, at, buffer.length - at, starts[first]! * bytes + at);
    if (bytesRead === 0) throw new Error(`the file of firing blocks ends before block ${end - 1}`);
    at += bytesRead;
  }
  const packed = bytes === 2 ? new Uint16Array(buffer.buffer) : new Uint32Array(buffer.buffer);
  return {
    first,
    starts: Int32Array.from({ length: end - first + 1 }, (_, i) => starts[first + i]! - starts[first]!),
    features: Int32Array.from(packed),
  };
}
