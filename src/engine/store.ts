import { existsSync } from 'node:fs';
import { open, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../data/make-folder';
import { writeNpyFile } from '../data/npy-file';
import type { AnalysisResult, NdArray } from '../shared/analysis';
import { Cancelled, UserError } from '../shared/errors';
import type { FiguresFile } from '../shared/figure';
import { figuresSchema } from '../shared/figures-file';
import { formatJson, jsonable } from '../shared/json';
import { npyDtype } from '../shared/npy';
import { resultSchema } from '../shared/result';
import type { ResultFile, StudyRecord } from '../shared/result';
import { assertWritable, moveIntoPlace, numbered, occupantOf, partialFolder } from './store-folders';

export * from './store-folders';

/** All that a result folder holds; the store adds the folder's name and the list of arrays. */
export interface ResultContent {
  readonly file: Pick<ResultFile, 'schema' | 'created' | 'seconds' | 'summary' | 'spec' | 'provenance' | 'result'>;
  /** The study that asked for it. */
  readonly study?: StudyRecord;
  readonly figures: FiguresFile;
  /** File name without `.npy` → array. */
  readonly arrays: Readonly<Record<string, NdArray>>;
  /** Further files of the analysis' own. */
  readonly files?: AnalysisResult['files'];
}

export interface WriteOptions {
  /** Replace a Brainlens result that lies at `out`. */
  readonly force: boolean;
  /** `out` is a default: when it is taken, take `out-2`, `out-3`, … */
  readonly unique: boolean;
  /** The result that is replaced stays, to be compared with: in `previousFolder(out)`. */
  readonly keepPrevious?: boolean;
  readonly signal: AbortSignal;
}

/**
 * Writes a result folder: everything into a hidden sibling first, which takes its name when complete. Non-finite numbers
 * become `null` with a `Reason` (see `jsonable`); `result.json` is pretty and keeps the contract's order of keys.
 * @returns the folder's path
 * @throws UserError when `out` may not be written to, or the disk refuses (full, read-only, no permission); Cancelled.
 *   Either way nothing is left behind.
 */
export async function writeResult(out: string, content: ResultContent, options: WriteOptions): Promise<string> {
  if (!options.unique) assertWritable(out, options.force);
  const partial = partialFolder(out, process.pid);
  const created = await makePartial(partial, out);
  try {
    await writeArrays(partial, content.arrays, options.signal);
    for (const [name, write] of Object.entries(content.files ?? {})) await write(join(partial, name));
    await writeText(join(partial, 'figures.json'), JSON.stringify(jsonable(content.figures)));
    if (options.signal.aborted) throw new Cancelled();
    return await commit(partial, out, content, options);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    await removeEmpty(dirname(out), created);
    throw writeProblem(out, error);
  }
}

/**
 * Reads `result.json` of a result folder.
 * @param path the folder or its `result.json`
 * @throws UserError when there is none, or it is damaged; the message names the file and the field
 */
export async function readResult(path: string): Promise<ResultFile> {
  const file = fileIn(path, 'result.json');
  const parsed = resultSchema.safeParse(await readJson(file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = issue.path.length === 0 ? '' : `, field ${issue.path.join('.')}`;
  throw new UserError(`${file} is not a Brainlens result${field}: ${issue.message}`, 'Run the analysis again.');
}

/** The text of a result folder's `result.json`. @throws UserError when there is none */
export function readResultText(folder: string): Promise<string> {
  return readText(join(folder, 'result.json'));
}

/** Reads `figures.json` of a result folder (or beside a `result.json`). @throws UserError when missing or damaged */
export async function readFigures(path: string): Promise<FiguresFile> {
  const file = fileIn(path, 'figures.json');
  const parsed = figuresSchema.safeParse(await readJson(file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = issue.path.length === 0 ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
  throw new UserError(
    `${file} does not hold figures that this version of Brainlens can read${field}`,
    'Run the analysis again.',
  );
}

/**
 * A failed file operation while writing, as a message for the person at the keyboard.
 * @returns UserError for a full disk, missing permission, a missing or read-only place; anything else as it is
 */
export function writeProblem(path: string, error: unknown): unknown {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new UserError(
        `No room to write ${path}: the disk is full`,
        'Free some space, or write elsewhere (--out).',
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UserError(`${path} cannot be written: no permission`, 'Choose another place for the result (--out).');
    case 'ENOTDIR':
    case 'EEXIST':
      return new UserError(
        `${path} cannot be made: a file is in the way`,
        'Choose another place for the result (--out).',
      );
    case 'ENOENT':
      return new UserError(
        `${path} cannot be made: ${dirname(path)} is missing or takes no files`,
        'Choose another place for the result (--out).',
      );
    case 'ENAMETOOLONG':
      return new UserError(`${path} cannot be made: the name is too long`, 'Choose a shorter one (--out).');
    default:
      return error;
  }
}

async function commit(partial: string, out: string, content: ResultContent, options: WriteOptions): Promise<string> {
  const files = await ownFiles(partial, content);
  for (let n = 1; ; n++) {
    const target = numbered(out, n);
    if (options.unique && occupantOf(target) !== 'nothing') continue;
    const file = { ...resultFile(basename(target), content), ...(files.length > 0 && { files }) };
    await writeText(join(partial, 'result.json'), `${formatJson(jsonable(file))}\n`);
    try {
      assertWritable(target, options.force);
      moveIntoPlace(partial, target, process.pid, options.keepPrevious);
      return target;
    } catch (error) {
      // Another process may have taken a default name between the look and the rename.
      if (!options.unique || occupantOf(target) === 'nothing') throw error;
    }
  }
}

/** What an analysis wrote besides arrays, so that a later result in this place knows which files are not the person's. */
async function ownFiles(partial: string, { arrays }: ResultContent): Promise<string[]> {
  const listed = new Set(['result.json', 'figures.json', ...Object.keys(arrays).map((name) => `${name}.npy`)]);
  return (await readdir(partial)).filter((name) => !listed.has(name)).sort();
}

/** `result.json` as it is written: the contract's keys in the contract's order. */
export function resultFile(name: string, { file, study, arrays }: ResultContent): ResultFile {
  const { schema, created, seconds, summary, spec, provenance, result } = file;
  const listed = Object.entries(arrays).map(([array, { data, shape }]) => ({
    file: `${array}.npy`,
    dtype: npyDtype(data),
    shape: [...shape],
  }));
  const asked = study === undefined ? {} : { study };
  return { schema, name, created, seconds, summary, spec, ...asked, provenance, result, arrays: listed };
}

async function writeArrays(folder: string, arrays: ResultContent['arrays'], signal: AbortSignal): Promise<void> {
  for (const [name, array] of Object.entries(arrays)) {
    if (signal.aborted) throw new Cancelled();
    await writeNpyFile(join(folder, `${name}.npy`), array);
  }
}

/** Writes and flushes to the disk, so that a rename never overtakes the content. */
async function writeText(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the partial folder and its parents. @returns the first folder that had to be made */
async function makePartial(partial: string, out: string): Promise<string | undefined> {
  try {
    await rm(partial, { recursive: true, force: true });
    return await makeFolder(partial);
  } catch (error) {
    throw writeProblem(out, error);
  }
}

/** Removes `folder` and its parents down to `from`, the folders that this run made, as far as they are empty. */
async function removeEmpty(folder: string, from: string | undefined): Promise<void> {
  if (from === undefined) return;
  for (let at = folder; at.startsWith(from); at = dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return;
    }
  }
}

function fileIn(path: string, name: string): string {
  return basename(path) === 'result.json' ? join(dirname(path), name) : join(path, name);
}

async function readJson(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`${file} is not valid JSON`, 'It is damaged: run the analysis again.');
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const folder = dirname(file);
    if (!existsSync(folder)) throw new UserError(`${folder} does not exist`, 'Check the path.');
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new UserError(`${folder} holds no Brainlens result (no ${basename(file)})`, 'Name a result folder.');
    }
    throw new UserError(`${file} cannot be read (${String(code)})`, 'Check its permissions.');
  }
}
