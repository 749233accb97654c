import { FileType, Uri } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import { basename } from './paths';
import { filesLike, foldersWith, isKind, WatchedFolders } from './watchedFolders';

const WEIGHTS = ['model.safetensors', 'model.safetensors.index.json'];
/** ONNX exports as Optimum and transformers.js lay them out. */
const EXPORTS = ['model.onnx', 'onnx/model.onnx'];
const IGNORED = '**/{node_modules,.git,.brainlens,.venv,__pycache__}/**';

/** Knows the models of the workspace: folders in Hugging Face layout, and `.gguf` files. */
export class ModelFolders extends WatchedFolders {
  constructor(log: LogOutputChannel) {
    super(
      {
        name: 'Models',
        contextKey: 'brainlens.modelFolders',
        severalKey: 'brainlens.severalModels',
        ignored: /\/(node_modules|\.git|\.brainlens)(\/|$)/,
        telling: isModelFile,
        find: async () => ({
          folders: await withConfig(await foldersWith(WEIGHTS, IGNORED)),
          files: await filesLike('**/*.gguf', IGNORED),
        }),
      },
      log,
    );
  }
}

/** Is this folder or file a model by its file names? The engine has the last word when it opens it. */
export async function looksLikeModel(uri: Uri): Promise<boolean> {
  if (/\.(gguf|onnx)$/i.test(uri.path)) return true;
  const names = ['config.json', ...WEIGHTS, ...EXPORTS];
  const [config, ...weights] = await Promise.all(names.map((name) => isKind(Uri.joinPath(uri, name), FileType.File)));
  return config === true && weights.includes(true);
}

function isModelFile(uri: Uri): boolean {
  const name = basename(uri);
  return name === 'config.json' || WEIGHTS.includes(name) || name.toLowerCase().endsWith('.gguf');
}

async function withConfig(folders: readonly Uri[]): Promise<Uri[]> {
  const present = await Promise.all(
    folders.map((folder) => isKind(Uri.joinPath(folder, 'config.json'), FileType.File)),
  );
  return folders.filter((_, index) => present[index]);
}
