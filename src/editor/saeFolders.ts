import { FileType, Uri } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import { basename, parent } from './paths';
import { foldersWith, isKind, WatchedFolders } from './watchedFolders';

const CONFIG = 'cfg.json';
/** Beside a `cfg.json`: SAELens, EleutherAI sparsify. */
const WEIGHTS = ['sae_weights.safetensors', 'sae.safetensors'];
/** Gemma Scope, which has no configuration. */
const ARCHIVE = 'params.npz';
/** Trained SAEs lie among the results, in `.brainlens`. */
const IGNORED = '**/{node_modules,.git,.venv,__pycache__}/**';

/** Knows the folders of sparse autoencoders in the workspace, by their files' names. */
export class SaeFolders extends WatchedFolders {
  constructor(log: LogOutputChannel) {
    super(
      {
        name: 'Sparse autoencoders',
        contextKey: 'brainlens.saeFolders',
        ignored: /\/(node_modules|\.git)(\/|$)|\.partial-\d+(\/|$)/,
        telling: (uri) => [CONFIG, ARCHIVE, ...WEIGHTS].includes(basename(uri)),
        find: async () => ({ folders: await saeFolders(), files: [] }),
      },
      log,
    );
  }
}

/** Is this a folder of an SAE, or its archive, by file names? The engine has the last word when it opens it. */
export async function looksLikeSae(uri: Uri): Promise<boolean> {
  if (basename(uri) === ARCHIVE) return true;
  const names = [ARCHIVE, CONFIG, ...WEIGHTS];
  const [archive, config, ...weights] = await Promise.all(
    names.map((name) => isKind(Uri.joinPath(uri, name), FileType.File)),
  );
  return archive === true || (config === true && weights.includes(true));
}

/** What was right-clicked: the folder of an SAE (also by its archive), or a model. */
export async function clickedSae(clicked: Uri): Promise<{ readonly sae: Uri } | { readonly model: Uri }> {
  const folder = basename(clicked).endsWith('.npz') ? parent(clicked) : clicked;
  return (await looksLikeSae(folder)) ? { sae: folder } : { model: clicked };
}

async function saeFolders(): Promise<Uri[]> {
  const folders = await foldersWith([ARCHIVE, ...WEIGHTS], IGNORED);
  const kept = await Promise.all(folders.map(async (folder) => !isPartial(folder) && looksLikeSae(folder)));
  return folders.filter((_, i) => kept[i]);
}

/** A result that is being written. */
function isPartial({ path }: Uri): boolean {
  return /\.partial-\d+(\/|$)/.test(path);
}
