import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../../data/make-folder';

const failureSchema = z.object({ message: z.string(), when: z.string().optional() });

/** Why a run failed the last time; `undefined` where it did not. @param out its result folder */
export async function failureOf(out: string): Promise<string | undefined> {
  return (await failureNote(out))?.message;
}

/** Why a run failed the last time, and when: milliseconds since 1970. @param out its result folder */
export async function failureNote(out: string): Promise<{ readonly message: string; readonly at: number } | undefined> {
  try {
    const { message, when = '' } = failureSchema.parse(JSON.parse(await readFile(fileOf(out), 'utf8')));
    return { message, at: Date.parse(when) || 0 };
  } catch {
    return undefined;
  }
}

/** Remembers that a run failed. Where that cannot be written, the run is merely made again. */
export async function rememberFailure(out: string, message: string): Promise<void> {
  try {
    await makeFolder(dirname(out));
    await writeFile(fileOf(out), `${JSON.stringify({ message, when: new Date().toISOString() }, undefined, 1)}\n`);
  } catch {
    return;
  }
}

/** Forgets that a run failed, for it is made again. */
export async function forgetFailure(out: string): Promise<void> {
  await rm(fileOf(out), { force: true }).catch(() => undefined);
}

/** Remembers how a run ended. @param failure why it failed; absent: it was made */
export async function rememberEnd(out: string, failure: string | undefined): Promise<void> {
  await (failure === undefined ? forgetFailure(out) : rememberFailure(out, failure));
}

function fileOf(out: string): string {
  return join(dirname(out), `.${basename(out)}.failed.json`);
}
