import type { NdArray } from './analysis';
import { UserError } from './errors';

/**
 * NumPy's `.npy` format, version 1.0 (numpy.lib.format), as pure functions over bytes. Headers are byte for byte those
 * that `numpy.save` writes.
 */

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const ALIGNMENT = 64;
/** numpy leaves room for this many digits of the first axis, so that a file can grow in place. */
const GROWTH_DIGITS = 21;

type Data = NdArray['data'];

interface StoredType {
  readonly bytes: number;
  readonly make: (length: number) => Data;
  readonly read: (view: DataView, offset: number) => number;
}

const f64 = (n: number): Data => new Float64Array(n);
const f32 = (n: number): Data => new Float32Array(n);
const i32 = (n: number): Data => new Int32Array(n);
const u8 = (n: number): Data => new Uint8Array(n);

/** Types of more than one byte, in the byte order `le`; what memory has no type for goes into the next wider one. */
const ordered = (le: boolean): Readonly<Record<string, StoredType>> => ({
  f8: { bytes: 8, make: f64, read: (v, at) => v.getFloat64(at, le) },
  f4: { bytes: 4, make: f32, read: (v, at) => v.getFloat32(at, le) },
  f2: { bytes: 2, make: f32, read: (v, at) => halfToNumber(v.getUint16(at, le)) },
  i8: { bytes: 8, make: f64, read: (v, at) => exact(v.getBigInt64(at, le)) },
  u8: { bytes: 8, make: f64, read: (v, at) => exact(v.getBigUint64(at, le)) },
  i4: { bytes: 4, make: i32, read: (v, at) => v.getInt32(at, le) },
  u4: { bytes: 4, make: f64, read: (v, at) => v.getUint32(at, le) },
  i2: { bytes: 2, make: i32, read: (v, at) => v.getInt16(at, le) },
  u2: { bytes: 2, make: i32, read: (v, at) => v.getUint16(at, le) },
});

const STORED: Readonly<Record<string, Readonly<Record<string, StoredType>>>> = {
  '<': ordered(true),
  '>': ordered(false),
  '|': {
    u1: { bytes: 1, make: u8, read: (v, at) => v.getUint8(at) },
    b1: { bytes: 1, make: u8, read: (v, at) => v.getUint8(at) },
    i1: { bytes: 1, make: i32, read: (v, at) => v.getInt8(at) },
  },
};

/** IEEE 754 binary16 as a number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** @throws RangeError beyond ±2⁵³, where float64 would change the number without a word */
function exact(value: bigint): number {
  const number = Number(value);
  if (BigInt(number) !== value) throw new RangeError(String(value));
  return number;
}

/** numpy's name of the type in which `data` is stored: `<f8`, `<f4`, `<i4`, `|u1`. */
export function npyDtype(data: Data): string {
  if (data instanceof Float64Array) return '<f8';
  if (data instanceof Float32Array) return '<f4';
  if (data instanceof Int32Array) return '<i4';
  return '|u1';
}

/**
 * The bytes before the data of a C-order `.npy` file, as `numpy.save` writes them.
 * @param dtype one of `<f8 <f4 <i4 |u1`
 */
export function npyHeader(dtype: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const growth = shape.length === 0 ? 0 : GROWTH_DIGITS - String(shape[0]).length;
  const dictionary = `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${tuple}, }${' '.repeat(growth)}`;
  const unpadded = MAGIC.length + 4 + dictionary.length + 1;
  const text = `${dictionary}${' '.repeat(ALIGNMENT - (unpadded % ALIGNMENT))}\n`;
  const header = new Uint8Array(MAGIC.length + 4 + text.length);
  header.set(MAGIC);
  header.set([1, 0, text.length & 0xff, text.length >> 8], MAGIC.length);
  header.set(
    Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
    MAGIC.length + 4,
  );
  return header;
}

/**
 * A `.npy` file of a flat C-order array.
 * @throws RangeError when `shape` does not hold exactly the data
 */
