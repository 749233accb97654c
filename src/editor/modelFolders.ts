import { commands, FileType, RelativePattern, Uri, workspace } from 'vscode';
import type { LogOutputChannel, Disposable } from 'vscode';
import { messageOf } from '../shared/errors';
import { basename, parent } from './paths';

/** Read by the `when` clauses of the Explorer menu: `resourcePath in brainlens.modelFolders`. */
const CONTEXT_KEY = 'brainlens.modelFolders';
const WEIGHTS = '{model.safetensors,model.safetensors.index.json}';
const IGNORED = '**/{node_modules,.git,.brainlens,.venv,__pycache__}/**';
const LIMIT = 500;
const DEBOUNCE_MS = 300;

/** Knows the models of the workspace: keeps the Explorer's context key and the quick pick of models up to date. */
export class ModelFolders implements Disposable {
  private models: readonly Uri[] = [];
  private scanning: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private readonly subscriptions: Disposable[] = [];

  constructor(private readonly log: LogOutputChannel) {
    const watcher = workspace.createFileSystemWatcher(
      `**/{config.json,*.safetensors,${'model.safetensors.index.json'},*.gguf}`,
      false,
      true,
    );
    const later = (): void => this.scanSoon(DEBOUNCE_MS);
    this.subscriptions.push(
      watcher,
      watcher.onDidCreate(later),
      watcher.onDidDelete(later),
      // A watcher may report a moved folder as one event of the folder itself.
      workspace.onDidRenameFiles(later),
      workspace.onDidDeleteFiles(later),
      workspace.onDidChangeWorkspaceFolders(later),
    );
    this.scanSoon(0);
  }

  /** Model folders and `.gguf` files of the workspace, by path; waits for a scan that is under way. */
  async list(): Promise<readonly Uri[]> {
    if (this.timer !== undefined) this.scanNow();
    await this.scanning;
    return this.models;
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private scanSoon(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.scanNow(), delay);
  }

  private scanNow(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.scanning = this.scanning
      .then(() => this.scan())
      .catch((error: unknown) => this.log.error(`Looking for models failed: ${messageOf(error)}`));
  }

  private async scan(): Promise<void> {
    const [weights, ggufs] = await Promise.all([
      workspace.findFiles(`**/${WEIGHTS}`, IGNORED, LIMIT),
      workspace.findFiles('**/*.gguf', IGNORED, LIMIT),
    ]);
    const folders = await withConfig(unique(weights.map(parent)));
    const ggufFolders = foldersOfOneGguf(ggufs);
    await commands.executeCommand('setContext', CONTEXT_KEY, [...folders, ...ggufFolders].flatMap(contextPaths));
    this.models = [...folders, ...ggufs].sort((a, b) => a.path.localeCompare(b.path));
    this.log.info(`Models in this workspace: ${this.models.length}`);
  }
}

/** Is this folder or file a model by its file names? The engine has the last word when it opens it. */
export async function looksLikeModel(uri: Uri): Promise<boolean> {
  if (uri.path.toLowerCase().endsWith('.gguf')) return true;
  const found = await workspace.findFiles(new RelativePattern(uri, `{${WEIGHTS.slice(1, -1)},*.gguf}`), undefined, 1);
  return found.length > 0;
}

async function withConfig(folders: readonly Uri[]): Promise<Uri[]> {
  const present = await Promise.all(folders.map((folder) => isFile(Uri.joinPath(folder, 'config.json'))));
  return folders.filter((_, index) => present[index]);
}

async function isFile(uri: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(uri)).type & FileType.File) !== 0;
  } catch {
    return false;
  }
}

/** A folder with a single GGUF file is that model; with several, each file is one. */
function foldersOfOneGguf(files: readonly Uri[]): Uri[] {
  const parents = files.map(parent);
  const counts = new Map<string, number>();
  for (const folder of parents) counts.set(folder.toString(), (counts.get(folder.toString()) ?? 0) + 1);
  return parents.filter((folder) => counts.get(folder.toString()) === 1 && basename(folder) !== '');
}

function unique(uris: readonly Uri[]): Uri[] {
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
}

/** `resourcePath` is `fsPath` for local files and `path` for remote ones; on Windows the two differ. */
function contextPaths(uri: Uri): string[] {
  return uri.fsPath === uri.path ? [uri.path] : [uri.fsPath, uri.path];
}
