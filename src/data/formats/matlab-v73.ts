import { toCOrder } from './entries';
import { withHdf5, type Hdf5Dataset, type Hdf5File } from './hdf5';
import type { MatlabVariable } from './matlab';
import { rowsOfCharacters } from './matlab-values';

/**
 * The variables of a MATLAB file of version 7.3: HDF5 whose axes come in reverse (MATLAB is column-major), a struct
 * being a group, a cell array references, characters uint16.
 * @throws UserError for a damaged file
 */
export async function readVersion73(file: string): Promise<MatlabVariable[]> {
  return await withHdf5(file, (open) => {
    const sparse = open.groups.filter((group) => open.attribute(group, 'MATLAB_sparse') !== undefined);
    const inSparse = ({ name }: Hdf5Dataset): boolean => sparse.some((group) => name.startsWith(`${group}/`));
    return [
      ...open.entries.filter((entry) => !inSparse(entry)).map((entry) => variableOf(file, open, entry)),
      ...sparse.map((group): MatlabVariable => ({ name: nameOf(group), shape: [], type: 'sparse' })),
    ];
  });
}

function variableOf(file: string, open: Hdf5File, entry: Hdf5Dataset): MatlabVariable {
  const path = entry.name;
  const name = nameOf(path);
  const kind = open.attribute(path, 'MATLAB_class');
  const empty = open.attribute(path, 'MATLAB_empty') === 1;
  // An empty array has no dataset of its own size: what is stored instead is its shape.
  const shape = empty ? Array.from(open.numbers(path).data) : entry.shape.toReversed();
  if (kind === 'char') return { name, shape, type: 'text', texts: () => withHdf5(file, (h5) => charRows(h5, path)) };
  if (kind === 'cell') return cellVariable(file, open, { name, shape, path, empty });
  if (entry.kind === 'reference') return { name, shape, type: 'struct array' };
  if (entry.kind !== 'number') return { name, shape, type: entry.type };
  const type = typeof kind === 'string' ? kind : entry.type;
  if (empty) return { name, shape, type, numbers: () => new Float64Array(0) };
  return { name, shape, type, numbers: () => withHdf5(file, (h5) => toCOrder(h5.numbers(path).data, shape)) };
}

function cellVariable(
  file: string,
  open: Hdf5File,
  { name, shape, path, empty }: { name: string; shape: number[]; path: string; empty: boolean },
): MatlabVariable {
  const isText = (cell: string): boolean => open.attribute(cell, 'MATLAB_class') === 'char';
  const cells = empty ? [] : open.references(path);
  if (cells.length === 0 || !cells.every(isText)) return { name, shape, type: 'cell' };
  const texts = (): Promise<string[]> =>
    withHdf5(file, (h5) => h5.references(path).map((cell) => charRows(h5, cell)[0] ?? ''));
  return { name, shape, type: 'cell of text', texts };
}

function charRows(open: Hdf5File, path: string): string[] {
  if (open.attribute(path, 'MATLAB_empty') === 1) return [];
  const { data, shape } = open.numbers(path);
  return rowsOfCharacters(Array.from(data, (code) => String.fromCharCode(code)).join(''), shape.toReversed());
}

function nameOf(path: string): string {
  return path.replaceAll('/', '.');
}
