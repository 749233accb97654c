import type { ArrayEntry, NumericArray } from './entries';

/** The variables of a MATLAB file; fields of a scalar struct are `data.responses`. */
export interface MatlabFile {
  readonly file: string;
  /** Shapes as MATLAB's `size` shows them. */
  readonly entries: readonly ArrayEntry[];
  /**
   * A numeric or logical variable as float64 in C order of the shape that MATLAB shows; without a name the only
   * variable.
   * @throws UserError that lists what is inside, or names what is no plain numbers (sparse, complex, struct, text)
   */
  numbers(name?: string): NumericArray;
  /** The rows of a char matrix, or the texts of a cell array of char (MATLAB's order: down the columns). */
  texts(name: string): readonly string[];
}

/**
 * Reads a `.mat` file of version 5 to 7 or 7.3 (HDF5).
 * @throws UserError for a missing or damaged file, version 4 and text files
 */
export async function readMatlab(file: string): Promise<MatlabFile> {
  throw new Error(`in the making ${file}`);
}
