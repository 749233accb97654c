import { Disposable, EventEmitter, RelativePattern, TabInputCustom, window, workspace } from 'vscode';
import type { GlobPattern, LogOutputChannel, Uri } from 'vscode';
import { messageOf } from '../shared/errors';
import { RESULTS_FOLDER } from '../shared/results-folder';
import type { recordedResult, RecordedResult } from './recordedResult';
import { RESULT_EDITOR, RESULT_ELSEWHERE } from './resultEditor';
import { placeAmongResults, rootsOfSettings } from './resultsFolder';
import type { ResultRoot } from './resultsFolder';

const STUDIES = '**/*.study.{yaml,yml}';
const NO_STUDIES = '**/{node_modules,.git,.venv,__pycache__}/**';
const LIMIT = 2000;
const DEBOUNCE_MS = 300;

interface Known {
  readonly mtime: number;
  /** The folder that its paths are relative to, as it was read. */
  readonly home: string | undefined;
  readonly result: RecordedResult | undefined;
}

/**
 * Knows the results of the workspace, newest first, for menus, lenses, sparklines and views: in every `.brainlens`, in the
 * folders that `brainlens.resultsFolder` names, and in those that study files name. Nothing is read before it is asked.
 */
export class ResultLibrary implements Disposable {
  private readonly changed = new EventEmitter<void>();
  /** Results came, went or were written anew. */
  readonly onDidChange = this.changed.event;
  /** By result.json: its time of writing and what it holds; `undefined` for files that are no results of ours. */
  private readonly known = new Map<string, Known>();
  private scanning: Promise<readonly RecordedResult[]> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly subscriptions: Disposable[] = [];
  /** Watchers of folders of results beside `.brainlens`, by folder. */
  private readonly watchers = new Map<string, Disposable>();

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
    for (const subscription of [...this.subscriptions, ...this.watchers.values()]) subscription.dispose();
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.scanning = undefined;
      this.changed.fire();
    }, DEBOUNCE_MS);
  }

  private watch(): void {
    if (this.subscriptions.length > 0) return;
    const later = (): void => this.later();
    this.subscriptions.push(
      this.watcherOf(`**/${RESULTS_FOLDER}/**`),
      this.watcherOf(STUDIES),
      workspace.onDidChangeWorkspaceFolders(later),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('brainlens.resultsFolder')) this.later();
      }),
      // Watchers start some seconds after the window: a result that is looked at is there, reported or not.
      window.tabGroups.onDidChangeTabs(({ opened }) => {
        const ours = [RESULT_EDITOR, RESULT_ELSEWHERE];
        if (opened.some(({ input }) => input instanceof TabInputCustom && ours.includes(input.viewType))) this.later();
      }),
    );
  }

  private watcherOf(pattern: GlobPattern): Disposable {
    const watcher = workspace.createFileSystemWatcher(pattern);
    const later = ({ path }: Uri): void => {
      // Arrays and what is being written say nothing yet; a folder that is moved is one event of its own.
      if (!/\.npy$|\.partial-/.test(path)) this.later();
    };
    return Disposable.from(watcher, watcher.onDidCreate(later), watcher.onDidChange(later), watcher.onDidDelete(later));
  }

  private async scan(): Promise<readonly RecordedResult[]> {
    const roots = await this.roots();
    const own = roots.map(({ root }) => new RelativePattern(root, '**/result.json'));
    const patterns = [`**/${RESULTS_FOLDER}/**/result.json`, ...own];
    const files = (await Promise.all(patterns.map((one) => workspace.findFiles(one, null, LIMIT)))).flat();
    const once = new Map(files.map((file) => [file.toString(), file]));
    const visible = [...once.values()].filter(({ path }) => !isHidden(path, roots));
    if (visible.length === 0) return [];
    const { recordedResult } = await import('./onDemand');
    const found = await Promise.all(visible.map((file) => this.read(file, roots, recordedResult)));
    return found.filter((result) => result !== undefined).sort((a, b) => b.created.getTime() - a.created.getTime());
  }

  /** Folders of results beside `.brainlens`; each is watched from here on. */
  private async roots(): Promise<readonly ResultRoot[]> {
    const studies = await workspace.findFiles(STUDIES, NO_STUDIES);
    const named = studies.length === 0 ? [] : await (await import('./onDemand')).rootsOfStudies(studies);
    const roots = new Map([...rootsOfSettings(), ...named].map((one) => [one.root.toString(), one]));
    for (const [key, watcher] of this.watchers) {
      if (roots.has(key)) continue;
      watcher.dispose();
      this.watchers.delete(key);
    }
    for (const [key, { root }] of roots) {
      if (!this.watchers.has(key)) this.watchers.set(key, this.watcherOf(new RelativePattern(root, '**')));
    }
    return [...roots.values()];
  }

  private async read(
    file: Uri,
    roots: readonly ResultRoot[],
    reader: typeof recordedResult,
  ): Promise<RecordedResult | undefined> {
    const key = file.toString();
    try {
      const { mtime } = await workspace.fs.stat(file);
      const home = placeAmongResults(file.path, roots)?.home;
      const before = this.known.get(key);
      if (before?.mtime === mtime && before.home === home) return before.result;
      const result = await reader(file, roots).catch(() => undefined);
      this.known.set(key, { mtime, home, result });
      return result;
    } catch {
      this.known.delete(key);
      return undefined;
    }
  }
}

/** Results under construction, and those that a later run of a study has replaced. */
function isHidden(path: string, roots: readonly ResultRoot[]): boolean {
  return placeAmongResults(path, roots)?.below.some((part) => part.startsWith('.')) === true;
}
