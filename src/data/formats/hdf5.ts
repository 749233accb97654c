import type { Attribute, Dataset, Entity, File, Group } from 'h5wasm/node';
import { basename, resolve } from 'node:path';
import { UserError, messageOf } from '../../shared/errors';
import { readStart } from '../files';
import { listEntries, type ArrayEntry, type NumericArray } from './entries';
import { kindOf, readFloat64, typeName, type Hdf5Kind, type Hdf5Module } from './hdf5-values';

/** A dataset of an HDF5 file; `name` is its path without the leading slash. */
export interface Hdf5Dataset extends ArrayEntry {
  readonly kind: Hdf5Kind;
  /** Name of each axis, by its attached dimension scale (NetCDF-4's dimensions); `undefined` where the file names none. */
  readonly dimensions: readonly (string | undefined)[];
}

export type Hdf5Attribute = string | number | readonly string[] | readonly number[];

/** An open HDF5, NetCDF-4 or MATLAB v7.3 file. */
export interface Hdf5File {
  readonly file: string;
  /** Every dataset of every group, but NetCDF dimensions without values and MATLAB's hidden groups. */
  readonly entries: readonly Hdf5Dataset[];
  /** Paths of all groups, MATLAB's hidden ones left out. */
  readonly groups: readonly string[];
  /**
   * Numbers of any integer or floating-point type as float64, C order. Where the attributes of NetCDF say so
   * (`_FillValue`, `missing_value` → NaN; `scale_factor`, `add_offset`), they are applied.
   * @throws UserError for a path that is not there (lists what is) or is no numbers
   */
  numbers(path: string): NumericArray;
  /** Strings of fixed or variable length, flat in C order. @throws UserError as `numbers` */
  texts(path: string): readonly string[];
  /** Attribute of a dataset or group (`''` = root); `undefined` where there is none or it is neither number nor text. */
  attribute(path: string, name: string): Hdf5Attribute | undefined;
  /** Paths that a dataset of object references points to, flat in C order. */
  references(path: string): readonly string[];
}

const ONLY_A_DIMENSION = 'This is a netCDF dimension but not a netCDF variable';
/** How NetCDF-4 stores a variable that is called like a dimension without belonging to it. */
const NOT_ITS_COORDINATE = '_nc4_non_coord_';
const HIDDEN = /^#(refs|subsystem)#(\/|$)/;

/**
 * Opens an HDF5 file, hands it to `use` and closes it, whatever happens. The file is read where it lies, not copied.
 * @throws UserError when the file is missing, no HDF5, or damaged
 */
export async function withHdf5<Result>(file: string, use: (open: Hdf5File) => Result): Promise<Result> {
  await readStart(file, 1);
  const { File, ready } = await import('h5wasm/node');
  const module = await ready;
  // Without it a failed read prints to the terminal and hands back whatever lay in memory.
  module.activate_throwing_error_handler();
  const open = guarded(file, () => new File(resolve(file), 'r'));
  try {
    return use(guarded(file, () => view(file, open, module)));
  } finally {
    open.close();
  }
}

