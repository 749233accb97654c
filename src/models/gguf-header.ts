import { realpath, stat } from 'node:fs/promises';
import { fileProblem } from '../data/files';
import { UserError } from '../shared/errors';
import { BLOCK_LAYOUTS, storedBytes, type GgufType } from './dequantise';
import { GgufCursor } from './gguf-cursor';

/** One metadata value; arrays of numbers are typed arrays, 64-bit integers numbers. */
export type GgufValue = number | boolean | string | GgufArray;
export type GgufArray = readonly GgufValue[] | Float64Array;

/** Where one tensor lies in the file. */
export interface GgufTensor {
  readonly name: string;
  readonly type: GgufType;
  /** C order (GGUF stores dimensions fastest first; here the fastest is last). */
  readonly shape: readonly number[];
  readonly elements: number;
  /** From the start of the file. */
  readonly offset: number;
  readonly bytes: number;
}

/** A GGUF file's header; no tensor data is read. */
export interface GgufHeader {
  /** Real path (symlinks resolved). */
  readonly path: string;
  readonly size: number;
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

const MAGIC = 0x46554747;
const SWAPPED_VERSIONS = [0x02000000, 0x03000000];
const TYPE_NAMES = new Map(Object.entries(BLOCK_LAYOUTS).map(([name, { id }]) => [id, name as GgufType]));
const MAX_DIMENSIONS = 4;
const MAX_ARRAY_DEPTH = 4;
const DEFAULT_ALIGNMENT = 32;

/** Smallest bytes a key–value pair (key length, type, one byte) and a tensor record can take: bound absurd counts. */
const SMALLEST_PAIR = 8 + 4 + 1;
const SMALLEST_TENSOR = 8 + 4 + 8 + 4 + 8;

/** Other stored types by id, so that a refusal can name them. */
const UNSUPPORTED_TYPES: Readonly<Record<number, string>> = {
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
  40: 'NVFP4',
};

/**
 * Reads and checks the header of a GGUF file, version 2 or 3, little-endian.
 * @throws UserError when the file is no GGUF, is truncated or corrupt, or holds a tensor type that is not read
 */
export async function readGgufHeader(path: string): Promise<GgufHeader> {
  const real = await realpath(path).catch((cause: unknown) => {
    throw fileProblem(path, cause);
  });
  const facts = await stat(real);
  if (!facts.isFile()) throw new UserError(`${path} is not a file`, 'Give the path of a .gguf file.');
  let cursor: GgufCursor;
  try {
    cursor = new GgufCursor(real, facts.size);
  } catch (cause) {
    throw fileProblem(path, cause);
  }
  try {
    return parseHeader(cursor, real);
  } finally {
    cursor.close();
  }
}

function parseHeader(cursor: GgufCursor, path: string): GgufHeader {
  const version = readVersion(cursor);
  const tensorCount = cursor.count('tensor count', SMALLEST_TENSOR);
  const pairCount = cursor.count('metadata count', SMALLEST_PAIR);
  const metadata = readMetadata(cursor, pairCount);
  const records = Array.from({ length: tensorCount }, () => readTensorRecord(cursor));
  const alignment = alignmentOf(cursor, metadata);
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const record of records) {
    if (tensors.has(record.name)) throw cursor.corrupt(`tensor ${record.name} occurs twice`);
    if (record.offset % alignment !== 0)
      throw cursor.corrupt(`tensor ${record.name} is not aligned to ${alignment} bytes`);
    const tensor = { ...record, offset: dataStart + record.offset };
    if (tensor.offset + tensor.bytes > cursor.size) {
      throw new UserError(
        `${path}: tensor ${tensor.name} ends at byte ${tensor.offset + tensor.bytes}, but the file has ${cursor.size} bytes`,
        'The file is truncated or corrupt: download it again.',
      );
    }
    tensors.set(tensor.name, tensor);
  }
  return { path, size: cursor.size, version, metadata, tensors };
}

function readVersion(cursor: GgufCursor): number {
  if (cursor.size < 24 || cursor.u32() !== MAGIC) {
    throw new UserError(`${cursor.path} is not a GGUF file (it does not begin with "GGUF")`, 'Choose a .gguf model.');
  }
  const version = cursor.u32();
  if (SWAPPED_VERSIONS.includes(version)) {
    throw new UserError(`${cursor.path} is a big-endian GGUF file`, 'Convert it with gguf-py: gguf-convert-endian.');
  }
  if (version !== 2 && version !== 3) {
    throw new UserError(
      `${cursor.path} is GGUF version ${version}; versions 2 and 3 are read`,
      'Convert the model again with a current llama.cpp.',
    );
  }
  return version;
}

