import { open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { FiringBlocks } from '../../data/sae/firing';
import type { FiringPart } from '../../math/cooccurrence/cooccurrence';

/** Entries that one part of a reading holds at most, unless a single block has more. */
const PART_ENTRIES = 2 ** 21;
const PART_BLOCKS = 2 ** 16;
const STATE = 'firing.state';

/** Bytes per entry: indices of up to 65,536 features fit into two. */
function entryBytes(features: number): number {
  return features <= 65_536 ? 2 : 4;
}

/** The file of a checkpoint folder that holds the features of all blocks, end to end, in the machine's byte order. */
export function entriesFile(folder: string): string {
  return join(folder, 'firing.bin');
}

/** Appends blocks to the file of entries. */
export class FiringWriter {
  private constructor(
    private readonly file: FileHandle,
    private readonly features: number,
    private written: number,
  ) {}

  /** Opens the file and cuts off what was written behind the last checkpoint. @param entries that it then holds */
  static async open(folder: string, features: number, entries: number): Promise<FiringWriter> {
    const file = await open(entriesFile(folder), entries === 0 ? 'w' : 'r+');
    await file.truncate(entries * entryBytes(features));
    return new FiringWriter(file, features, entries);
  }

  /** Whether the file is there with at least so many entries. */
  static async holds(folder: string, features: number, entries: number): Promise<boolean> {
    const { size } = await stat(entriesFile(folder)).catch(() => ({ size: -1 }));
    return size >= entries * entryBytes(features);
  }

  get entries(): number {
    return this.written;
  }

  async append(features: Int32Array): Promise<void> {
    const packed = entryBytes(this.features) === 2 ? Uint16Array.from(features) : Uint32Array.from(features);
    const bytes = new Uint8Array(packed.buffer);
    const start = this.written * entryBytes(this.features);
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.file.write(bytes, at, bytes.length - at, start + at);
      at += bytesWritten;
    }
    this.written += features.length;
  }

  /** What was appended is on the disk when this returns: a checkpoint that counts on it may be written. */
  sync(): Promise<void> {
    return this.file.datasync();
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** Blocks and documents of a file of entries: what `FiringBlocks` holds in memory. */
export type FiringIndex = Omit<FiringBlocks, 'read' | 'blocks'> & {
  /** i32 [blocks]: entries of each. */
  readonly sizes: Int32Array;
};

/** The blocks of a file of entries, read in parts of at most 8 MB of features. */
export function firingFromFile(path: string, index: FiringIndex): FiringBlocks {
  const { sizes, ...rest } = index;
  const starts = new Float64Array(sizes.length + 1);
  sizes.forEach((size, block) => (starts[block + 1] = starts[block]! + size));
  return {
    ...rest,
    blocks: sizes.length,
    async *read(from = 0, to = sizes.length) {
      const file = await open(path, 'r');
      try {
        for (let first = from; first < to;) {
          let end = first + 1;
          while (end < Math.min(to, first + PART_BLOCKS) && starts[end + 1]! - starts[first]! <= PART_ENTRIES) end += 1;
          yield await readPart(file, index.features, starts, first, end);
          first = end;
        }
      } finally {
        await file.close();
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

type Flat = Int32Array | Float32Array | Float64Array;

/** Writes facts and arrays as one file, renamed into place: a killed run leaves the one before, whole. */
export async function writeState(folder: string, facts: unknown, arrays: readonly Flat[]): Promise<void> {
  const lengths = arrays.map(({ byteLength }) => byteLength);
  const head = Buffer.from(JSON.stringify({ facts, lengths }));
  const size = Buffer.alloc(8);
  size.writeUInt32LE(head.length);
  const parts = arrays.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  const temporary = join(folder, `${STATE}.tmp`);
  await writeFile(temporary, Buffer.concat([size, head, ...parts]), { flush: true });
  await rename(temporary, join(folder, STATE));
}

/** What `writeState` wrote: the facts, and the bytes of each array; `undefined` where nothing is or it is damaged. */
export async function readState(
  folder: string,
): Promise<{ readonly facts: unknown; readonly arrays: readonly ArrayBuffer[] } | undefined> {
  try {
    const file = await readFile(join(folder, STATE));
    const head = 8 + file.readUInt32LE(0);
    const { facts, lengths } = JSON.parse(file.toString('utf8', 8, head)) as { facts: unknown; lengths: number[] };
    if (file.length !== head + lengths.reduce((sum, length) => sum + length, 0)) return undefined;
    let at = head;
    const arrays = lengths.map((length) => {
      const { buffer } = Uint8Array.from(file.subarray(at, at + length));
      at += length;
      return buffer;
    });
    return { facts, arrays };
  } catch {
    // What cannot be read is computed again.
    return undefined;
  }
}
