import { open } from 'node:fs/promises';
import type { NdArray } from '../shared/analysis';
import { decodeNpy, npyDtype, npyHeader } from '../shared/npy';
import { readBytes } from './files';

/** Reads a `.npy` file (see `decodeNpy`). @throws UserError when it is missing, unreadable or not such a file */
export async function readNpyFile(path: string): Promise<NdArray> {
  return decodeNpy(await readBytes(path), path);
}

/**
 * Writes a flat C-order array as `numpy.save` would, without a second copy in memory.
 * @throws RangeError when the shape does not hold exactly the data; `node:fs` errors as they are
 */
export async function writeNpyFile(path: string, array: NdArray): Promise<void> {
  const { data, shape } = array;
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== data.length) throw new RangeError(`${data.length} values do not fill the shape [${shape.join(', ')}]`);
  const file = await open(path, 'w');
  try {
    await file.writeFile(npyHeader(npyDtype(data), shape));
    await file.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  } finally {
    await file.close();
  }
}
