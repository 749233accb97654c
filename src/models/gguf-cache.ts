import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat, statfs, writeFile, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../data/make-folder';
import { Cancelled, UserError } from '../shared/errors';
import { formatBytes, type Progress } from '../shared/progress';
import { dequantise } from './dequantise';
import type { Arrangement } from './gguf-arrangement';
import type { GgufTensor } from './gguf-header';
import { plannedBytes, type CheckpointPlan, type PlannedTensor } from './gguf-plan';

/** Elements that are dequantised at a time: bounds memory whatever the tensor's size. */
const CHUNK_ELEMENTS = 1 << 22;
const HEADER_ALIGNMENT = 64;
const MEGABYTE = 1e6;

/** What the cache folder of one GGUF file holds beside its weights. */
export interface CacheTexts {
  /** Contents by file name. */
  readonly [file: string]: string;
}

export interface CacheOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Writes a plan's tensors as `model.safetensors` and the texts beside it into a temporary sibling of `folder`, then
 * renames it: `folder` is there completely or not at all, also when two processes make it at once.
 * @throws UserError when the disk is too small or full, Cancelled on abort; nothing is left behind
 */
export async function writeGgufCache(
  source: string,
  plan: CheckpointPlan,
  texts: CacheTexts,
  folder: string,
  options: CacheOptions,
): Promise<void> {
  await removeAbandoned(folder);
  const temporary = join(
    dirname(folder),
    `${basename(folder)}.${hostname()}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`,
  );
  try {
    await makeFolder(temporary);
    await refuseSmallDisk(temporary, cacheBytes(plan));
    for (const [name, text] of Object.entries(texts)) await writeFile(join(temporary, name), text);
    await writeTensors(source, plan.tensors, join(temporary, 'model.safetensors'), options);
    await moveInto(temporary, folder);
  } catch (cause) {
    throw diskError(cause, folder, cacheBytes(plan));
  } finally {
    // What went wrong before is what the person should read.
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Bytes that the dequantised weights take on disk. */
export function cacheBytes(plan: CheckpointPlan): number {
  return plan.tensors.reduce((sum, tensor) => sum + plannedBytes(tensor), 0);
}

/** Removes what killed processes of this machine left half-written beside `folder`. */
async function removeAbandoned(folder: string): Promise<void> {
  const parent = dirname(folder);
  const own = hostname();
  for (const name of await readdir(parent).catch(() => [])) {
    const parts = name.endsWith('.tmp') ? name.slice(0, -'.tmp'.length).split('.') : [];
    const process = Number(parts.at(-2));
    if (parts.length < 4 || parts.slice(1, -2).join('.') !== own || !Number.isInteger(process)) continue;
    if (!isRunning(process)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function refuseSmallDisk(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < needed) throw fullDisk(folder, needed, bavail * bsize);
}

function fullDisk(folder: string, needed: number, free?: number): UserError {
  const has = free === undefined ? 'the disk is full' : `only ${formatBytes(free)} are free`;
  return new UserError(
    `the dequantised model needs ${formatBytes(needed)} in ${dirname(folder)}, but ${has}`,
    'Free some space or choose another cache folder.',
  );
}

function diskError(cause: unknown, folder: string, needed: number): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return fullDisk(folder, needed);
  if (code !== undefined && ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code)) {
    return new UserError(`${dirname(folder)} cannot be written`, 'Choose another cache folder.');
  }
  return cause;
}

/** Renames; when another process was first, its folder is as good. */
async function moveInto(temporary: string, folder: string): Promise<void> {
  try {
    await rename(temporary, folder);
  } catch (cause) {
    const there = await stat(join(folder, 'model.safetensors')).catch(() => undefined);
    if (there === undefined) throw cause;
  }
}

async function writeTensors(
  source: string,
  tensors: readonly PlannedTensor[],
  path: string,
  options: CacheOptions,
): Promise<void> {
  const input = await open(source, 'r');
  const output = await open(path, 'wx');
  try {
    await writeAll(output, safetensorsHeader(tensors));
    await copyTensors(input, output, tensors, options);
    await output.datasync();
  } finally {
    await Promise.all([input.close(), output.close()]);
  }
}

async function copyTensors(
  input: FileHandle,
  output: FileHandle,
  tensors: readonly PlannedTensor[],
  { signal, onProgress }: CacheOptions,
): Promise<void> {
  const total = tensors.reduce((sum, tensor) => sum + plannedBytes(tensor), 0);
  let done = 0;
  const inMegabytes = (bytes: number): number => Math.round(bytes / MEGABYTE);
  for (const tensor of tensors) {
    for await (const chunk of arrangedChunks(input, tensor)) {
      if (signal?.aborted === true) throw new Cancelled();
      await writeAll(output, chunk);
      done += chunk.byteLength;
      onProgress?.({ phase: 'Dequantising', done: inMegabytes(done), total: inMegabytes(total), unit: 'MB' });
    }
  }
}

async function writeAll(output: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.byteLength) {
    const { bytesWritten } = await output.write(bytes, written, bytes.byteLength - written);
    written += bytesWritten;
  }
}

/** Header length (u64) and JSON, padded with blanks so that the data begin at a multiple of 64 bytes. */
function safetensorsHeader(tensors: readonly PlannedTensor[]): Buffer {
  const entries: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let at = 0;
  for (const tensor of tensors) {
    const end = at + plannedBytes(tensor);
    entries[tensor.name] = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [at, end] };
    at = end;
  }
  const json = Buffer.from(JSON.stringify(entries));
  const length = Math.ceil((8 + json.length) / HEADER_ALIGNMENT) * HEADER_ALIGNMENT - 8;
  const header = Buffer.alloc(8 + length, ' ');
  header.writeBigUInt64LE(BigInt(length), 0);
  json.copy(header, 8);
  return header;
}

