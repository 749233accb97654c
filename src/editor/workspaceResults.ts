import { commands, TabInputCustom, window, workspace } from 'vscode';
import type { Disposable, LogOutputChannel, Uri } from 'vscode';
import { messageOf } from '../shared/errors';
import { parent } from './paths';
import { RESULT_EDITOR } from './resultEditor';

/** Kinds of results that others are made from, by the schema in their first lines. */
const KINDS = ['localization', 'alignment', 'ablation', 'lobes'] as const;
export type ResultKind = (typeof KINDS)[number];

/** Read by `when` clauses: `resourcePath in brainlens.localizations`, and whether there are any. */
const CONTEXT_KEYS: Partial<Record<ResultKind, { readonly paths: string; readonly some: string }>> = {
  localization: { paths: 'brainlens.localizations', some: 'brainlens.hasLocalizations' },
  alignment: { paths: 'brainlens.alignments', some: 'brainlens.hasAlignments' },
  lobes: { paths: 'brainlens.lobes', some: 'brainlens.hasLobes' },
};
/** Results of a study lie one folder deeper. */
const PATTERN = '**/.brainlens/**/result.json';
/** Results under construction, and those that a later run of a study has replaced. */
const HIDDEN = /\/\.brainlens\/(.*\/)?\.[^/]+\//;
const LIMIT = 500;
const DEBOUNCE_MS = 300;
/** The schema is the first field of a result; the rest need not be read. */
const HEAD_BYTES = 200;

/** A result in the workspace. */
export interface StoredResult {
  readonly kind: ResultKind;
  /** Its result.json. */
  readonly file: Uri;
  /** Its result folder. */
  readonly folder: Uri;
}

/** Knows the results of the workspace that others are made from, newest first, for menus and quick picks. */
export class WorkspaceResults implements Disposable {
  private scanning: Promise<readonly StoredResult[]>;
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
  async list(kind: ResultKind): Promise<readonly StoredResult[]> {
    this.look();
    return (await this.scanning).filter((result) => result.kind === kind);
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
        this.log.error(`Looking for results failed: ${messageOf(error)}`);
        return [];
      });
  }

  private async scan(): Promise<readonly StoredResult[]> {
    const files = (await workspace.findFiles(PATTERN, null, LIMIT)).filter(({ path }) => !HIDDEN.test(path));
    const kinds = await Promise.all(files.map(kindOf));
    const found = files
      .flatMap((file, i) => (kinds[i] === undefined ? [] : [{ kind: kinds[i], file, folder: parent(file) }]))
      .sort((a, b) => b.file.path.localeCompare(a.file.path));
    for (const [kind, { paths, some }] of Object.entries(CONTEXT_KEYS)) {
      const own = found.filter((result) => result.kind === kind);
      await commands.executeCommand('setContext', paths, own.flatMap(contextPaths));
      await commands.executeCommand('setContext', some, own.length > 0);
    }
    return found;
  }
}

/** What a result.json is a result of, by its schema; `undefined` for those that nothing is made from. */
async function kindOf(file: Uri): Promise<ResultKind | undefined> {
  try {
    const head = new TextDecoder().decode((await workspace.fs.readFile(file)).subarray(0, HEAD_BYTES));
    return KINDS.find((kind) => head.includes(`"brainlens/${kind}@`));
  } catch {
    return undefined;
  }
}

function contextPaths({ file }: StoredResult): string[] {
  return file.fsPath === file.path ? [file.path] : [file.fsPath, file.path];
}
