import type { Uri } from 'vscode';
import { basename, parent } from './paths';

/** What Optimum and transformers.js call the decoder in full precision: a folder that has it means it. */
export const USUAL_EXPORTS = ['model.onnx', 'decoder_model.onnx'];

/** The ONNX exports of language models in a workspace. */
export interface OnnxModels {
  /** Folders that mean one export. */
  readonly folders: readonly Uri[];
  /** The exports of folders that have several and do not say which one they mean. */
  readonly files: readonly Uri[];
  /** All exports, one by one. */
  readonly all: readonly Uri[];
}

/**
 * Which `.onnx` files are exports of language models, by the names of files: config.json lies beside them, or above their
 * folder `onnx`. A decoder that only runs behind a cache is half an export.
 * @param hasConfig whether a folder holds config.json
 */
export async function onnxModels(
  graphs: readonly Uri[],
  hasConfig: (folder: Uri) => Promise<boolean>,
): Promise<OnnxModels> {
  const byFolder = new Map<string, Uri[]>();
  for (const graph of graphs.filter((one) => !basename(one).includes('_with_past'))) {
    const folder = parent(graph).toString();
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), graph]);
  }
  const found = await Promise.all([...byFolder.values()].map((own) => ofFolder(own, hasConfig)));
  const folders = new Map(found.flatMap(({ folder }) => (folder === undefined ? [] : [[folder.toString(), folder]])));
  const files = found.flatMap(({ folder, own }) => (folder === undefined ? own : []));
  return { folders: [...folders.values()], files, all: found.flatMap(({ own }) => own) };
}

async function ofFolder(
  own: readonly Uri[],
  hasConfig: (folder: Uri) => Promise<boolean>,
): Promise<{ readonly folder?: Uri; readonly own: readonly Uri[] }> {
  const here = parent(own[0]!);
  const above = basename(here) === 'onnx' ? [parent(here)] : [];
  for (const folder of [here, ...above]) {
    if (!(await hasConfig(folder))) continue;
    const clear = own.length === 1 || own.some((one) => USUAL_EXPORTS.includes(basename(one)));
    return clear ? { folder, own } : { own };
  }
  return { own: [] };
}
