import { UserError } from '../../shared/errors';

/** Types of stored data in MATLAB's format of level 5. */
export const MiType = {
  Int8: 1,
  Uint8: 2,
  Int16: 3,
  Uint16: 4,
  Int32: 5,
  Uint32: 6,
  Single: 7,
  Double: 9,
  Int64: 12,
  Uint64: 13,
  Matrix: 14,
  Compressed: 15,
  Utf8: 16,
  Utf16: 17,
  Utf32: 18,
} as const;

type Read = (view: DataView, at: number, little: boolean) => number;

const READERS: Readonly<Record<number, readonly [bytes: number, read: Read]>> = {
  [MiType.Int8]: [1, (view, at) => view.getInt8(at)],
  [MiType.Uint8]: [1, (view, at) => view.getUint8(at)],
  [MiType.Int16]: [2, (view, at, little) => view.getInt16(at, little)],
  [MiType.Uint16]: [2, (view, at, little) => view.getUint16(at, little)],
  [MiType.Int32]: [4, (view, at, little) => view.getInt32(at, little)],
  [MiType.Uint32]: [4, (view, at, little) => view.getUint32(at, little)],
  [MiType.Single]: [4, (view, at, little) => view.getFloat32(at, little)],
  [MiType.Double]: [8, (view, at, little) => view.getFloat64(at, little)],
  [MiType.Int64]: [8, (view, at, little) => exact(view.getBigInt64(at, little))],
  [MiType.Uint64]: [8, (view, at, little) => exact(view.getBigUint64(at, little))],
};

function exact(value: bigint): number {
  const number = Number(value);
  if (BigInt(number) === value) return number;
  throw new UserError(`${value} is a whole number that float64 cannot hold exactly`, 'Save it as text.');
}

/**
 * Stored numbers as float64. MATLAB stores whole numbers of any class in the smallest type that holds them.
 * @throws `damaged` for a type that is no number, or a length that is no multiple of its size
 */
export function decodeNumbers(bytes: Uint8Array, type: number, little: boolean, damaged: UserError): Float64Array {
  const reader = READERS[type];
  if (reader === undefined || bytes.length % reader[0] !== 0) throw damaged;
  const [size, read] = reader;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / size }, (_, i) => read(view, i * size, little));
}

/** Stored characters as one text, in MATLAB's column-major order. @throws `damaged` as `decodeNumbers` */
export function decodeCharacters(bytes: Uint8Array, type: number, little: boolean, damaged: UserError): string {
  if (type === MiType.Utf8) return new TextDecoder().decode(bytes);
  const units: Readonly<Record<number, number>> = { [MiType.Utf16]: MiType.Uint16, [MiType.Utf32]: MiType.Uint32 };
  const codes = decodeNumbers(bytes, units[type] ?? type, little, damaged);
  const toText = type === MiType.Utf32 ? String.fromCodePoint : String.fromCharCode;
  return Array.from(codes, (code) => toText(code)).join('');
}

/**
 * The rows of a char matrix, without the blanks that MATLAB fills them up with; a char array of no rows is no text.
 * @param characters column-major
 */
export function rowsOfCharacters(characters: string, shape: readonly number[]): string[] {
  const [rows = 0] = shape;
  if (rows <= 1) return rows === 1 ? [characters] : [];
  return Array.from({ length: rows }, (_, row) => {
    let text = '';
    for (let i = row; i < characters.length; i += rows) text += characters[i];
    return text.trimEnd();
  });
}