/** A tensor's bytes in Hugging Face's layout, in order, a bounded part at a time (transposed tensors whole). */
async function* arrangedChunks(input: FileHandle, tensor: PlannedTensor): AsyncGenerator<Uint8Array> {
  const { source, arrangement } = tensor;
  const columns = source.shape.length > 1 ? source.shape.at(-1)! : 1;
  const rows = source.elements / columns;
  if (arrangement.kind === 'transposed') {
    yield transposed(await readValues(input, source, 0, source.elements), rows, columns);
    return;
  }
  if (arrangement.kind === 'grouped') {
    yield* groupedChunks(input, source, columns, arrangement);
    return;
  }
  // A vector has no rows of whole blocks to cut at; heads must stay whole to be rearranged.
  const unit = source.shape.length === 1 ? rows : arrangement.kind === 'pairs' ? arrangement.headDim : 1;
  const step = Math.max(unit, Math.floor(CHUNK_ELEMENTS / columns / unit) * unit);
  for (let row = 0; row < rows; row += step) {
    const count = Math.min(step, rows - row);
    const values = await readValues(input, source, row * columns, count * columns);
    if (arrangement.kind === 'plus one') {
      yield lessOne(widened(values, source));
      continue;
    }
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    yield arrangement.kind === 'pairs' ? unpaired(bytes, count, arrangement.headDim) : bytes;
  }
}

/** Rows part by part (all queries, all keys, all values) go back to group by group. */
async function* groupedChunks(
  input: FileHandle,
  source: GgufTensor,
  columns: number,
  { groups, parts, headDim }: Extract<Arrangement, { kind: 'grouped' }>,
): AsyncGenerator<Uint8Array> {
  for (let group = 0; group < groups; group += 1) {
    let before = 0;
    for (const heads of parts) {
      const rows = heads * headDim;
      const values = await readValues(input, source, (before + group * rows) * columns, rows * columns);
      yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      before += groups * rows;
    }
  }
}

/** Float32 values of what `readValues` gives. */
function widened(values: Float32Array | Uint16Array, { type }: GgufTensor): Float32Array {
  if (values instanceof Float32Array) return values;
  const wide = new Float32Array(values.length);
  dequantise(type, new Uint8Array(values.buffer, values.byteOffset, values.byteLength), wide);
  return wide;
}

function lessOne(values: Float32Array): Uint8Array {
  return new Uint8Array(values.map((value) => value - 1).buffer);
}

/** Stored 16-bit values as they are, all else as float32. */
async function readValues(
  input: FileHandle,
  tensor: GgufTensor,
  first: number,
  count: number,
): Promise<Float32Array | Uint16Array> {
  const bytesEach = tensor.bytes / tensor.elements;
  const stored = new Uint8Array(count * bytesEach);
  await readAll(input, stored, tensor.offset + first * bytesEach);
  if (tensor.type === 'F16' || tensor.type === 'BF16') return new Uint16Array(stored.buffer);
  if (tensor.type === 'F32') return new Float32Array(stored.buffer);
  const values = new Float32Array(count);
  dequantise(tensor.type, stored, values);
  return values;
}

async function readAll(input: FileHandle, target: Uint8Array, position: number): Promise<void> {
  let read = 0;
  while (read < target.byteLength) {
    const { bytesRead } = await input.read(target, read, target.byteLength - read, position + read);
    if (bytesRead === 0) throw new UserError('the GGUF file became shorter while it was read', 'Run again.');
    read += bytesRead;
  }
}

/** Rows 2i + j of every head go to j·headDim/2 + i: the inverse of the permutation that llama.cpp's converter applies. */
function unpaired(bytes: Uint8Array, rows: number, headDim: number): Uint8Array {
  const rowBytes = bytes.byteLength / rows;
  const arranged = new Uint8Array(bytes.byteLength);
  const half = headDim / 2;
  for (let row = 0; row < rows; row += 1) {
    const inHead = row % headDim;
    const target = row - inHead + (inHead & 1) * half + (inHead >> 1);
    arranged.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), target * rowBytes);
  }
  return arranged;
}

/** [rows, columns] → [columns, rows], in tiles that stay in the processor's cache. */
function transposed(values: Float32Array | Uint16Array, rows: number, columns: number): Uint8Array {
  const tile = 64;
  const result = values instanceof Float32Array ? new Float32Array(values.length) : new Uint16Array(values.length);
  for (let top = 0; top < rows; top += tile) {
    for (let left = 0; left < columns; left += tile) {
      const bottom = Math.min(rows, top + tile);
      const right = Math.min(columns, left + tile);
      for (let column = left; column < right; column += 1)
        for (let row = top; row < bottom; row += 1) result[column * rows + row] = values[row * columns + column]!;
    }
  }
  return new Uint8Array(result.buffer);
}
