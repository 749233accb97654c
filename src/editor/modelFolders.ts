import { commands, FileType, Uri, workspace } from 'vscode';
import type { LogOutputChannel, Disposable } from 'vscode';
import { messageOf } from '../shared/errors';
import { basename, parent } from './paths';

/** Read by the `when` clauses of the Explorer menu: `resourcePath in brainlens.modelFolders`. */
const CONTEXT_KEY = 'brainlens.modelFolders';
const WEIGHTS = ['model.safetensors', 'model.safetensors.index.json'];
const IGNORED = '**/{node_modules,.git,.brainlens,.venv,__pycache__}/**';
const LIMIT = 500;
const DEBOUNCE_MS = 300;
/** More new files than this at once are not looked at one by one. */
const BURST = 20;

/** Knows the models of the workspace: keeps the Explorer's context key and the quick pick of models up to date. */
export class ModelFolders implements Disposable {
  private models: readonly Uri[] = [];
  private scanning: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  /** What has happened since the last look at the disk: something that calls for a scan, or new files that may. */
  private due = true;
  private readonly created = new Map<string, Uri>();
  private readonly subscriptions: Disposable[] = [];

  constructor(private readonly log: LogOutputChannel) {
    // Watchers report a folder that is copied in, moved or deleted as one event of the folder: names of files in it
    // would miss it.
    const watcher = workspace.createFileSystemWatcher('**/*', false, true);
    this.subscriptions.push(
      watcher,
      watcher.onDidCreate((uri) => this.noteCreated(uri)),
      watcher.onDidDelete((uri) => this.noteDeleted(uri)),
      workspace.onDidChangeWorkspaceFolders(() => this.later(true)),
    );
    this.later(true, 0);
  }

  /** Model folders and `.gguf` files of the workspace, by path; waits for a scan that is due or under way. */
  async list(): Promise<readonly Uri[]> {
    if (this.timer !== undefined) this.look();
    await this.scanning;
    return this.models;
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private noteCreated(uri: Uri): void {
    if (/\/(node_modules|\.git|\.brainlens)(\/|$)/.test(uri.path)) return;
    this.created.set(uri.toString(), uri);
    this.later(false);
  }

  private noteDeleted(uri: Uri): void {
    if (this.models.some(({ path }) => within(path, uri.path) || within(uri.path, path))) this.later(true);
  }

  private later(due: boolean, delay = DEBOUNCE_MS): void {
    this.due ||= due;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), delay);
  }

  private look(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const due = this.due;
    const created = [...this.created.values()];
    this.due = false;
    this.created.clear();
    this.scanning = this.scanning
      .then(async () => (due || (await mayHoldModel(created)) ? this.scan() : undefined))
      .catch((error: unknown) => this.log.error(`Looking for models failed: ${messageOf(error)}`));
  }

  private async scan(): Promise<void> {
    const [weights, ggufs] = await Promise.all([
      workspace.findFiles(`**/{${WEIGHTS.join(',')}}`, IGNORED, LIMIT),
      workspace.findFiles('**/*.gguf', IGNORED, LIMIT),
    ]);
    const folders = await withConfig(unique(weights.map(parent)));
    await commands.executeCommand('setContext', CONTEXT_KEY, folders.flatMap(contextPaths));
    this.models = [...folders, ...ggufs].sort((a, b) => a.path.localeCompare(b.path));
    this.log.info(`Models in this workspace: ${this.models.length}`);
  }
}

/** Is this folder or file a model by its file names? The engine has the last word when it opens it. */
export async function looksLikeModel(uri: Uri): Promise<boolean> {
  if (uri.path.toLowerCase().endsWith('.gguf')) return true;
  const names = ['config.json', ...WEIGHTS];
  const [config, ...weights] = await Promise.all(names.map((name) => isKind(Uri.joinPath(uri, name), FileType.File)));
  return config === true && weights.includes(true);
}

/** Are there model files or folders among new files? */
async function mayHoldModel(created: readonly Uri[]): Promise<boolean> {
  if (created.length > BURST) return true;
  const telling = await Promise.all(created.map((uri) => isModelFile(uri) || isKind(uri, FileType.Directory)));
  return telling.includes(true);
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

async function isKind(uri: Uri, kind: FileType): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(uri)).type & kind) !== 0;
  } catch {
    return false;
  }
}

function unique(uris: readonly Uri[]): Uri[] {
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
}

/** Is `path` the folder `folder` itself, or below it? */
function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** `resourcePath` is `fsPath` for local files and `path` for remote ones; on Windows the two differ. */
function contextPaths(uri: Uri): string[] {
  return uri.fsPath === uri.path ? [uri.path] : [uri.fsPath, uri.path];
}
