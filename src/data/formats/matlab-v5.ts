import { inflateSync } from 'node:zlib';
import { UserError } from '../../shared/errors';
import { sizeOf, toCOrder } from './entries';
import type { MatlabVariable } from './matlab';
import { decodeCharacters, decodeNumbers, MiType, rowsOfCharacters } from './matlab-values';

/**
 * MATLAB's MAT-file format, level 5 (versions 5 to 7; "MAT-File Format", The MathWorks): a 128-byte header, then tagged
 * elements, each perhaps compressed with zlib.
 */

const HEADER_BYTES = 128;
const enum Class {
  Cell = 1,
  Struct = 2,
  Object = 3,
  Char = 4,
  Sparse = 5,
  FirstNumeric = 6,
  LastNumeric = 15,
}
const NUMERIC_CLASSES = 'double single int8 uint8 int16 uint16 int32 uint32 int64 uint64'.split(' ');
const COMPLEX = 0x0800;
const LOGICAL = 0x0200;

/**
 * The variables of a file of level 5; scalar structs are taken apart into `name.field`.
 * @param little byte order, as the header says
 * @throws UserError for a damaged file
 */
export function readVersion5(bytes: Uint8Array, little: boolean, file: string): MatlabVariable[] {
  const damaged = new UserError(`${file} is a damaged or truncated MATLAB file`, 'Save it again.');
  const elements = new Elements(bytes.subarray(HEADER_BYTES), little, damaged);
  const variables: MatlabVariable[] = [];
  while (!elements.done) {
    let element = elements.next();
    if (element.type === MiType.Compressed) {
      element = new Elements(inflated(element.bytes, damaged), little, damaged).next();
    }
    if (element.type === MiType.Matrix) variables.push(...readMatrix(element.bytes, little, damaged));
  }
  // MATLAB keeps what belongs to objects and function handles in a variable without a name.
  return variables.filter(({ name }) => name !== '' && !name.startsWith('.'));
}

function inflated(bytes: Uint8Array, damaged: UserError): Uint8Array {
  try {
    return inflateSync(bytes);
  } catch {
    throw damaged;
  }
}

interface Element {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** Tagged data: type and length in 8 bytes, or, up to 4 bytes of data, in one 8-byte word with them. */
class Elements {
  #at = 0;
  readonly #view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    readonly little: boolean,
    private readonly damaged: UserError,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.bytes.length;
  }

  next(): Element {
    if (this.#at + 8 > this.bytes.length) throw this.damaged;
    const tag = this.#view.getUint32(this.#at, this.little);
    const small = tag >>> 16;
    const start = this.#at + (small > 0 ? 4 : 8);
    const type = small > 0 ? tag & 0xffff : tag;
    const length = small > 0 ? small : this.#view.getUint32(this.#at + 4, this.little);
    const end = start + length;
    if (end > this.bytes.length || (small > 0 && length > 4)) throw this.damaged;
    const padded = small > 0 ? start + 4 : start + Math.ceil(length / 8) * 8;
    this.#at = type === MiType.Compressed ? end : padded;
    return { type, bytes: this.bytes.subarray(start, end) };
  }

  /** The next element as whole numbers. */
  whole(): number[] {
    const { type, bytes } = this.next();
    return Array.from(decodeNumbers(bytes, type, this.little, this.damaged));
  }

  ascii(): string {
    return String.fromCharCode(...this.next().bytes);
  }
}

/** @returns the variable, or those of the fields of a scalar struct */
function readMatrix(bytes: Uint8Array, little: boolean, damaged: UserError, parent = ''): MatlabVariable[] {
  // MATLAB writes an element without any bytes for a field or cell that was never set.
  if (bytes.length === 0) return [{ name: parent, shape: [0, 0], type: 'double', numbers: () => new Float64Array(0) }];
  const elements = new Elements(bytes, little, damaged);
  const [flags = 0] = elements.whole();
  const dimensions = elements.next();
  if (dimensions.type !== MiType.Int32) {
    return [{ name: joined(parent, String.fromCharCode(...dimensions.bytes)), shape: [1, 1], type: 'opaque' }];
  }
  const shape = Array.from(decodeNumbers(dimensions.bytes, MiType.Int32, little, damaged));
  const name = joined(parent, elements.ascii());
  const kind = flags & 0xff;
  if (kind === Class.Cell) return [readCell(elements, name, shape, damaged)];
  if (kind === Class.Struct) return readStruct(elements, name, shape, damaged);
  if (kind === Class.Char) return [readChar(elements, name, shape, damaged)];
  if (kind === Class.Sparse) return [{ name, shape, type: 'sparse' }];
  if (kind < Class.FirstNumeric || kind > Class.LastNumeric) return [{ name, shape, type: 'opaque' }];
  if (flags & COMPLEX) return [{ name, shape, type: 'complex numbers' }];
  const type = flags & LOGICAL ? 'logical' : NUMERIC_CLASSES[kind - Class.FirstNumeric]!;
  return [readNumeric(elements, { name, shape, type }, damaged)];
}

function readNumeric(
  elements: Elements,
  entry: { name: string; shape: number[]; type: string },
  damaged: UserError,
): MatlabVariable {
  const { type, bytes } = elements.next();
  const numbers = (): Float64Array => {
    const values = decodeNumbers(bytes, type, elements.little, damaged);
    if (values.length !== sizeOf(entry.shape)) throw damaged;
    return toCOrder(values, entry.shape);
  };
  return { ...entry, numbers };
}

function readChar(elements: Elements, name: string, shape: number[], damaged: UserError): MatlabVariable {
  const { type, bytes } = elements.next();
  const texts = (): string[] => rowsOfCharacters(decodeCharacters(bytes, type, elements.little, damaged), shape);
  return { name, shape, type: 'text', texts };
}

function readCell(elements: Elements, name: string, shape: number[], damaged: UserError): MatlabVariable {
  const cells = Array.from({ length: sizeOf(shape) }, () =>
    readMatrix(elements.next().bytes, elements.little, damaged),
  ).map((cell) => cell[0]);
  const isText = (cell: MatlabVariable | undefined): boolean => cell?.texts !== undefined || isEmpty(cell);
  if (!cells.every(isText) || !cells.some((cell) => cell?.texts !== undefined)) return { name, shape, type: 'cell' };
  const texts = (): string[] => cells.map((cell) => ((cell?.texts?.() ?? []) as readonly string[])[0] ?? '');
  return { name, shape, type: 'cell of text', texts };
}

function isEmpty(cell: MatlabVariable | undefined): boolean {
  return cell?.numbers !== undefined && sizeOf(cell.shape) === 0;
}

function readStruct(elements: Elements, name: string, shape: number[], damaged: UserError): MatlabVariable[] {
  const [nameLength = 0] = elements.whole();
  const packed = elements.ascii();
  const count = nameLength === 0 ? 0 : Math.floor(packed.length / nameLength);
  const fields = Array.from({ length: count }, (_, i) =>
    packed.slice(i * nameLength, (i + 1) * nameLength).replace(/\0.*$/s, ''),
  );
  if (sizeOf(shape) !== 1) return [{ name, shape, type: 'struct array' }];
  return fields.flatMap((field) => readMatrix(elements.next().bytes, elements.little, damaged, joined(name, field)));
}

function joined(parent: string, name: string): string {
  return [parent, name].filter((part) => part !== '').join('.');
}
