import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

/** A resource on the disk. */
export interface FakeUri {
  readonly scheme: string;
  readonly path: string;
  readonly fsPath: string;
  toString(): string;
  with(change: { readonly path: string }): FakeUri;
}

/** An event that never comes. */
export const noEvent = (): { dispose(): void } => ({ dispose: () => undefined });

/** Classes of the module `vscode` that stand for themselves. */
export const fakeEvents = {
  EventEmitter: class<T> {
    private readonly listeners = new Set<(value: T) => void>();
    readonly event = (listener: (value: T) => void) => {
      this.listeners.add(listener);
      return { dispose: () => this.listeners.delete(listener) };
    };
    fire(value: T): void {
      for (const listener of this.listeners) listener(value);
    }
    dispose(): void {
      this.listeners.clear();
    }
  },
  Disposable: class {
    constructor(readonly dispose: () => void) {}
    static from(...parts: { dispose(): void }[]) {
      return { dispose: () => parts.forEach((part) => part.dispose()) };
    }
  },
  RelativePattern: class {
    constructor(
      readonly baseUri: FakeUri,
      readonly pattern: string,
    ) {}
  },
  TabInputCustom: class {
    readonly viewType = '';
  },
};

type Pattern = string | { readonly baseUri: FakeUri; readonly pattern: string };

/** The part of `vscode.workspace` that reads the disk below the workspace folder of a person. */
export function fakeFiles(person: { workspaceFolder: string | undefined }, uri: (path: string) => FakeUri) {
  const find = (pattern: Pattern): FakeUri[] => {
    const [cwd, glob] =
      typeof pattern === 'string' ? [person.workspaceFolder!, pattern] : [pattern.baseUri.path, pattern.pattern];
    const all = readdirSync(cwd, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll(sep, '/'));
    const files = all.filter((file) => statSync(join(cwd, file)).isFile() && matches(file, glob));
    return files.map((file) => uri(join(cwd, file)));
  };
  return {
    findFiles: (pattern: Pattern) =>
      Promise.resolve(typeof pattern === 'string' || existsSync(pattern.baseUri.path) ? find(pattern) : []),
    fs: {
      stat: async ({ fsPath }: FakeUri) => {
        const { size, mtimeMs: mtime } = statSync(fsPath);
        return Promise.resolve({ size, mtime, type: 1 });
      },
      readFile: async ({ fsPath }: FakeUri) => Promise.resolve(new Uint8Array(readFileSync(fsPath))),
    },
    getWorkspaceFolder: ({ path }: FakeUri) => {
      const folder = person.workspaceFolder;
      return folder !== undefined && `${path}/`.startsWith(`${folder}/`) ? { uri: uri(folder) } : undefined;
    },
    createFileSystemWatcher: () => ({
      ...{ onDidCreate: noEvent, onDidChange: noEvent, onDidDelete: noEvent, dispose: () => undefined },
    }),
    onDidChangeWorkspaceFolders: noEvent,
    onDidChangeConfiguration: noEvent,
  };
}

/** Globs as these tests meet them: `**`, `*` and alternatives in braces. */
function matches(path: string, glob: string): boolean {
  const pattern = glob
    .replace(/\./g, '\\.')
    .replace(/\{([^}]*)\}/g, (_, names: string) => `(?:${names.replaceAll(',', '|')})`)
    .replace(/\*\*\//g, '(?:.*/)?')
    .replace(/\/\*\*/g, '/.*')
    .replace(/(?<![.)])\*/g, '[^/]*');
  return new RegExp(`^${pattern}$`).test(path);
}
