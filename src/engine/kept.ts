import { existsSync, renameSync, rmSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../data/make-folder';
import { UserError } from '../shared/errors';
import type { Kept as Left } from '../shared/errors';
import { keptFolder, partialFolder } from './store-folders';

/** Says what is kept, and that the folder is ours to replace. */
const NOTE = 'kept.json';

/**
 * The folder `<out>-checkpoint` of a run: what is worth having should the run be cancelled or die. It is always whole, for
 * each version is written beside it and renamed; it goes when the result is there.
 */
export class Kept {
  private readonly folder: string;
  private written = false;

  /** @param out the result folder, absolute */
  constructor(out: string) {
    this.folder = keptFolder(out);
  }

  /**
   * Replaces what is kept.
   * @param what in a few words, for the person who cancels: "variance explained 0.68 at step 1200"
   * @param write fills the folder that it is given
   * @throws UserError where something else lies there
   */
  async keep(what: string, write: (folder: string) => Promise<void>): Promise<void> {
    if (existsSync(this.folder) && !existsSync(join(this.folder, NOTE)))
      throw new UserError(`${this.folder} is in the way`, 'Move it, or choose another place for the result (--out).');
    const partial = partialFolder(this.folder, process.pid);
    try {
      await rm(partial, { recursive: true, force: true });
      await makeFolder(partial);
      await write(partial);
      await writeFile(join(partial, NOTE), `${JSON.stringify({ what })}\n`);
      // The one moment without either lies between two renames; the older version comes back where the second fails.
      const old = `${partial}-old`;
      if (existsSync(this.folder)) renameSync(this.folder, old);
      try {
        renameSync(partial, this.folder);
      } catch (error) {
        if (existsSync(old)) renameSync(old, this.folder);
        throw error;
      }
      rmSync(old, { recursive: true, force: true });
      this.written = true;
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }

  /** The result is there. */
  async remove(): Promise<void> {
    if (this.written) await rm(this.folder, { recursive: true, force: true });
  }
}

/** What a run left at `<out>-checkpoint`, where it left something. */
export async function keptOf(out: string): Promise<Left | undefined> {
  const folder = keptFolder(out);
  try {
    const note = JSON.parse(await readFile(join(folder, NOTE), 'utf8')) as { readonly what?: unknown };
    return { folder, what: String(note.what) };
  } catch {
    return undefined;
  }
}
