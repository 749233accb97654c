import { promisify } from 'node:util';
import { inflate, unzip } from 'node:zlib';
import { UserError, messageOf } from '../../shared/errors';
import { sizeOf, toCOrder } from './entries';

/** A data array of a GIFTI file before it is decoded (GIFTI Surface Data Format, version 1.0). */
export interface GiftiArray {
  readonly intent: string;
  readonly shape: readonly number[];
  readonly type: string;
  readonly encoding: string;
  readonly littleEndian: boolean;
  readonly columnMajor: boolean;
  readonly text: string;
}

interface StoredType {
  readonly bytes: number;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}

const STORED: Readonly<Record<string, StoredType>> = {
  NIFTI_TYPE_UINT8: { bytes: 1, read: (v, at) => v.getUint8(at) },
  NIFTI_TYPE_INT8: { bytes: 1, read: (v, at) => v.getInt8(at) },
  NIFTI_TYPE_INT16: { bytes: 2, read: (v, at, le) => v.getInt16(at, le) },
  NIFTI_TYPE_INT32: { bytes: 4, read: (v, at, le) => v.getInt32(at, le) },
  NIFTI_TYPE_UINT32: { bytes: 4, read: (v, at, le) => v.getUint32(at, le) },
  NIFTI_TYPE_FLOAT32: { bytes: 4, read: (v, at, le) => v.getFloat32(at, le) },
  NIFTI_TYPE_FLOAT64: { bytes: 8, read: (v, at, le) => v.getFloat64(at, le) },
};

/**
 * The data arrays of a GIFTI document, in its order.
 * @throws UserError for XML that is no GIFTI or not well-formed, and data in an external file
 */
export async function parseArrays(source: string, file: string): Promise<GiftiArray[]> {
  const { parser } = (await import('sax')).default;
  const arrays: GiftiArray[] = [];
  let root: string | undefined;
  let attributes: Record<string, string> | undefined;
  let text: string[] | undefined;
  const xml = parser(true);
  xml.onerror = (error) => {
    throw new UserError(
      `${file} is not well-formed XML: ${messageOf(error).replace(/\s*(Line|Column|Char):.*$/i, '')} (line ${xml.line + 1})`,
      'It may be truncated: save it again.',
    );
  };
  xml.onopentag = ({ name, attributes: given }) => {
    root ??= name;
    if (name === 'DataArray') attributes = given as Record<string, string>;
    if (name === 'Data') text = [];
  };
  xml.ontext = xml.oncdata = (part) => text?.push(part);
  xml.onclosetag = (name) => {
    if (name !== 'Data' || attributes === undefined) return;
    arrays.push(describe(attributes, (text ?? []).join('').trim(), file));
    text = undefined;
  };
  xml.write(source).close();
  if (root !== 'GIFTI') throw new UserError(`${file} is not a GIFTI file`, 'Name a .func.gii or .surf.gii file.');
  return arrays;
}

function describe(attributes: Readonly<Record<string, string>>, text: string, file: string): GiftiArray {
  const encoding = attributes.Encoding ?? '';
  if (encoding === 'ExternalFileBinary') {
    throw new UserError(
      `${file} keeps its data in another file, ${attributes.ExternalFileName ?? 'without a name'}`,
      'Save it with the data inside, for example with wb_command -gifti-convert GZIP_BASE64_BINARY.',
    );
  }
  const dimensions = Number(attributes.Dimensionality);
  return {
    intent: attributes.Intent ?? '',
    shape: Array.from({ length: Number.isInteger(dimensions) ? dimensions : 0 }, (_, i) =>
      Number(attributes[`Dim${i}`]),
    ),
    type: attributes.DataType ?? '',
    encoding,
    littleEndian: attributes.Endian !== 'BigEndian',
    columnMajor: attributes.ArrayIndexingOrder === 'ColumnMajorOrder',
    text,
  };
}

/**
 * The numbers of an array as float64, in C order.
 * @throws UserError for an unknown type or encoding, damaged data, and a length other than the shape's
 */
export async function decodeArray(file: string, array: GiftiArray): Promise<Float64Array> {
  const values =
    array.encoding === 'ASCII' ? decodeAscii(file, array.text) : decodeBinary(file, array, await bytesOf(file, array));
  const expected = sizeOf(array.shape);
  if (values.length !== expected) {
    throw new UserError(
      `${file}: an array of the shape [${array.shape.join(', ')}] holds ${values.length} values`,
      'It is truncated or damaged: save it again.',
    );
  }
  return array.columnMajor ? toCOrder(values, array.shape) : values;
}

function decodeAscii(file: string, text: string): Float64Array {
  const words = text === '' ? [] : text.split(/\s+/);
  return Float64Array.from(words, (word) => {
    const number = /^[+-]?nan$/i.test(word) ? NaN : Number(word.replace(/^([+-]?)inf(inity)?$/i, '$1Infinity'));
    if (Number.isNaN(number) && !/nan/i.test(word)) {
      throw new UserError(`${file}: "${word}" stands where a number should`, 'The file is damaged: save it again.');
    }
    return number;
  });
}

function decodeBinary(file: string, { type, littleEndian }: GiftiArray, bytes: Uint8Array): Float64Array {
  const stored = STORED[type];
  if (stored === undefined) {
    throw new UserError(`${file} holds ${type === '' ? 'data without a type' : type}`, 'Save it as float32 or int32.');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Math.floor(bytes.length / stored.bytes);
  return Float64Array.from({ length }, (_, i) => stored.read(view, i * stored.bytes, littleEndian));
}

async function bytesOf(file: string, { encoding, text }: GiftiArray): Promise<Uint8Array> {
  const packed = Buffer.from(text, 'base64');
  if (encoding === 'Base64Binary') return packed;
  if (encoding !== 'GZipBase64Binary') {
    throw new UserError(`${file} is encoded as "${encoding}"`, 'Save it as ASCII, Base64Binary or GZipBase64Binary.');
  }
  // GIFTI's "gzip" is zlib's format, but some programs do write gzip.
  const isGzip = packed[0] === 0x1f && packed[1] === 0x8b;
  try {
    return await promisify(isGzip ? unzip : inflate)(packed);
  } catch {
    throw new UserError(`${file}: an array cannot be unpacked`, 'It is truncated or damaged: save it again.');
  }
}
