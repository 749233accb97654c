import type { Dataset, Metadata, ready } from 'h5wasm/node';
import { UserError } from '../../shared/errors';
import { halfToNumber } from '../../shared/npy';
import { sizeOf } from './entries';

export type Hdf5Module = Awaited<typeof ready>;
export type Hdf5Kind = 'number' | 'text' | 'reference' | 'other';

/** The library's memory ends at 2 GB: of a large dataset this many bytes are there at a time. */
const BLOCK_BYTES = 2 ** 26;

/** What can be read from a dataset; complex numbers, records, quadruple precision and empty ones are `other`. */
export function kindOf(metadata: Metadata, module: Hdf5Module): Hdf5Kind {
  const classes = module.H5T_class_t;
  if (metadata.shape === null) return 'other';
  switch (metadata.type) {
    case classes.H5T_INTEGER.value:
    case classes.H5T_FLOAT.value:
      return metadata.size <= 8 ? 'number' : 'other';
    case classes.H5T_ENUM.value:
      return 'number';
    case classes.H5T_STRING.value:
      return 'text';
    case classes.H5T_REFERENCE.value:
      return metadata.ref_type === 'object' ? 'reference' : 'other';
    default:
      return 'other';
  }
}

/** NumPy's name of a dataset's type, or words for what has none. */
export function typeName(metadata: Metadata, module: Hdf5Module): string {
  const classes = module.H5T_class_t;
  if (metadata.shape === null) return 'empty';
  switch (metadata.type) {
    case classes.H5T_INTEGER.value:
      return `${metadata.signed ? '' : 'u'}int${metadata.size * 8}`;
    case classes.H5T_FLOAT.value:
      return `float${metadata.size * 8}`;
    case classes.H5T_ENUM.value:
      return Object.keys(metadata.enum_type?.members ?? {}).join() === 'FALSE,TRUE' ? 'bool' : 'enum';
    case classes.H5T_STRING.value:
      return 'text';
    case classes.H5T_REFERENCE.value:
      return 'references';
    case classes.H5T_COMPOUND.value:
      return isComplex(metadata) ? 'complex numbers' : 'records';
    default:
      return 'a type without numbers';
  }
}

function isComplex(metadata: Metadata): boolean {
  const names = metadata.compound_type?.members.map((member) => member.name.toLowerCase()).join();
  return names === 'r,i' || names === 'real,imag';
}

/**
 * A dataset of kind `number` as float64, read in blocks of rows.
 * @param what names file and dataset in messages
 * @throws UserError for a whole number that float64 cannot hold
 */
export function readFloat64(dataset: Dataset, module: Hdf5Module, what: string): Float64Array {
  const shape = dataset.shape ?? [];
  const data = new Float64Array(sizeOf(shape));
  const [rows = 1] = shape;
  const rowLength = rows === 0 ? 0 : data.length / rows;
  const step = Math.max(1, Math.floor(BLOCK_BYTES / Math.max(1, rowLength * dataset.metadata.size)));
  for (let row = 0; row < rows && data.length > 0; row += step) {
    copyNumbers(readRows(dataset, module, row, Math.min(rows, row + step)), data, row * rowLength, what);
  }
  return data;
}

type Values = ArrayLike<number | bigint>;

function readRows(dataset: Dataset, module: Hdf5Module, from: number, to: number): Values {
  const { metadata, shape } = dataset;
  if (metadata.size === 2 && metadata.type === module.H5T_class_t.H5T_FLOAT.value) {
    return readHalves(dataset, module, from, to);
  }
  const value = shape?.length === 0 ? dataset.value : dataset.slice([[from, to]]);
  return (ArrayBuffer.isView(value) ? value : [value]) as unknown as Values;
}

/** The library hands over float16 as bytes only, in the byte order of its own memory (little-endian). */
function readHalves(dataset: Dataset, module: Hdf5Module, from: number, to: number): Values {
  const shape = dataset.shape ?? [];
  const count = shape.map((length, axis) => BigInt(axis === 0 ? to - from : length));
  const offset = shape.map((_, axis) => BigInt(axis === 0 ? from : 0));
  const length = count.reduce((product, part) => product * Number(part), 1);
  const pointer = module._malloc(length * 2);
  try {
    module.get_dataset_data(
      dataset.file_id,
      dataset.path,
      count,
      offset,
      shape.map(() => 1n),
      BigInt(pointer),
    );
    const bytes = module.HEAPU8.slice(pointer, pointer + length * 2);
    const stored = new DataView(bytes.buffer);
    return Float32Array.from({ length }, (_, i) => halfToNumber(stored.getUint16(i * 2, true)));
  } finally {
    module._free(pointer);
  }
}

function copyNumbers(values: Values, data: Float64Array, start: number, what: string): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const number = Number(value);
    if (typeof value === 'bigint' && BigInt(number) !== value) {
      throw new UserError(
        `${what} holds ${value}, a whole number that float64 cannot hold exactly`,
        'Save it as text.',
      );
    }
    data[start + i] = number;
  }
}
