import { createHash, randomBytes } from 'node:crypto';
import { open, rename, utimes } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayerArrays, LayerShape, LayerSink } from '../analyses/contract';
import { makeFolder } from '../data/make-folder';
import { npyHeader } from '../shared/npy';
import type { Progress } from '../shared/progress';
import { activationFolder, evict, removed } from './cache-folder';

const DIGEST_BYTES = 32;
const CHUNK_BYTES = 1 << 22;

/**
 * Layers by content hash: `<cacheFolder>/activations/<SHA-256 of the key>.npy`, f32 [layers, rows, width], followed by
 * the SHA-256 of its data, which NumPy does not read. Files are renamed into place when complete, checked when opened,
 * and removed, least recently used first, when all together exceed the size. Where nothing can be written, layers are
 * kept in memory: the cache saves time and fails no run.
 */
export class ActivationCache {
  private readonly folder: string;
  private readonly handles: FileHandle[] = [];

  /** @param size bytes that files may take together; while a run holds them its own may exceed it */
  constructor(
    cacheFolder: string,
    private readonly size: number,
  ) {
    this.folder = activationFolder(cacheFolder);
  }

  /**
   * What is cached under a key, or else what `compute` writes.
   * @param key JSON-able; all that the numbers depend on
   * @throws what `compute` throws
   */
  async *layers(
    key: unknown,
    shape: LayerShape,
    compute: (sink: LayerSink) => AsyncGenerator<Progress, void>,
  ): AsyncGenerator<Progress, LayerArrays> {
    const path = join(this.folder, `${createHash('sha256').update(JSON.stringify(key)).digest('hex')}.npy`);
    const found = await this.find(path, shape);
    if (found !== undefined) return found;
    const draft = await this.create(shape);
    const made = draft === undefined ? undefined : yield* this.fill(draft, path, compute);
    if (made !== undefined) return made;
    const memory = inMemory(shape);
    yield* compute(memory.sink);
    return memory.arrays;
  }

  /** Closes what is open and, unless told otherwise, removes files, least recently used first, until the rest fits. */
  async close(makeRoom = true): Promise<void> {
    for (const handle of this.handles.splice(0)) await handle.close().catch(() => undefined);
    if (makeRoom) await evict(this.folder, this.size);
  }

  /** @returns the layers, or nothing where the disk failed */
  private async *fill(
    draft: Draft,
    path: string,
    compute: (sink: LayerSink) => AsyncGenerator<Progress, void>,
  ): AsyncGenerator<Progress, LayerArrays | undefined> {
    let complete = false;
    try {
      yield* compute(draft.sink);
      complete = true;
    } catch (error) {
      if (!draft.failed) throw error;
    } finally {
      if (!complete) await draft.discard();
    }
    return complete && (await draft.finish(path)) ? this.find(path, draft.shape) : undefined;
  }

  private async find(path: string, shape: LayerShape): Promise<LayerArrays | undefined> {
    const handle = await open(path, 'r').catch(() => undefined);
    if (handle === undefined) return undefined;
    const header = headerOf(shape);
    if (!(await isWhole(handle, header, bytesOf(shape)))) {
      await handle.close();
      await removed(path);
      return undefined;
    }
    this.handles.push(handle);
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
    const layerBytes = shape.rows * shape.width * 4;
    return {
      shape,
      async read(layer) {
        requireLayer(layer, shape);
        const values = new Float32Array(shape.rows * shape.width);
        await readFully(handle, new Uint8Array(values.buffer), header.length + layer * layerBytes);
        return values;
      },
    };
  }

