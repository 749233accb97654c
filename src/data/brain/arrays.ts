import { extname } from 'node:path';
import { UserError } from '../../shared/errors';
import { listEntries } from '../formats/entries';
import type { ArrayEntry, NumericArray } from '../formats/entries';
import { readNpyFile } from '../npy-file';

/** Array files that a manifest may name, besides tables and images. */
const ARRAYS = ['.npy', '.npz', '.h5', '.hdf5', '.nc', '.mat'];

export function isArrayFile(file: string): boolean {
  return ARRAYS.includes(extname(file).toLowerCase());
}

/**
 * An array of a file, as float64 in C order.
 * @param variable its name; without one, the only array of one to three axes whose first has `rows` places (any, where
 * `rows` is unknown)
 * @throws UserError that lists what the file holds where none or several fit
 */
export async function readArray(file: string, variable: string | undefined, rows?: number): Promise<NumericArray> {
  switch (extname(file).toLowerCase()) {
    case '.npy': {
      const { data, shape } = await readNpyFile(file);
      return { data: Float64Array.from(data), shape };
    }
    case '.npz': {
      const { openNpz } = await import('../formats/npz');
      const npz = await openNpz(file);
      const { data, shape } = npz.array(variable ?? fitting(file, npz.entries, rows).name);
      return { data: Float64Array.from(data), shape };
    }
    case '.mat': {
      const { readMatlab } = await import('../formats/matlab');
      const mat = await readMatlab(file);
      return mat.numbers(variable ?? fitting(file, mat.entries, rows).name);
    }
    default: {
      const { withHdf5 } = await import('../formats/hdf5');
      return await withHdf5(file, (open) => {
        const numeric = open.entries.filter(({ kind }) => kind === 'number');
        return open.numbers(variable ?? fitting(file, numeric, rows).name);
      });
    }
  }
}

function fitting(file: string, entries: readonly ArrayEntry[], rows: number | undefined): ArrayEntry {
  const shaped = entries.filter(
    ({ shape, type }) => shape.length >= 1 && shape.length <= 3 && !/text|char|str|^[SUO]\d*$/i.test(type),
  );
  const fit = rows === undefined ? shaped : shaped.filter(({ shape }) => shape[0] === rows);
  const matrices = fit.filter(({ shape }) => shape.length > 1);
  const candidates = matrices.length > 0 ? matrices : fit;
  if (candidates.length === 1) return candidates[0]!;
  const wanted = rows === undefined ? 'of responses' : `with ${rows} rows`;
  throw new UserError(
    `${file} holds ${candidates.length === 0 ? 'no array' : 'several arrays'} ${wanted}: ${listEntries(entries)}`,
    'Name the array with variable in the manifest; its first axis is the stimuli.',
  );
}
