import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../../shared/errors';
import { fileProblem, isFolder } from '../files';
import type { Counted } from './documents';
import { isDocumentFile, KINDS, refusal } from './formats';

/** A file that holds documents. */
export interface FoundFile {
  readonly path: string;
  /** In messages and dashboards: its path in the folder that was given, or its name. */
  readonly name: string;
  /** Type by folder: the folder directly below the one that was given, or that one itself for files directly in it. */
  readonly folder: string;
  readonly bytes: number;
  /** It was named itself, not found in a folder. */
  readonly given: boolean;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** Files in the folders that are of no kind that is read. */
  readonly others: Counted | undefined;
}

/**
 * The document files of paths: a file is itself; a folder all files in it and its folders, in name order (code points),
 * links followed, hidden ones and `node_modules` left out. What is named twice, itself and by its folder, is read once: or it
 * would be among the documents held out and among the others.
 * @throws UserError for a missing path, a named file of another kind, a folder without documents
 */
export async function findFiles(paths: readonly string[]): Promise<FoundFiles> {
  const files: FoundFile[] = [];
  const others: string[] = [];
  for (const path of paths) {
    const root = resolve(path);
    if (!(await isFolder(root))) {
      if (!isDocumentFile(root)) throw refusal(path);
      files.push(await found(root, { name: basename(root), folder: basename(dirname(root)), given: true }));
      continue;
    }
    const before = files.length;
    for await (const file of walk(root, [await realpath(root)])) {
      const name = relative(root, file);
      const first = name.split(sep, 1)[0]!;
      const folder = first === name ? basename(root) : first;
      if (isDocumentFile(file)) files.push(await found(file, { name, folder, given: false }));
      else others.push(name);
    }
    if (files.length === before)
      throw new UserError(`${path} holds no documents`, `Brainlens reads ${KINDS} in it and its folders.`);
  }
  const [first] = others;
  return { files: onceEach(files), others: first === undefined ? undefined : { count: others.length, first } };
}

function onceEach(files: readonly FoundFile[]): readonly FoundFile[] {
  const byPath = new Map<string, FoundFile>();
  for (const file of files) if (!byPath.has(file.path)) byPath.set(file.path, file);
  return [...byPath.values()];
}

async function found(path: string, facts: Pick<FoundFile, 'name' | 'folder' | 'given'>): Promise<FoundFile> {
  try {
    return { path, bytes: (await stat(path)).size, ...facts };
  } catch (error) {
    throw fileProblem(path, error);
  }
}

/** @param above real paths of the folders that it is in: a link back to one of them would never end */
async function* walk(folder: string, above: readonly string[]): AsyncGenerator<string> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileProblem(folder, error);
  });
  for (const name of names.sort()) {
    if (name.startsWith('.') || name === 'node_modules') continue;
    const path = join(folder, name);
    const kind = await stat(path).catch(() => undefined);
    if (kind?.isFile() === true) yield path;
    if (kind?.isDirectory() !== true) continue;
    const real = await realpath(path);
    if (!above.includes(real)) yield* walk(path, [...above, real]);
  }
}
