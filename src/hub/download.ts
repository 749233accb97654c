import { mkdir, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../shared/errors';
import { formatBytes } from '../shared/progress';
import type { Hub } from './address';
import { bytesOnDisk, downloadFile, placeOf } from './file-download';
import type { Version } from './file-download';
import type { HubFile } from './models';
import { bytesOf } from './needed';

/** How far a download is. */
export interface DownloadProgress {
  /** What is being fetched: "model.safetensors". */
  readonly file: string;
  /** Bytes of all files together. */
  readonly done: number;
  readonly total: number;
}

export interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DownloadProgress) => void;
  /** Milliseconds before a second attempt at a cut connection. */
  readonly patience?: number;
}

/** Left free: a disk filled to the last byte stops more than the download. */
const SPARE_BYTES = 100e6;
const PATIENCE_MS = 1000;

/**
 * Fetches files of a model into a folder, small ones first. What is there already and right is kept; what an earlier
 * download left is continued.
 * @throws UserError where the disk is too small, a file is refused, wrong, or in the way of another; the signal's reason
 *   when aborted
 */
export async function download(
  hub: Hub,
  version: Version,
  files: readonly HubFile[],
  folder: string,
  { signal, onProgress, patience = PATIENCE_MS }: DownloadOptions,
): Promise<void> {
  for (const file of files) placeOf(folder, file);
  const total = bytesOf(files);
  await mkdir(folder, { recursive: true });
  await assertRoom(folder, await bytesMissing(folder, files));
  let before = 0;
  for (const file of files.toSorted((a, b) => a.bytes - b.bytes)) {
    signal.throwIfAborted();
    const onBytes = (done: number): void => onProgress({ file: file.path, done: before + done, total });
    await downloadFile(hub, version, file, folder, { signal, onBytes, patience });
    before += file.bytes;
  }
}

/** Bytes that are still to be fetched into a folder, which need not be there yet. */
export async function bytesMissing(folder: string, files: readonly HubFile[]): Promise<number> {
  const present = await Promise.all(files.map((file) => bytesOnDisk(folder, file)));
  return bytesOf(files) - present.reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * @param missing bytes that are to be written
 * @throws UserError where they do not fit on the disk of the folder
 */
export async function assertRoom(folder: string, missing: number): Promise<void> {
  const free = await freeBytes(folder);
  if (free === undefined || free - SPARE_BYTES >= missing) return;
  throw new UserError(
    `${formatBytes(missing)} are to be fetched, but the disk of ${folder} has ${formatBytes(free)} left`,
    'Make room, or choose a folder on another disk.',
  );
}

/** Of the nearest folder that exists; `undefined` where the system does not say. */
async function freeBytes(folder: string): Promise<number | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const { bavail, bsize } = await statfs(at);
      return bavail * bsize;
    } catch (error) {
      const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!gone || dirname(at) === at) return undefined;
    }
  }
}
