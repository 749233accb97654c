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

const STORED: Readonly<Record<string, StoredType>> = {
  '<f8': { bytes: 8, make: (n) => new Float64Array(n), read: (v, at) => v.getFloat64(at, true) },
  '<f4': { bytes: 4, make: (n) => new Float32Array(n), read: (v, at) => v.getFloat32(at, true) },
  '<i4': { bytes: 4, make: (n) => new Int32Array(n), read: (v, at) => v.getInt32(at, true) },
  '|u1': { bytes: 1, make: (n) => new Uint8Array(n), read: (v, at) => v.getUint8(at) },
  '|b1': { bytes: 1, make: (n) => new Uint8Array(n), read: (v, at) => v.getUint8(at) },
};

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
 * Reads a `.npy` file of float64, float32, int32, uint8 or bool (→ u8). Fortran order, as `numpy.save(x.T)` writes it,
 * is put into C order.
 * @param name what messages call the file
 * @throws UserError for anything that is not such a file, or whose length disagrees with its header
 */
export function decodeNpy(bytes: Uint8Array, name: string): NdArray {
  const header = readHeader(bytes, name);
  const stored = STORED[header.dtype];
  if (stored === undefined) {
    throw new UserError(
      `${name} stores numbers as ${header.dtype}`,
      `Save it as float64, float32, int32 or uint8 in this machine's byte order, for example x.astype('float32').`,
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
  copyBytes(bytes.subarray(header.dataOffset), data, stored);
  return { data: header.fortran ? toCOrder(data, header.shape, stored.make(length)) : data, shape: header.shape };
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
