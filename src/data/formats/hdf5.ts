import type { ArrayEntry, NumericArray } from './entries';

/** A dataset of an HDF5 file; `name` is its path without the leading slash. */
export interface Hdf5Dataset extends ArrayEntry {
  readonly kind: 'number' | 'text' | 'reference' | 'other';
  /**
   * Name of each axis, by its attached dimension scale (NetCDF-4's dimensions); `undefined` where the file names none.
   */
  readonly dimensions: readonly (string | undefined)[];
}

export type Hdf5Attribute = string | number | readonly string[] | readonly number[];

/** An open HDF5, NetCDF-4 or MATLAB v7.3 file. */
export interface Hdf5File {
  readonly file: string;
  /** Every dataset of every group. */
  readonly entries: readonly Hdf5Dataset[];
  /**
   * Numbers of any integer or floating-point type as float64, C order, as stored. Where the attributes of NetCDF say so
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
  /** Paths of all groups. */
  readonly groups: readonly string[];
}

/**
 * Opens an HDF5 file, hands it to `use` and closes it, whatever happens.
 * @throws UserError when the file is missing, no HDF5, or damaged
 */
export async function withHdf5<Result>(file: string, use: (open: Hdf5File) => Result): Promise<Result> {
  throw new Error(`in the making ${file} ${typeof use}`);
}
