import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../shared/errors';

/**
 * The message for a failed file operation, for the person at the keyboard.
 * @param error what `node:fs` threw; anything without a known code is handed back unchanged
 */
export function fileProblem(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new UserError(`${path} does not exist`, 'Check the path.');
    case 'EACCES':
    case 'EPERM':
      return new UserError(
        `${path} cannot be read: permission denied`,
        'Give yourself read permission, for example with chmod u+r.',
      );
    case 'EISDIR':
      return new UserError(`${path} is a folder where a file is expected`, 'Name a file in it.');
    case 'ERR_FS_FILE_TOO_LARGE':
      return new UserError(`${path} is larger than 2 GB`, 'Split it into several files.');
    default:
      return error;
  }
}

/** All bytes of a file. @throws UserError when it is missing, unreadable or too large */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileProblem(path, error);
  }
}

/** The first bytes of a file, `count` at most. @throws UserError when it is missing or unreadable */
export async function readStart(path: string, count: number): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(new Uint8Array(count), 0, count, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileProblem(path, error);
  }
}

/** Whether `path` is a folder. @throws UserError when it is missing or unreadable */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw fileProblem(path, error);
  }
}

/** The files of a folder in name order (code points), hidden ones left out. @throws UserError when it is unreadable */
export async function filesOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    throw fileProblem(folder, error);
  }
}
