import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileProblem } from '../../data/files';
import { UserError } from '../../shared/errors';

/** An ONNX export: the graph and the folder of the files beside it. */
export interface ExportPlace {
  readonly graph: string;
  /** Holds config.json and the tokenizer. */
  readonly folder: string;
}

const SUBFOLDER = 'onnx';
/** What Optimum and transformers.js call the decoder in full precision. */
const USUAL = ['model.onnx', 'decoder_model.onnx'];

/** Whether a path names an ONNX file. */
export function isOnnxFile(path: string): boolean {
  return path.toLowerCase().endsWith('.onnx');
}

/**
 * The ONNX export that a path means: a `.onnx` file, with config.json and tokenizer beside it or in the folder above; or
 * a folder, with `model.onnx` or `decoder_model.onnx` in it or in its subfolder `onnx`, or another `.onnx` that is alone.
 * @returns `undefined` for a folder without any
 * @throws UserError where there are several to choose from, or a folder cannot be read
 */
export async function findExport(path: string): Promise<ExportPlace | undefined> {
  if (isOnnxFile(path)) {
    const inner = basename(dirname(path)) === SUBFOLDER && !(await isThere(join(dirname(path), 'config.json')));
    return { graph: path, folder: inner ? dirname(dirname(path)) : dirname(path) };
  }
  for (const folder of [path, join(path, SUBFOLDER)]) {
    // A decoder that only runs behind a cache is half an export.
    const graphs = (await filesOf(folder)).filter((name) => isOnnxFile(name) && !name.includes('_with_past'));
    const chosen = USUAL.find((name) => graphs.includes(name)) ?? (graphs.length === 1 ? graphs[0] : undefined);
    if (chosen !== undefined) return { graph: join(folder, chosen), folder: path };
    if (graphs.length > 1) {
      throw new UserError(
        `${folder} has several ONNX exports: ${graphs.sort().join(', ')}`,
        'Choose one of these files.',
      );
    }
  }
  return undefined;
}

/** External data of a graph: real paths by the location that tensors name. @throws UserError for a missing file */
export async function externalFiles(graph: string, locations: Iterable<string>): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const location of new Set(locations)) {
    const file = join(dirname(graph), location);
    const real = await realpath(file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw fileProblem(file, error);
      throw new UserError(`${graph} lacks its weights: there is no ${location} beside it`, 'Download that file, too.');
    });
    files.set(location, real);
  }
  return files;
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw fileProblem(folder, error);
  }
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
