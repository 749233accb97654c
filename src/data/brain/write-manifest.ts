import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../shared/errors';
import { fileProblem } from '../files';

/**
 * Writes a manifest into a folder, and never over a file that is there.
 * @returns its path
 * @throws UserError where the file exists, or the folder cannot be written to
 */
export async function writeManifest(folder: string, text: string, name = 'dataset.yaml'): Promise<string> {
  const path = join(folder, name);
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new UserError(`${path} is there already`, 'Open it, or rename it first.');
    }
    throw fileProblem(path, error);
  }
  return path;
}