export function encodeNpy(array: NdArray): Uint8Array {
  const { data, shape } = array;
  if (sizeOf(shape) !== data.length)
    throw new RangeError(`${data.length} values do not fill the shape [${shape.join(', ')}]`);
  const header = npyHeader(npyDtype(data), shape);
  const file = new Uint8Array(header.length + data.byteLength);
  file.set(header);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return file;
}

/**
 * Reads a `.npy` file of real numbers in either byte order: float64, float32, int32, uint8; bool (→ u8); int8, int16,
 * uint16 (→ i32); float16 (→ f32); uint32, int64, uint64 (→ f64). Fortran order, as `numpy.save(x.T)` writes it, is put
 * into C order.
 * @param name what messages call the file
 * @throws UserError for anything that is not such a file, whose length disagrees with its header, or that holds a whole
 * number which float64 cannot
 */
export function decodeNpy(bytes: Uint8Array, name: string): NdArray {
  const header = readHeader(bytes, name);
  const stored = STORED[header.dtype.slice(0, 1)]?.[header.dtype.slice(1)];
  if (stored === undefined) {
    throw new UserError(
      `${name} stores numbers as ${header.dtype}`,
      `Save it as real numbers, for example x.astype('float32').`,
    );
  }
  const length = sizeOf(header.shape);
  const expected = header.dataOffset + length * stored.bytes;
  if (bytes.length !== expected) {
    throw new UserError(
      `${name} has ${bytes.length} bytes where its header, shape (${header.shape.join(', ')}), asks for ${expected}`,
      'It is truncated or damaged: save it again.',
    );
  }
  const data = stored.make(length);
  try {
    copyBytes(bytes.subarray(header.dataOffset), data, stored);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `${name} holds ${error.message}, a whole number that float64 cannot hold exactly`,
      'Save smaller numbers, or save them as text.',
    );
  }
  return { data: header.fortran ? toCOrder(data, header.shape, stored.make(length)) : data, shape: header.shape };
}

/**
 * What a `.npy` file says it holds, without reading it: numpy's short name of the type, the shape, whether the data is in
 * Fortran order and at which byte it starts.
 * @throws UserError when it has no readable header
 */
export function describeNpy(
  bytes: Uint8Array,
  name: string,
): { type: string; shape: readonly number[]; fortran: boolean; dataOffset: number; dtype: string } {
  const { dtype, shape, fortran, dataOffset } = readHeader(bytes, name);
  return { type: dtype.replace(/^[<>|=]/, ''), shape, fortran, dataOffset, dtype };
}

interface Header {
  readonly dtype: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  readonly dataOffset: number;
}

function readHeader(bytes: Uint8Array, name: string): Header {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) {
    throw new UserError(`${name} is not a NumPy .npy file`, 'Save it with numpy.save.');
  }
  const damaged = new UserError(`${name} has a damaged .npy header`, 'Save it again with numpy.save.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lengthBytes = bytes[6] === 1 ? 2 : 4;
  const start = 8 + lengthBytes;
  if (bytes.length < start) throw damaged;
  const dataOffset = start + (lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < dataOffset) throw damaged;
  const text = Array.from(bytes.subarray(start, dataOffset), (byte) => String.fromCharCode(byte)).join('');
  const dtype = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const tuple = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (dtype === undefined && /'descr':\s*\[/.test(text)) {
    throw new UserError(`${name} holds records with named fields`, 'Save one plain array of numbers.');
  }
  if (dtype === undefined || order === undefined || tuple === undefined) throw damaged;
  const shape = tuple.split(',').filter((part) => part.trim() !== '');
  return { dtype, fortran: order === 'True', shape: shape.map(Number), dataOffset };
}

function copyBytes(source: Uint8Array, data: Data, stored: StoredType): void {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  for (let i = 0; i < data.length; i++) data[i] = stored.read(view, i * stored.bytes);
}

function toCOrder(fortran: Data, shape: readonly number[], out: Data): Data {
  const index = new Array<number>(shape.length).fill(0);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  for (let i = 0; i < out.length; i++) {
    out[i] = fortran[index.reduce((sum, position, axis) => sum + position * strides[axis]!, 0)]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return out;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
