import { randomBytes } from 'node:crypto';
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../data/make-folder';
import type { Checkpoint, RunContext } from '../contract';

const FOLDER = 'best';
const NOTE = 'what.txt';

/**
 * Keeps an SAE beside the result, and a copy of it with the checkpoint: a run that is taken up with another place for its
 * result starts with nothing kept there.
 * @param write fills the folder that it is given
 */
export async function keepBest(
  context: RunContext,
  checkpoint: Checkpoint,
  what: string,
  write: (folder: string) => Promise<void>,
): Promise<void> {
  await context.keep(what, async (folder) => {
    await write(folder);
    await copyBest(checkpoint, what, folder);
  });
}

/** Keeps again what an earlier run of the same work kept last, where it did. */
export async function keepBestAgain(context: RunContext, { folder }: Checkpoint): Promise<void> {
  const best = join(folder, FOLDER);
  const what = await readFile(join(best, NOTE), 'utf8').catch(() => undefined);
  if (what === undefined) return;
  await context.keep(what, (to) => cp(best, to, { recursive: true, filter: (from) => from !== join(best, NOTE) }));
}

/** It only saves time: nothing throws. */
async function copyBest({ folder }: Checkpoint, what: string, from: string): Promise<void> {
  const best = join(folder, FOLDER);
  const temporary = join(folder, `.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    await makeFolder(folder);
    await cp(from, temporary, { recursive: true });
    await writeFile(join(temporary, NOTE), what);
    await rm(best, { recursive: true, force: true });
    await rename(temporary, best);
  } catch {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
  }
}
