import { unzipSync } from 'fflate';
import type { NdArray } from '../../shared/analysis';
import { UserError, messageOf } from '../../shared/errors';
import { decodeNpy, describeNpy } from '../../shared/npy';
import { readBytes } from '../files';
import { pickEntry, type ArrayEntry } from './entries';

const ZIP = [0x50, 0x4b];
const SUFFIX = '.npy';

/** An archive that `numpy.savez` or `numpy.savez_compressed` wrote. */
export interface Npz {
  readonly file: string;
  readonly entries: readonly ArrayEntry[];
  /**
   * One array in C order; without a name the only one.
   * @throws UserError that lists what is inside, or names a type that is no number
   */
  array(name?: string): NdArray;
}

/** Opens a `.npz` file. @throws UserError when it is missing, no zip archive, damaged, or holds no arrays */
export async function openNpz(file: string): Promise<Npz> {
  const members = unzip(await readBytes(file), file);
  const arrays = new Map<string, Uint8Array>();
  for (const [name, bytes] of Object.entries(members)) {
    if (name.endsWith(SUFFIX)) arrays.set(name.slice(0, -SUFFIX.length), bytes);
  }
  if (arrays.size === 0) throw new UserError(`${file} holds no arrays`, 'Save it with numpy.savez.');
  const entries = [...arrays].map(([name, bytes]) => ({ name, ...describeNpy(bytes, `${file}, array "${name}"`) }));
  return {
    file,
    entries,
    array: (name) => {
      const entry = pickEntry(file, entries, name);
      return decodeNpy(arrays.get(entry.name)!, `${file}, array "${entry.name}",`);
    },
  };
}

function unzip(bytes: Uint8Array, file: string): Record<string, Uint8Array> {
  if (!ZIP.every((byte, i) => bytes[i] === byte)) {
    throw new UserError(`${file} is not a NumPy .npz archive`, 'Save it with numpy.savez.');
  }
  try {
    return unzipSync(bytes);
  } catch (error) {
    throw new UserError(`${file} cannot be unpacked: ${messageOf(error)}`, 'It may be truncated: save it again.');
  }
}
