import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { NdArray } from '../shared/analysis';
import { UserError } from '../shared/errors';
import { decodeNpy, describeNpy, npyHeader } from '../shared/npy';
import { readNpyFile } from './npy-file';

/** A matrix in a `.npy` file that is read some rows at a time. */
export interface NpyRows {
  readonly rows: number;
  readonly columns: number;
  /** Rows `from` … `to` − 1, flat, in the type that `decodeNpy` gives. */
  read(from: number, to: number): Promise<NdArray['data']>;
  close(): Promise<void>;
}

const HEADER_BYTES = 4096;
const FORTRAN_LIMIT = 2 ** 30;

/**
 * Opens a `.npy` file of two axes for reading by rows, so that memory never holds all of it. In Fortran order a row lies
 * all over the file: such a file is read whole, up to 1 GB.
 * @throws UserError for what is not such a file, has another number of axes, or is truncated
 */
export async function openNpyRows(path: string): Promise<NpyRows> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const header = describeNpy(await readAt(file, 0, Math.min(size, HEADER_BYTES)), path);
    if (header.shape.length !== 2 || header.shape.includes(0)) {
      throw new UserError(`${path} has shape (${header.shape.join(', ')})`, 'A matrix with two axes is wanted.');
    }
    const [rows, columns] = header.shape as [number, number];
    // Types that cannot be read are refused here.
    decodeNpy(npyHeader(header.dtype, [0, columns]), path);
    if (header.fortran) return await wholeFile(file, path, size);
    const bytes = (size - header.dataOffset) / rows;
    const itemBytes = Number(header.dtype.slice(2));
    if (bytes !== columns * itemBytes) {
      throw new UserError(
        `${path} has ${size} bytes where its header, shape (${rows}, ${columns}) of ${header.type}, asks for ${header.dataOffset + rows * columns * itemBytes}`,
        'It is truncated or damaged: save it again.',
      );
    }
    return {
      rows,
      columns,
      close: () => file.close(),
      async read(from, to) {
        const data = await readAt(file, header.dataOffset + from * bytes, (to - from) * bytes);
        if (header.dtype === '|u1' || header.dtype === '|b1') return data;
        const head = npyHeader(header.dtype, [to - from, columns]);
        const block = new Uint8Array(head.length + data.length);
        block.set(head);
        block.set(data, head.length);
        return decodeNpy(block, path).data;
      },
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function wholeFile(file: FileHandle, path: string, size: number): Promise<NpyRows> {
  if (size > FORTRAN_LIMIT) {
    throw new UserError(
      `${path} is in Fortran order`,
      'Save it by rows: numpy.save(path, numpy.ascontiguousarray(x)).',
    );
  }
  await file.close();
  const { data, shape } = await readNpyFile(path);
  const [rows, columns] = shape as [number, number];
  return {
    rows,
    columns,
    close: () => Promise.resolve(),
    read: (from, to) => Promise.resolve(data.subarray(from * columns, to * columns)),
  };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') throw new UserError(`${path} does not exist`, 'Check the path.');
    throw new UserError(`${path} cannot be read (${code})`, 'Check its permissions.');
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes;
}
