import { FileType, Uri } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import { onnxModels, USUAL_EXPORTS } from './onnxModels';
import { basename } from './paths';
import { filesLike, foldersWith, isKind, WatchedFolders } from './watchedFolders';
import type { Found } from './watchedFolders';

const WEIGHTS = ['model.safetensors', 'model.safetensors.index.json'];
const IGNORED = '**/{node_modules,.git,.brainlens,.venv,__pycache__}/**';
const MODEL_FILE = /\.(gguf|onnx)$/i;

/**
 * Knows the models of the workspace: folders in Hugging Face layout, with safetensors or an ONNX export, and files: `.gguf`,
 * and `.onnx` where a folder has several.
 */
export class ModelFolders extends WatchedFolders {
  constructor(log: LogOutputChannel) {
    super(
      {
        name: 'Models',
        contextKey: 'brainlens.modelFolders',
        filesKey: 'brainlens.onnxModels',
        severalKey: 'brainlens.severalModels',
        ignored: /\/(node_modules|\.git|\.brainlens)(\/|$)/,
        telling: (uri) => ['config.json', ...WEIGHTS].includes(basename(uri)) || isModelFile(uri),
        find,
      },
      log,
    );
  }
}

/** Is this folder or file a model by its file names? The engine has the last word when it opens it. */
export async function looksLikeModel(uri: Uri): Promise<boolean> {
  if (isModelFile(uri)) return true;
  if (!(await hasFile(uri, 'config.json'))) return false;
  const weights = [...WEIGHTS, ...['', 'onnx/'].flatMap((place) => USUAL_EXPORTS.map((name) => `${place}${name}`))];
  return (await Promise.all(weights.map((name) => hasFile(uri, name)))).includes(true);
}

/** The icon of a model in lists. */
export function modelIcon(uri: Uri): string {
  return isModelFile(uri) ? 'file-binary' : 'folder';
}

async function find(): Promise<Found> {
  const [weights, ggufs, graphs] = await Promise.all([
    foldersWith(WEIGHTS, IGNORED),
    filesLike('**/*.gguf', IGNORED),
    filesLike('**/*.onnx', IGNORED),
  ]);
  const present = await Promise.all(weights.map((folder) => hasFile(folder, 'config.json')));
  const folders = weights.filter((_, index) => present[index]);
  const exports = await onnxModels(graphs, (folder) => hasFile(folder, 'config.json'));
  const known = new Set(folders.map(String));
  return {
    folders: [...folders, ...exports.folders.filter((folder) => !known.has(folder.toString()))],
    files: [...ggufs, ...exports.files],
    menuFiles: exports.all,
  };
}

function isModelFile({ path }: Uri): boolean {
  return MODEL_FILE.test(path);
}

function hasFile(folder: Uri, name: string): Promise<boolean> {
  return isKind(Uri.joinPath(folder, name), FileType.File);
}
