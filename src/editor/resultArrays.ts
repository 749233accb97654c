import { l10n, Uri, workspace } from 'vscode';
import type { NdArray } from '../shared/analysis';
import { requireArrayName } from '../shared/array-name';
import { UserError } from '../shared/errors';
import { decodeNpy } from '../shared/npy';

/**
 * Reads one `.npy` file of a result folder.
 * @param file a file name of that folder; anything that would lead out of it is refused
 * @throws UserError when the file is no such name, is missing or is damaged
 */
export async function readArray(folder: Uri, file: string): Promise<NdArray> {
  requireArrayName(file);
  return decodeNpy(await readBytes(folder, file), file);
}

/** The values as float32 in a buffer of exactly their size, as the panel takes them. */
export function float32Buffer({ data }: NdArray): ArrayBuffer {
  const floats = new Float32Array(data.length);
  floats.set(data);
  return floats.buffer;
}

/** Names of the `.npy` files of a result folder, sorted. */
export async function arrayFiles(folder: Uri): Promise<string[]> {
  const entries = await workspace.fs.readDirectory(folder);
  return entries
    .map(([name]) => name)
    .filter((name) => name.endsWith('.npy'))
    .sort();
}

async function readBytes(folder: Uri, file: string): Promise<Uint8Array> {
  try {
    return await workspace.fs.readFile(Uri.joinPath(folder, file));
  } catch {
    throw new UserError(l10n.t('{0} is missing from {1}', file, folder.fsPath), l10n.t('Run the analysis again.'));
  }
}
