import { commands, EventEmitter, FileType, workspace } from 'vscode';
import type { Disposable, LogOutputChannel, Uri } from 'vscode';
import { messageOf } from '../shared/errors';
import { parent } from './paths';

const LIMIT = 500;
const DEBOUNCE_MS = 300;
/** More new files than this at once are not looked at one by one. */
const BURST = 20;

/** What lies in the workspace of one kind. */
export interface Found {
  readonly folders: readonly Uri[];
  readonly files: readonly Uri[];
  /** Files that are offered in the Explorer's menu only. */
  readonly menuFiles?: readonly Uri[];
}

/** What a watcher looks for. */
export interface Wanted {
  /** For the log: "Models". */
  readonly name: string;
  /** Read by `when` clauses of the Explorer menu: paths of folders. */
  readonly contextKey: string;
  /** Read by `when` clauses too: paths of `menuFiles`. */
  readonly filesKey?: string;
  /** Set where there are two or more, files included. */
  readonly severalKey?: string;
  /** New files and folders below these names are not looked at. */
  readonly ignored: RegExp;
  /** Is a new file a reason to scan? A new folder always is. */
  telling(uri: Uri): boolean;
  /** All there are, folders and files apart. */
  find(): Promise<Found>;
}

/** Knows what lies in the workspace of one kind: keeps the Explorer's context key and quick picks up to date. */
export class WatchedFolders implements Disposable {
  private readonly changed = new EventEmitter<void>();
  /** A look at the workspace found others than the last. */
  readonly onDidChange = this.changed.event;
  private found: readonly Uri[] = [];
  private scanning: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  /** What has happened since the last look at the disk: something that calls for a scan, or new files that may. */
  private due = true;
  private readonly created = new Map<string, Uri>();
  protected readonly subscriptions: Disposable[] = [];

  constructor(
    private readonly wanted: Wanted,
    private readonly log: LogOutputChannel,
  ) {
    this.later(true, 0);
  }

  /** By path; waits for a scan that is due or under way. */
  async list(): Promise<readonly Uri[]> {
    if (this.timer !== undefined) this.look();
    await this.scanning;
    return this.found;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.changed.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** Begins with the first look, for making a watcher takes a good part of the time that activation may. */
  protected watch(): void {
    if (this.subscriptions.length > 0) return;
    // Watchers report a folder that is copied in, moved or deleted as one event of the folder: names of files in it
    // would miss it.
    const watcher = workspace.createFileSystemWatcher('**/*', false, true);
    this.subscriptions.push(
      watcher,
      watcher.onDidCreate((uri) => this.noteCreated(uri)),
      watcher.onDidDelete((uri) => this.noteDeleted(uri)),
      workspace.onDidChangeWorkspaceFolders(() => this.later(true)),
    );
  }

  private noteCreated(uri: Uri): void {
    if (this.wanted.ignored.test(uri.path)) return;
    this.created.set(uri.toString(), uri);
    this.later(false);
  }

  private noteDeleted(uri: Uri): void {
    if (this.found.some(({ path }) => within(path, uri.path) || within(uri.path, path))) this.later(true);
  }

  protected later(due: boolean, delay = DEBOUNCE_MS): void {
    this.due ||= due;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), delay);
  }

  private look(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.watch();
    const due = this.due;
    const created = [...this.created.values()];
    this.due = false;
    this.created.clear();
    this.scanning = this.scanning
      .then(async () => (due || (await this.mayHold(created)) ? this.scan() : undefined))
      .catch((error: unknown) => this.log.error(`Looking for ${this.wanted.name} failed: ${messageOf(error)}`));
  }

  /** Are there telling files or folders among new files? */
  private async mayHold(created: readonly Uri[]): Promise<boolean> {
    if (created.length > BURST) return true;
    const telling = await Promise.all(
      created.map((uri) => this.wanted.telling(uri) || isKind(uri, FileType.Directory)),
    );
    return telling.includes(true);
  }

  private async scan(): Promise<void> {
    const { name, contextKey, filesKey, severalKey } = this.wanted;
    const { folders, files, menuFiles = [] } = await this.wanted.find();
    await commands.executeCommand('setContext', contextKey, folders.flatMap(contextPaths));
    if (filesKey !== undefined) await commands.executeCommand('setContext', filesKey, menuFiles.flatMap(contextPaths));
    const before = this.found.map(String).join();
    this.found = [...folders, ...files].sort((a, b) => a.path.localeCompare(b.path));
    if (this.found.map(String).join() !== before) this.changed.fire();
    if (severalKey !== undefined) await commands.executeCommand('setContext', severalKey, this.found.length > 1);
    this.log.info(`${name} in this workspace: ${this.found.length}`);
  }
}

/** Folders of the workspace that hold a file of one of these names. */
export async function foldersWith(names: readonly string[], ignored: string): Promise<Uri[]> {
  const files = await workspace.findFiles(`**/{${names.join(',')}}`, ignored, LIMIT);
  return unique(files.map(parent));
}

/** Files of the workspace by a glob pattern. */
export async function filesLike(pattern: string, ignored: string): Promise<Uri[]> {
  return workspace.findFiles(pattern, ignored, LIMIT);
}

/** Is there a file, or a folder, at this place? */
export async function isKind(uri: Uri, kind: FileType): Promise<boolean> {
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
