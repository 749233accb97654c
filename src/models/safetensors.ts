import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { UserError } from '../shared/errors';
import { formatBytes } from '../shared/progress';
import type { StoredType, TensorEntry } from './checkpoint';

/** What one safetensors file holds. */
export interface SafetensorsFile {
  /** Tensors in a type that can be read in place. */
  readonly tensors: readonly TensorEntry[];
  /** Other tensors' stored types by name: an error only where the model needs one. */
  readonly others: ReadonlyMap<string, string>;
  /** Tensors in float64, which only readers that convert take. */
  readonly doubles: readonly (Omit<TensorEntry, 'dtype'> & { readonly dtype: 'F64' })[];
}

/** Bits per element of every type of the safetensors format. */
const bitsOf: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  I64: 64,
  U64: 64,
  F64: 64,
  C64: 64,
};

const readable: ReadonlySet<string> = new Set<StoredType>(['F32', 'F16', 'BF16']);
const LENGTH_BYTES = 8;
/** The format's own limit. */
const LARGEST_HEADER = 100_000_000;
const REMEDY = 'Download or copy the file again.';

/**
 * Reads and checks the header of a safetensors file (8 bytes of length, JSON, data): every tensor within the file, of
 * the size that its shape says, none overlapping another.
 * @param file real path; messages name it
 * @throws UserError where the file is truncated or corrupt
 */
export async function readSafetensors(file: string): Promise<SafetensorsFile> {
  const { size } = await stat(file);
  const handle = await open(file, 'r');
  try {
    const headerBytes = await readHeaderLength(handle, size, file);
    const header = parseHeader(await readExactly(handle, LENGTH_BYTES, headerBytes), file);
    return checkTensors(header, file, LENGTH_BYTES + headerBytes, size);
  } finally {
    await handle.close();
  }
}

async function readHeaderLength(handle: FileHandle, size: number, file: string): Promise<number> {
  if (size < LENGTH_BYTES) throw new UserError(`${file} is truncated: it has only ${size} bytes`, REMEDY);
  const length = Number((await readExactly(handle, 0, LENGTH_BYTES)).readBigUInt64LE());
  if (length > LARGEST_HEADER) {
    throw new UserError(`${file} is not a safetensors file: its header would have ${length} bytes`, REMEDY);
  }
  if (length > size - LENGTH_BYTES) {
    const problem = `${file} is truncated or corrupt: its header length (${length} bytes) is larger than the file (${size} bytes)`;
    throw new UserError(problem, REMEDY);
  }
  return length;
}

async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function parseHeader(bytes: Buffer, file: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof header === 'object' && header !== null && !Array.isArray(header))
      return header as Record<string, unknown>;
  } catch {
    // Falls through to the one message below.
  }
  throw new UserError(`${file} is corrupt: its header is not a JSON object`, REMEDY);
}

interface Extent {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function checkTensors(header: Record<string, unknown>, file: string, dataStart: number, size: number): SafetensorsFile {
  const extents = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, fields]) => extentOf(name, fields, file));
  for (const { name, end } of extents) {
    if (dataStart + end <= size) continue;
    const missing = formatBytes(dataStart + end - size);
    throw new UserError(`${file} is truncated: tensor ${name} ends ${missing} behind the end of the file`, REMEDY);
  }
  refuseOverlap(extents, file);
  const placed = <T extends string>({ name, dtype, shape, begin, end }: Extent & { readonly dtype: T }) => {
    return { name, dtype, shape, file, offset: dataStart + begin, bytes: end - begin };
  };
  return {
    tensors: extents
      .filter((extent) => readable.has(extent.dtype))
      .map((extent) => placed(extent as Extent & { dtype: StoredType })),
    doubles: extents
      .filter(({ dtype }) => dtype === 'F64')
      .map((extent) => placed(extent as Extent & { dtype: 'F64' })),
    others: new Map(extents.filter(({ dtype }) => !readable.has(dtype)).map(({ name, dtype }) => [name, dtype])),
  };
}

function extentOf(name: string, fields: unknown, file: string): Extent {
  const { dtype, shape, data_offsets: offsets } = (fields ?? {}) as Record<string, unknown>;
  const corrupt = (what: string): UserError => new UserError(`${file} is corrupt: tensor ${name} ${what}`, REMEDY);
  if (typeof dtype !== 'string') throw corrupt('has no dtype');
  const bits = bitsOf[dtype];
  if (bits === undefined) throw corrupt(`has the unknown dtype ${dtype}`);
  if (!isWholeNumbers(shape)) throw corrupt('has no valid shape');
  if (!isWholeNumbers(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw corrupt('has no valid data_offsets');
  }
  const [begin, end] = offsets as [number, number];
  const wanted = (shape.reduce((product, dim) => product * dim, 1) * bits) / 8;
  if (end - begin !== wanted) {
    throw corrupt(`has ${end - begin} bytes, but shape [${shape.join(', ')}] in ${dtype} takes ${wanted}`);
  }
  return { name, dtype, shape, begin, end };
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function refuseOverlap(extents: readonly Extent[], file: string): void {
  const ordered = extents.filter(({ begin, end }) => end > begin).sort((a, b) => a.begin - b.begin);
  for (let i = 1; i < ordered.length; i += 1) {
    const [before, after] = [ordered[i - 1]!, ordered[i]!];
    if (after.begin < before.end) {
      throw new UserError(`${file} is corrupt: tensors ${before.name} and ${after.name} overlap`, REMEDY);
    }
  }
}