function view(file: string, open: File, module: Hdf5Module): Hdf5File {
  const paths = new Set(open.paths());
  const visible = [...paths].filter((path) => !HIDDEN.test(path));
  const groups: string[] = [];
  const entries: Hdf5Dataset[] = [];
  for (const path of visible) {
    const entity = open.get(path);
    if (isGroup(entity)) groups.push(path);
    if (isDataset(entity) && !isBareDimension(entity)) entries.push(describe(path, entity, module));
  }
  const find = (path: string): Dataset => {
    const entity = paths.has(path) ? open.get(path) : null;
    if (isDataset(entity)) return entity;
    throw new UserError(`${file} holds no dataset "${path}"`, `Name one of: ${listEntries(entries)}.`);
  };
  const typed = (path: string, kind: Hdf5Kind, wanted: string): Dataset => {
    const dataset = find(path);
    if (kindOf(dataset.metadata, module) === kind) return dataset;
    throw new UserError(`${file}: "${path}" is ${typeName(dataset.metadata, module)}, not ${wanted}`, OTHER_DATASET);
  };
  return {
    file,
    entries,
    groups,
    numbers: (path) =>
      guarded(file, () => {
        const dataset = typed(path, 'number', 'numbers');
        const data = readFloat64(dataset, module, `${file}: "${path}"`);
        decodeNetCdf(data, dataset);
        return { data, shape: dataset.shape ?? [] };
      }),
    texts: (path) => guarded(file, () => flatTexts(typed(path, 'text', 'text').value)),
    attribute: (path, name) => guarded(file, () => attributeOf(path === '' ? open : open.get(path), name)),
    references: (path) =>
      guarded(file, () => {
        const { value } = typed(path, 'reference', 'references');
        const all = (Array.isArray(value) ? value : [value]) as Parameters<Dataset['dereference']>[0][];
        return all.map((reference) =>
          (open.dereference(reference) as unknown as Dataset | Group).path.replace(/^\//, ''),
        );
      }),
  };
}

const OTHER_DATASET = 'Name a dataset of the right type.';

function describe(path: string, dataset: Dataset, module: Hdf5Module): Hdf5Dataset {
  const { metadata } = dataset;
  const shape = metadata.shape ?? [];
  return {
    name: path,
    shape,
    type: typeName(metadata, module),
    kind: kindOf(metadata, module),
    dimensions: shape.map((_, axis) => dimensionName(path, dataset, axis)),
  };
}

function dimensionName(path: string, dataset: Dataset, axis: number): string | undefined {
  const [scale] = dataset.get_attached_scales(axis);
  // A coordinate that gives its dimension the values is the scale itself, and attached to nothing.
  const own = axis === 0 && attributeOf(dataset, 'CLASS') === 'DIMENSION_SCALE' ? path : undefined;
  const name = scale ?? own;
  return name === undefined ? undefined : basename(name).replace(NOT_ITS_COORDINATE, '');
}

function isBareDimension(dataset: Dataset): boolean {
  const name = attributeOf(dataset, 'NAME');
  return typeof name === 'string' && name.startsWith(ONLY_A_DIMENSION);
}

/** CF conventions 8.1 and 2.5.1: missing values are compared as stored, before scaling. */
function decodeNetCdf(data: Float64Array, dataset: Dataset): void {
  const missing = ['_FillValue', 'missing_value'].flatMap((name) => numbersOf(attributeOf(dataset, name)));
  const [scale = 1] = numbersOf(attributeOf(dataset, 'scale_factor'));
  const [offset = 0] = numbersOf(attributeOf(dataset, 'add_offset'));
  if (missing.every(Number.isNaN) && scale === 1 && offset === 0) return;
  for (let i = 0; i < data.length; i++) data[i] = missing.includes(data[i]!) ? NaN : data[i]! * scale + offset;
}

function attributeOf(entity: Entity | null, name: string): Hdf5Attribute | undefined {
  if (!isGroup(entity) && !isDataset(entity)) return undefined;
  const attribute: Attribute | undefined = entity.attrs[name];
  const value: unknown = attribute?.value;
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? value : undefined;
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number | bigint>, Number) : undefined;
}

function numbersOf(attribute: Hdf5Attribute | undefined): number[] {
  const all = Array.isArray(attribute) ? (attribute as readonly (number | string)[]) : [attribute];
  return all.filter((value) => typeof value === 'number');
}

function flatTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

function isGroup(entity: Entity | null): entity is Group {
  return entity !== null && 'keys' in entity;
}

function isDataset(entity: Entity | null): entity is Dataset {
  return entity !== null && 'slice' in entity;
}

/** Turns what the HDF5 library throws, a page of its call stack, into one line. */
function guarded<Result>(file: string, use: () => Result): Result {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof UserError) throw error;
    const causes = [...error.message.matchAll(/^\s*#\d+: .*?\(\): (.*)$/gm)].map(([, cause]) => cause!);
    const filter = causes.map((cause) => /required filter '?([^']+?)'? is not/.exec(cause)?.[1]).find(Boolean);
    if (filter !== undefined) {
      throw new UserError(`${file} is compressed with ${filter}`, 'Save it with gzip, or without compression.');
    }
    if (causes.some((cause) => cause.includes('file signature not found'))) {
      throw new UserError(`${file} is not an HDF5 file`, 'Name it after what it is, or save it as HDF5 or NetCDF-4.');
    }
    const [cause = messageOf(error)] = causes.slice(-1);
    throw new UserError(`${file} cannot be read as HDF5: ${cause}`, 'It may be truncated or damaged: save it again.');
  }
}