function readMetadata(cursor: GgufCursor, count: number): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i += 1) {
    const key = cursor.string('a metadata key');
    if (metadata.has(key)) throw cursor.corrupt(`metadata key ${key} occurs twice`);
    metadata.set(key, readValue(cursor, cursor.u32(), key, 0));
  }
  return metadata;
}

/** Bytes of a value of each metadata type (strings and arrays: the least they can take). */
const VALUE_BYTES = [1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8];
const STRING = 8;
const ARRAY = 9;
const BOOLEAN = 7;

function readValue(cursor: GgufCursor, type: number, key: string, depth: number): GgufValue {
  if (type === STRING) return cursor.string(key);
  if (type === BOOLEAN) return cursor.u8() !== 0;
  if (type !== ARRAY) return readNumber(cursor, type, key);
  if (depth >= MAX_ARRAY_DEPTH) throw cursor.corrupt(`${key} nests arrays deeper than ${MAX_ARRAY_DEPTH}`);
  const itemType = cursor.u32();
  const bytes = VALUE_BYTES[itemType];
  if (bytes === undefined) throw cursor.corrupt(`${key} has the unknown value type ${itemType}`);
  const length = cursor.count(key, bytes);
  if (itemType === STRING || itemType === ARRAY || itemType === BOOLEAN) {
    const items: GgufValue[] = [];
    for (let i = 0; i < length; i += 1) items.push(readValue(cursor, itemType, key, depth + 1));
    return items;
  }
  const numbers = new Float64Array(length);
  for (let i = 0; i < length; i += 1) numbers[i] = readNumber(cursor, itemType, key);
  return numbers;
}

function readNumber(cursor: GgufCursor, type: number, key: string): number {
  switch (type) {
    case 0:
      return cursor.u8();
    case 1:
      return (cursor.u8() << 24) >> 24;
    case 2:
      return cursor.u16();
    case 3:
      return (cursor.u16() << 16) >> 16;
    case 4:
      return cursor.u32();
    case 5:
      return cursor.u32() | 0;
    case 6:
      return cursor.f32();
    case 10:
      return Number(cursor.u64());
    case 11:
      return Number(BigInt.asIntN(64, cursor.u64()));
    case 12:
      return cursor.f64();
    default:
      throw cursor.corrupt(`${key} has the unknown value type ${type}`);
  }
}

function readTensorRecord(cursor: GgufCursor): GgufTensor {
  const name = cursor.string('a tensor name');
  const dimensions = cursor.u32();
  if (dimensions < 1 || dimensions > MAX_DIMENSIONS)
    throw cursor.corrupt(`tensor ${name} has ${dimensions} dimensions`);
  const shape: number[] = [];
  for (let i = 0; i < dimensions; i += 1) shape.unshift(Number(cursor.u64()));
  const elements = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(elements) || elements < 1)
    throw cursor.corrupt(`tensor ${name} has the impossible shape ${shape.join(' × ')}`);
  const type = tensorType(cursor, name);
  const offset = Number(cursor.u64());
  const { elements: block } = BLOCK_LAYOUTS[type];
  if (shape[shape.length - 1]! % block !== 0)
    throw cursor.corrupt(`rows of tensor ${name} are not whole ${type} blocks of ${block}`);
  return { name, type, shape, elements, offset, bytes: storedBytes(type, elements) };
}

function tensorType(cursor: GgufCursor, tensor: string): GgufType {
  const id = cursor.u32();
  const type = TYPE_NAMES.get(id);
  if (type !== undefined) return type;
  throw new UserError(
    `${cursor.path}: tensor ${tensor} is stored as ${UNSUPPORTED_TYPES[id] ?? `type ${id}`}, which is not read`,
    `Use a file in ${Object.keys(BLOCK_LAYOUTS).join(', ')}.`,
  );
}

function alignmentOf(cursor: GgufCursor, metadata: ReadonlyMap<string, GgufValue>): number {
  const alignment = metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT;
  if (typeof alignment !== 'number' || !Number.isInteger(alignment) || alignment < 1 || alignment > 1 << 20)
    throw cursor.corrupt(`general.alignment is ${String(alignment)}`);
  return alignment;
}
