import { createHash } from 'node:crypto';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { makeFolder } from '../data/make-folder';
import { isChecked, selfCheck } from '../models/self-check';
import type { Transformer } from '../models/transformer';
import type { JobHooks } from './parts';

/** Raise it when the check looks at something else. */
const VERSION = 1;

/**
 * The self-check of a model that was just opened (see `selfCheck`); what it found is remembered in the cache folder for as
 * long as the model's files are the same, so that a model is checked once.
 * @param path as the model was asked for; its last part names it in warnings
 * @throws Cancelled
 */
export async function checkModel(
  model: Transformer,
  path: string,
  cacheFolder: string,
  { signal, onProgress }: JobHooks,
): Promise<readonly string[]> {
  if (!isChecked(model)) return [];
  const file = join(cacheFolder, 'self-checks', `${await identityOf(model)}.json`);
  const known = await remembered(file);
  if (known !== undefined) return known;
  const check = selfCheck(model, basename(path), signal);
  for (;;) {
    const step = await check.next();
    if (step.done === true) {
      await remember(file, step.value);
      return step.value;
    }
    onProgress({ ...step.value, phase: 'Self-check' });
  }
}

/** Changes whenever a file of the model does, or how its texts become tokens. */
async function identityOf({ files, tokenizer }: Transformer): Promise<string> {
  const facts = await Promise.all(
    files.map(async (file) => {
      const { ino, size, mtimeNs } = await stat(file, { bigint: true });
      return [file, String(ino), String(size), String(mtimeNs)];
    }),
  );
  const identity = JSON.stringify([VERSION, tokenizer.sha256, tokenizer.specialTokens, ...facts]);
  return createHash('sha256').update(identity).digest('hex');
}

async function remembered(file: string): Promise<string[] | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(value) && value.every((line) => typeof line === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A cache that cannot be written costs a second check, no more. */
async function remember(file: string, warnings: readonly string[]): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await makeFolder(join(file, '..'));
    await writeFile(temporary, JSON.stringify(warnings));
    await rename(temporary, file);
  } catch {
    return;
  }
}