  /** A file that is being written; `undefined` where the cache keeps nothing or the folder takes no file. */
  private async create(shape: LayerShape): Promise<Draft | undefined> {
    if (this.size === 0) return undefined;
    const temporary = join(this.folder, `.${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
    const header = headerOf(shape);
    try {
      await makeFolder(this.folder);
      const handle = await open(temporary, 'wx+');
      return new Draft(temporary, handle, header, shape);
    } catch {
      return undefined;
    }
  }
}

/** A cache file on its way; after the first failure of the disk it takes nothing any more. */
class Draft {
  failed = false;
  readonly sink: LayerSink = {
    write: async (layer, row, values) => {
      requireRoom(layer, row, values, this.shape);
      const at = this.header.length + (layer * this.shape.rows + row) * this.shape.width * 4;
      try {
        await writeFully(this.handle, bytesIn(values), at);
      } catch (error) {
        this.failed = true;
        throw error;
      }
    },
  };

  constructor(
    private readonly temporary: string,
    private readonly handle: FileHandle,
    private readonly header: Uint8Array,
    readonly shape: LayerShape,
  ) {}

  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await removed(this.temporary);
  }

  /** Adds the digest and moves the file into place. @returns whether that went well */
  async finish(path: string): Promise<boolean> {
    try {
      await writeFully(this.handle, this.header, 0);
      const end = this.header.length + bytesOf(this.shape);
      const digest = await digestOf(this.handle, this.header.length, end);
      await writeFully(this.handle, digest, end);
      await this.handle.close();
      await rename(this.temporary, path);
      return true;
    } catch {
      await this.discard();
      return false;
    }
  }
}

function inMemory(shape: LayerShape): { readonly sink: LayerSink; readonly arrays: LayerArrays } {
  const data = new Float32Array(shape.layers * shape.rows * shape.width);
  const size = shape.rows * shape.width;
  return {
    sink: {
      write: (layer, row, values) => {
        requireRoom(layer, row, values, shape);
        data.set(values, layer * size + row * shape.width);
        return Promise.resolve();
      },
    },
    arrays: {
      shape,
      read: (layer) => {
        requireLayer(layer, shape);
        return Promise.resolve(data.slice(layer * size, (layer + 1) * size));
      },
    },
  };
}

function requireLayer(layer: number, { layers }: LayerShape): void {
  if (!(layer >= 0 && layer < layers)) throw new RangeError(`layer ${layer} of ${layers}`);
}

function requireRoom(layer: number, row: number, values: Float32Array, shape: LayerShape): void {
  requireLayer(layer, shape);
  if (row < 0 || row * shape.width + values.length > shape.rows * shape.width) {
    throw new RangeError(`${values.length} values from row ${row} on do not fit [${shape.rows}, ${shape.width}]`);
  }
}

function headerOf({ layers, rows, width }: LayerShape): Uint8Array {
  return npyHeader('<f4', [layers, rows, width]);
}

function bytesOf({ layers, rows, width }: LayerShape): number {
  return layers * rows * width * 4;
}

/** Whether the file is complete and its data as it was written. */
async function isWhole(handle: FileHandle, header: Uint8Array, dataBytes: number): Promise<boolean> {
  try {
    const end = header.length + dataBytes;
    if ((await handle.stat()).size !== end + DIGEST_BYTES) return false;
    const start = await readFully(handle, new Uint8Array(header.length), 0);
    const digest = await readFully(handle, new Uint8Array(DIGEST_BYTES), end);
    return Buffer.compare(start, header) === 0 && (await digestOf(handle, header.length, end)).equals(digest);
  } catch {
    return false;
  }
}

async function digestOf(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, to - from));
  for (let at = from; at < to; at += chunk.length) {
    hash.update(await readFully(handle, chunk.subarray(0, Math.min(chunk.length, to - at)), at));
  }
  return hash.digest();
}

async function readFully(handle: FileHandle, into: Uint8Array, position: number): Promise<Uint8Array> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await handle.read(into, done, Math.min(CHUNK_BYTES, into.length - done), position + done);
    if (bytesRead === 0) throw new Error('the cached file ended early');
    done += bytesRead;
  }
  return into;
}

async function writeFully(handle: FileHandle, from: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < from.length) {
    done += (await handle.write(from, done, from.length - done, position + done)).bytesWritten;
  }
}

function bytesIn(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
