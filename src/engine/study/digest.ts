import { createHash } from 'node:crypto';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { resultSchema } from '../../shared/result';
import { canonical } from '../../study/state';

const RESULT = 'result.json';
/** Of a model's folder: a README beside the weights changes nothing. */
const MODEL_FILES = /\.(json|jsonl|safetensors|gguf|onnx|onnx_data|data|bin|txt|model|jinja)$/i;

/** Whether a path is the file of a result. */
export function isResultFile(path: string): boolean {
  return basename(path) === RESULT;
}

/**
 * SHA-256 of what a result says: settings, numbers and the files that it came from, without times, versions and machine.
 * Results that it came from itself do not count: what they changed shows in its numbers.
 * @param path a `result.json`
 * @returns `undefined` where there is none
 */
export async function resultDigest(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = resultSchema.safeParse(parsedJson(text));
  if (!parsed.success) return sha256(text);
  const { schema, spec, result, arrays, provenance } = parsed.data;
  const inputs = provenance.inputs.flatMap((input) => (isResultFile(input.path) ? [] : [[input.role, input.sha256]]));
  return sha256(canonical({ schema, spec, result, arrays, seed: provenance.seed, inputs }));
}

/** The `result.json` that a path of a setting names: of the folder, or beside the file. */
export async function resultOf(path: string): Promise<string | undefined> {
  if (isResultFile(path)) return path;
  for (const file of [join(path, RESULT), join(path, '..', RESULT)]) {
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() === true) return file;
  }
  return undefined;
}

/**
 * SHA-256 of names and sizes of the visible files behind a path, through all folders; of a result folder none, for its
 * files are known one by one.
 * @param model only what may belong to a model
 * @returns `undefined` where nothing is there
 */
export async function setDigest(path: string, model: boolean): Promise<string | undefined> {
  const facts = await stat(path).catch(() => undefined);
  if (facts === undefined) return undefined;
  if (!facts.isDirectory()) return sha256('file');
  if ((await stat(join(path, RESULT)).catch(() => undefined)) !== undefined) return sha256('result');
  const lines: string[] = [];
  await list(path, '', { model, lines, above: [] });
  return sha256(lines.sort().join('\n'));
}

/** What is gathered on the way down, and the real paths of the folders above, into which a link may lead back. */
interface Descent {
  readonly model: boolean;
  readonly lines: string[];
  readonly above: readonly string[];
}

async function list(folder: string, below: string, { model, lines, above }: Descent): Promise<void> {
  const here = await realpath(join(folder, below));
  if (above.includes(here)) return;
  for (const name of await readdir(join(folder, below))) {
    if (name.startsWith('.')) continue;
    const path = below === '' ? name : `${below}/${name}`;
    const facts = await stat(join(folder, path)).catch(() => undefined);
    if (facts?.isDirectory() === true) await list(folder, path, { model, lines, above: [...above, here] });
    else if (!model || MODEL_FILES.test(name)) lines.push(`${path} ${facts?.size ?? 'unreadable'}`);
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
