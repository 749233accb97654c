import { EventEmitter, TabInputCustom, window, workspace } from 'vscode';
import type { Disposable, LogOutputChannel, Uri } from 'vscode';
import { messageOf } from '../shared/errors';
import type { RecordedResult } from './recordedResult';
import { RESULT_EDITOR } from './resultEditor';

const PATTERN = '**/.brainlens/**/result.json';
/** Results under construction, and those that a later run of a study has replaced. */
const HIDDEN = /\/\.brainlens\/(.*\/)?\.[^/]+\//;
const LIMIT = 2000;
const DEBOUNCE_MS = 300;

/** Knows the results of the workspace, newest first, for menus, lenses, sparklines and views. Nothing is read before it is asked. */
export class ResultLibrary implements Disposable {
  private readonly changed = new EventEmitter<void>();
  /** Results came, went or were written anew. */
  readonly onDidChange = this.changed.event;
  /** By result.json: its time of writing and what it holds; `undefined` for files that are no results of ours. */
  private readonly known = new Map<string, { readonly mtime: number; readonly result: RecordedResult | undefined }>();
  private scanning: Promise<readonly RecordedResult[]> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly subscriptions: Disposable[] = [];

  constructor(private readonly log: LogOutputChannel) {}

  /** As they lie on the disk now, reported by the watcher or not; what has not changed is not read again. */
  listNow(): Promise<readonly RecordedResult[]> {
    this.scanning = undefined;
    return this.list();
  }

  /** As of the last change of the workspace. */
  list(): Promise<readonly RecordedResult[]> {
    this.watch();
    this.scanning ??= this.scan().catch((error: unknown) => {
      this.log.error(`Looking for results failed: ${messageOf(error)}`);
      return [];
    });
    return this.scanning;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.changed.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private watch(): void {
    if (this.subscriptions.length > 0) return;
    const watcher = workspace.createFileSystemWatcher('**/.brainlens/**');
    const later = (uri?: Uri): void => {
      // Arrays and what is being written say nothing yet; a folder that is moved is one event of its own.
      if (uri !== undefined && /\.npy$|\.partial-/.test(uri.path)) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        this.scanning = undefined;
        this.changed.fire();
      }, DEBOUNCE_MS);
    };
    this.subscriptions.push(
      watcher,
      watcher.onDidCreate(later),
      watcher.onDidChange(later),
      watcher.onDidDelete(later),
      workspace.onDidChangeWorkspaceFolders(() => later()),
      // Watchers start some seconds after the window: a result that is looked at is there, reported or not.
      window.tabGroups.onDidChangeTabs(({ opened }) => {
        if (opened.some(({ input }) => input instanceof TabInputCustom && input.viewType === RESULT_EDITOR)) later();
      }),
    );
  }

  private async scan(): Promise<readonly RecordedResult[]> {
    const files = await workspace.findFiles(PATTERN, null, LIMIT);
    const found = await Promise.all(files.filter(({ path }) => !HIDDEN.test(path)).map((file) => this.read(file)));
    return found.filter((result) => result !== undefined).sort((a, b) => b.created.getTime() - a.created.getTime());
  }

  private async read(file: Uri): Promise<RecordedResult | undefined> {
    const key = file.toString();
    try {
      const { mtime } = await workspace.fs.stat(file);
      const before = this.known.get(key);
      if (before?.mtime === mtime) return before.result;
      const { recordedResult } = await import('./onDemand');
      const result = await recordedResult(file).catch(() => undefined);
      this.known.set(key, { mtime, result });
      return result;
    } catch {
      this.known.delete(key);
      return undefined;
    }
  }
}
