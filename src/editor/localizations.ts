import { commands, TabInputCustom, window, workspace } from 'vscode';
import type { Disposable, LogOutputChannel, Uri } from 'vscode';
import { messageOf } from '../shared/errors';
import { parent } from './paths';
import { RESULT_EDITOR } from './resultEditor';

/** Read by `when` clauses: `resourcePath in brainlens.localizations`, and whether there are any. */
const CONTEXT_KEY = 'brainlens.localizations';
const CONTEXT_SOME = 'brainlens.hasLocalizations';
const PATTERN = '**/.brainlens/*/result.json';
const LIMIT = 500;
const DEBOUNCE_MS = 300;
/** The schema is the first field of a result; the rest need not be read. */
const HEAD_BYTES = 200;

/** A localization in the workspace. */
export interface Localization {
  /** Its result.json. */
  readonly file: Uri;
  /** Its result folder. */
  readonly folder: Uri;
}

/** Knows the localizations of the workspace, newest first, for menus and quick picks. */
export class Localizations implements Disposable {
  private scanning: Promise<readonly Localization[]>;
  private timer: NodeJS.Timeout | undefined;
  private readonly subscriptions: Disposable[] = [];

  constructor(private readonly log: LogOutputChannel) {
    this.scanning = Promise.resolve([]);
    this.later(0);
  }

  /** Begins with the first look, as that of `WatchedFolders`. */
  private watch(): void {
    if (this.subscriptions.length > 0) return;
    const watcher = workspace.createFileSystemWatcher('**/.brainlens/**', false, true);
    this.subscriptions.push(
      watcher,
      watcher.onDidCreate(() => this.later()),
      watcher.onDidDelete(() => this.later()),
      workspace.onDidChangeWorkspaceFolders(() => this.later()),
      // Watchers start some seconds after the window: a result that is looked at is there, reported or not.
      window.tabGroups.onDidChangeTabs(({ opened }) => {
        if (opened.some(({ input }) => input instanceof TabInputCustom && input.viewType === RESULT_EDITOR))
          this.later(0);
      }),
    );
  }

  /** As they lie on the disk now. */
  async list(): Promise<readonly Localization[]> {
    this.look();
    return this.scanning;
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private later(delay = DEBOUNCE_MS): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), delay);
  }

  private look(): void {
    this.watch();
    clearTimeout(this.timer);
    this.timer = undefined;
    this.scanning = this.scanning
      .then(() => this.scan())
      .catch((error: unknown) => {
        this.log.error(`Looking for localizations failed: ${messageOf(error)}`);
        return [];
      });
  }

  private async scan(): Promise<readonly Localization[]> {
    const files = await workspace.findFiles(PATTERN, null, LIMIT);
    const kept = await Promise.all(files.map(isLocalization));
    const found = files
      .filter((_, i) => kept[i])
      .sort((a, b) => b.path.localeCompare(a.path))
      .map((file) => ({ file, folder: parent(file) }));
    const paths = found.flatMap(({ file }) => (file.fsPath === file.path ? [file.path] : [file.fsPath, file.path]));
    await commands.executeCommand('setContext', CONTEXT_KEY, paths);
    await commands.executeCommand('setContext', CONTEXT_SOME, found.length > 0);
    return found;
  }
}

/** Whether a result.json is a localization, by its schema. */
export async function isLocalization(file: Uri): Promise<boolean> {
  try {
    const bytes = await workspace.fs.readFile(file);
    return new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)).includes('"brainlens/localization@');
  } catch {
    return false;
  }
}
