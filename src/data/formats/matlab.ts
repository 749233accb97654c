import { UserError } from '../../shared/errors';
import { readBytes, readStart } from '../files';
import { pickEntry, type ArrayEntry, type NumericArray } from './entries';
import { readVersion5 } from './matlab-v5';
import { readVersion73 } from './matlab-v73';

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
  numbers(name?: string): Promise<NumericArray>;
  /**
   * The rows of a char matrix, or the texts of a cell array of char (MATLAB's order: down the columns).
   * @throws UserError as `numbers`
   */
  texts(name?: string): Promise<readonly string[]>;
}

/** A variable as the two readers hand it over; what it is not, it cannot be read as. */
export interface MatlabVariable extends ArrayEntry {
  /** In C order of `shape`. */
  readonly numbers?: () => Float64Array | Promise<Float64Array>;
  readonly texts?: () => readonly string[] | Promise<readonly string[]>;
}

const VERSION_5 = 0x0100;
const VERSION_73 = 0x0200;
const REMEDIES: Readonly<Record<string, string>> = {
  sparse: 'Save it with full(x).',
  'complex numbers': 'Save its real part, its size or its phase: real(x), abs(x), angle(x).',
  struct: 'Name one of its fields.',
  'struct array': 'Save the field as one array, for example vertcat(data.x).',
  cell: 'Save it as one matrix, for example with cell2mat.',
  opaque: 'Save strings with cellstr(x), a table column by column.',
};

/**
 * Reads a `.mat` file of version 5 to 7 or 7.3 (HDF5), told apart by its header.
 * @throws UserError for a missing or damaged file, version 4 and files that are not MATLAB's
 */
export async function readMatlab(file: string): Promise<MatlabFile> {
  const variables = await readVariables(file);
  const pick = (name: string | undefined): MatlabVariable => pickEntry(file, variables, name);
  return {
    file,
    entries: variables.map(({ name, shape, type }) => ({ name, shape, type })),
    numbers: async (name) => {
      const variable = pick(name);
      if (variable.numbers === undefined) throw refused(file, variable, 'numbers');
      return { data: await variable.numbers(), shape: variable.shape };
    },
    texts: async (name) => {
      const variable = pick(name);
      if (variable.texts === undefined) throw refused(file, variable, 'text');
      return await variable.texts();
    },
  };
}

async function readVariables(file: string): Promise<MatlabVariable[]> {
  const header = await readStart(file, 128);
  const mark = String.fromCharCode(...header.subarray(126, 128));
  if (mark === 'IM' || mark === 'MI') {
    const version = new DataView(header.buffer, header.byteOffset).getUint16(124, mark === 'IM');
    if (version === VERSION_5) return readVersion5(await readBytes(file), mark === 'IM', file);
    if (version === VERSION_73) return await readVersion73(file);
  }
  // h5py and others write version 7.3 without MATLAB's own header.
  if (String.fromCharCode(...header.subarray(1, 4)) === 'HDF') return await readVersion73(file);
  if (isVersion4(header)) {
    throw new UserError(`${file} is a MATLAB file of version 4`, "Save it again, for example save(file, 'x', '-v7').");
  }
  throw new UserError(`${file} is not a MATLAB .mat file`, "Save it with save(file, 'x', '-v7').");
}

/** Version 4 starts with a type of up to four decimal digits (thousands: byte order), where version 5 has text. */
function isVersion4(header: Uint8Array): boolean {
  if (header.length < 20) return false;
  const view = new DataView(header.buffer, header.byteOffset);
  return [true, false].some((little) => {
    const [type, rows, columns, imaginary, nameLength] = [0, 4, 8, 12, 16].map((at) => view.getUint32(at, little));
    const digits = type! <= 4052 && type! % 10 <= 2 && Math.floor(type! / 10) % 10 <= 5;
    return digits && rows! < 2 ** 31 && columns! < 2 ** 31 && imaginary! <= 1 && nameLength! > 0 && nameLength! < 256;
  });
}

function refused(file: string, { name, type }: MatlabVariable, wanted: string): UserError {
  return new UserError(
    `${file}: "${name}" is ${type}, not ${wanted}`,
    REMEDIES[type] ?? 'Name a variable of the right type.',
  );
}
