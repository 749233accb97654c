import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../shared/errors';
import { hostOf } from './address';
import type { Hub } from './address';
import { addFile, RunningChecksum } from './checksum';
import { assertInside, fileAddress } from './model-id';
import type { HubFile } from './models';
import { Interrupted, refusedBy, unreachable } from './problems';
import { request } from './request';

/** A model's version as its files are asked for. */
export interface Version {
  readonly id: string;
  readonly commit: string;
}

/** How a download is followed and steered. */
export interface Steering {
  readonly signal: AbortSignal;
  /** Bytes of this file that are on the disk, whenever that changes. */
  readonly onBytes: (done: number) => void;
  /** Milliseconds before the second attempt; each further one waits twice as long. */
  readonly patience: number;
}

/** Attempts in a row that bring nothing. */
const MOST_ATTEMPTS = 5;

/** Where a file lies when it is whole. @throws UserError for a path that leads out of the folder */
export function placeOf(folder: string, file: HubFile): string {
  assertInside(file.path);
  return join(folder, ...file.path.split('/'));
}

/** Where a file grows: a newer version of the same file grows elsewhere. */
export function partialOf(folder: string, { path, bytes, checksum }: HubFile): string {
  return `${placeOf(folder, { path, bytes })}.${checksum?.hex.slice(0, 12) ?? bytes}.incomplete`;
}

/**
 * Fetches one file, from where an earlier attempt ended. It grows under another name and gets its own when it is whole.
 * @throws UserError for a file that is refused, another file in its place, or a wrong checksum; the signal's reason when
 *   aborted. What was fetched stays, but for a wrong checksum.
 */
export async function downloadFile(
  hub: Hub,
  version: Version,
  file: HubFile,
  folder: string,
  steering: Steering,
): Promise<void> {
  const place = placeOf(folder, file);
  if (await isThere(place, file, steering.signal)) return steering.onBytes(file.bytes);
  const partial = partialOf(folder, file);
  await mkdir(dirname(place), { recursive: true });
  const handle = await open(partial, 'a+');
  let whole = false;
  try {
    whole = await fill(handle, partial, { hub, version, file }, steering);
    if (whole) await handle.datasync();
  } finally {
    await handle.close();
  }
  if (!whole) {
    await rm(partial, { force: true });
    throw new UserError(`${file.path} arrived with a wrong checksum and was removed`, 'Download the model again.');
  }
  await rename(partial, place);
}

interface Asked {
  readonly hub: Hub;
  readonly version: Version;
  readonly file: HubFile;
}

/** Bytes that a file already has on the disk, whole or not. */
export async function bytesOnDisk(folder: string, file: HubFile): Promise<number> {
  const [place, partial] = await Promise.all([placeOf(folder, file), partialOf(folder, file)].map(sizeOf));
  return Math.min(file.bytes, place ?? partial ?? 0);
}

/** @throws UserError where something else has the file's name */
async function isThere(place: string, file: HubFile, signal: AbortSignal): Promise<boolean> {
  const size = await sizeOf(place);
  if (size === undefined) return false;
  const checksum = new RunningChecksum(file);
  if (size === file.bytes) await addFile(checksum, place, signal);
  if (size === file.bytes && checksum.matches()) return true;
  throw new UserError(`${place} is there already and is another file`, 'Choose another folder, or move the file.');
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

/** Fetches what is missing, in as many attempts as it takes. @returns whether the checksum is right */
async function fill(handle: FileHandle, partial: string, asked: Asked, steering: Steering): Promise<boolean> {
  const { file } = asked;
  if ((await handle.stat()).size > file.bytes) await handle.truncate(0);
  let checksum = new RunningChecksum(file);
  await addFile(checksum, partial, steering.signal);
  for (let futile = 0, size = (await handle.stat()).size; size < file.bytes;) {
    try {
      const { start, body } = await bodyFrom(size, asked, steering.signal);
      if (start === 0 && size > 0) {
        await handle.truncate(0);
        checksum = new RunningChecksum(file);
      }
      await append(handle, body, start, asked, checksum, steering);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      futile = (await handle.stat()).size > size ? 1 : futile + 1;
      if (futile >= MOST_ATTEMPTS) throw error;
      await wait(steering.patience * 2 ** (futile - 1), undefined, { signal: steering.signal });
    }
    size = (await handle.stat()).size;
  }
  return checksum.matches();
}

/** Asks for a file's bytes from one on. @returns where they really begin: some servers send all of them */
async function bodyFrom(
  from: number,
  { hub, version, file }: Asked,
  signal: AbortSignal,
): Promise<{ start: number; body: ReadableStream<Uint8Array> }> {
  const url = fileAddress(hub.address, version.id, version.commit, file.path);
  const range: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
  const response = await request(hub, url, { 'accept-encoding': 'identity', ...range }, signal);
  if (response.ok && response.body !== null) {
    const body = response.body as ReadableStream<Uint8Array>;
    if (response.status !== 206) return { start: 0, body };
    const begins = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
    if (Number(begins) === from) return { start: from, body };
  }
  await response.body?.cancel();
  if (response.ok) throw new Interrupted(`${hostOf(hub.address)} sent another part of ${file.path}`, 'Try again.');
  throw refusedBy(hub, response, `${file.path} of ${version.id}`);
}

async function append(
  handle: FileHandle,
  body: ReadableStream<Uint8Array>,
  start: number,
  { hub, file }: Asked,
  checksum: RunningChecksum,
  { signal, onBytes }: Steering,
): Promise<void> {
  let size = start;
  for await (const bytes of chunksOf(body, hostOf(hub.address), signal)) {
    size += bytes.length;
    if (size > file.bytes)
      throw new UserError(`${file.path} is longer than the hub said`, 'Start the download again from the beginning.');
    await handle.appendFile(bytes);
    checksum.add(bytes);
    onBytes(size);
  }
  if (size < file.bytes) throw unreachable(hostOf(hub.address), new Error('the answer ended early'));
}

/** A body's pieces; what cuts the connection is told apart from what cannot be written. */
async function* chunksOf(
  body: ReadableStream<Uint8Array>,
  host: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  // The body of an aborted request does not always say so: aborted at its last byte, it would be waited for without end.
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  aborted.catch(() => undefined);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await Promise.race([reader.read(), aborted]);
      if (done) return;
      yield value;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(host, error);
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}
