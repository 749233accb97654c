import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { HubFile } from './models';

/** The checksum of a file that comes in pieces; where the hub gives none, only the length counts. */
export class RunningChecksum {
  private readonly hash: Hash | undefined;

  constructor(private readonly file: HubFile) {
    if (file.checksum === undefined) return;
    this.hash = createHash(file.checksum.kind === 'sha256' ? 'sha256' : 'sha1');
    // What git hashes: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
    if (file.checksum.kind === 'git-sha1') this.hash.update(`blob ${file.bytes}\0`);
  }

  add(bytes: Uint8Array): void {
    this.hash?.update(bytes);
  }

  /** Whether all that was added is the file. To be asked once. */
  matches(): boolean {
    return this.hash === undefined || this.hash.digest('hex') === this.file.checksum?.hex;
  }
}

/** Adds what a file on the disk holds. */
export async function addFile(checksum: RunningChecksum, path: string, signal: AbortSignal): Promise<void> {
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20, signal })) checksum.add(bytes as Buffer);
}
