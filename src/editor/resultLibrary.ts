import { EventEmitter, Uri, workspace } from 'vscode';
import type { Disposable, LogOutputChannel } from 'vscode';
import { catalog } from '../analyses/catalog';
import { readFigures, readResult } from '../engine/store';
import type { Figure } from '../shared/figure';
import { messageOf } from '../shared/errors';
import { nameOfModel } from '../shared/model-name';
import { parent } from './paths';

const PATTERN = '**/.brainlens/**/result.json';
const LIMIT = 2000;
const DEBOUNCE_MS = 300;

/** A file that a result came from. */
export interface StoredInput {
  /** Absolute path with `/`, as in URIs. */
  readonly path: string;
  readonly role: string;
}

/** A result of the workspace, without its numbers. */
export interface RecordedResult {
  /** Its result.json. */
  readonly file: Uri;
  readonly folder: Uri;
  /** The analysis' verb: `align`. */
  readonly analysis: string;
  /** The analysis' title without the ellipsis: "Align with Brain Data". */
  readonly title: string;
  readonly created: Date;
  readonly summary: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly inputs: readonly StoredInput[];
  /** The study that it belongs to: `<study>` of `.brainlens/<study>/<run>/result.json`. */
  readonly study?: string;
  /** Names of the models that went into it. */
  readonly models: readonly string[];
}

/** Knows the results of the workspace, newest first, for lenses, sparklines and views. Nothing is read before it is asked. */
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

  /** As of the last change of the workspace. */
  list(): Promise<readonly RecordedResult[]> {
    this.watch();
    this.scanning ??= this.scan().catch((error: unknown) => {
      this.log.error(`Looking for results failed: ${messageOf(error)}`);
      return [];
    });
    return this.scanning;
  }

  /** The figures of a result. @throws UserError where they cannot be read */
  async figuresOf(result: RecordedResult): Promise<readonly Figure[]> {
    return (await readFigures(result.folder.fsPath)).figures;
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
    );
  }

  private async scan(): Promise<readonly RecordedResult[]> {
    const files = await workspace.findFiles(PATTERN, null, LIMIT);
    const found = await Promise.all(files.map((file) => this.read(file)));
    return found.filter((result) => result !== undefined).sort((a, b) => b.created.getTime() - a.created.getTime());
  }

  private async read(file: Uri): Promise<RecordedResult | undefined> {
    const key = file.toString();
    try {
      const { mtime } = await workspace.fs.stat(file);
      const before = this.known.get(key);
      if (before?.mtime === mtime) return before.result;
      const result = await recordedResult(file).catch(() => undefined);
      this.known.set(key, { mtime, result });
      return result;
    } catch {
      this.known.delete(key);
      return undefined;
    }
  }
}

async function recordedResult(file: Uri): Promise<RecordedResult | undefined> {
  const folder = parent(file);
  const { schema, created, summary, spec, provenance } = await readResult(folder.fsPath);
  const analysis = catalog.find((one) => schema.startsWith(`brainlens/${one.schema}@`));
  if (analysis === undefined) return undefined;
  const { home, below } = placeOf(folder);
  const inputs = provenance.inputs.map(({ path, role }) => ({ path: absolute(home, path), role }));
  return {
    file,
    folder,
    analysis: analysis.id,
    title: analysis.title.replace(/…$/, ''),
    created: new Date(created),
    summary,
    spec,
    inputs,
    ...(below.length > 1 && { study: below[0]! }),
    models: modelsOf(inputs),
  };
}

/** The folder that paths in a result are relative to, which holds `.brainlens`, and the folders below that lead to the result. */
function placeOf(folder: Uri): { readonly home: Uri; readonly below: readonly string[] } {
  const parts = folder.path.split('/');
  const at = parts.lastIndexOf('.brainlens');
  if (at < 0) return { home: folder, below: [] };
  return { home: folder.with({ path: parts.slice(0, at).join('/') || '/' }), below: parts.slice(at + 1) };
}

/** A model is a folder of files, or one `.gguf` file. */
function modelsOf(inputs: readonly StoredInput[]): string[] {
  const paths = inputs
    .filter(({ role }) => role === 'model')
    .map(({ path }) => (/\.gguf$/i.test(path) ? path : path.slice(0, path.lastIndexOf('/'))));
  return [...new Set(paths.map(nameOfModel))];
}

function absolute(home: Uri, path: string): string {
  return /^([a-z]:[\\/]|\/)/i.test(path) ? Uri.file(path).path : Uri.joinPath(home, path).path;
}
