import { commands, Disposable, extensions, languages, RelativePattern, Uri, window, workspace } from 'vscode';
import type {
  CodeAction,
  CodeActionContext,
  CompletionItem,
  DocumentSelector,
  Hover,
  LogOutputChannel,
  Position,
  Range,
  TextDocument,
} from 'vscode';
import { messageOf } from '../shared/errors';
import { basename, parent } from './paths';
import type { PlacedProblem } from './yamlProviders';

/** Read by `when` clauses: `resourcePath in brainlens.openManifests`. */
const CONTEXT_KEY = 'brainlens.openManifests';
const NAMES = /(^|\.)(dataset|study)\.yaml$/;
const MANIFESTS = /(^|\.)dataset\.yaml$/;
const SELECTOR: DocumentSelector = {
  language: 'yaml',
  scheme: 'file',
  pattern: '**/{dataset,*.dataset,study,*.study}.yaml',
};
const TRIGGERS = [' ', '{', '[', ',', '"', '/'];
const DEBOUNCE_MS = 250;

/** Completion, hover, diagnostics and quick fixes in our YAML files. What they need is loaded with the first such file. */
export class YamlLanguage implements Disposable {
  private readonly diagnostics = languages.createDiagnosticCollection('brainlens');
  private readonly problems = new Map<string, readonly PlacedProblem[]>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  /** The folder of each open file: a file that appears there may be the one that was missing. */
  private readonly watchers = new Map<string, Disposable>();
  private readonly registrations: Disposable;

  constructor(private readonly log: LogOutputChannel) {
    this.registrations = Disposable.from(
      this.diagnostics,
      languages.registerCompletionItemProvider(SELECTOR, this, ...TRIGGERS),
      languages.registerHoverProvider(SELECTOR, this),
      languages.registerCodeActionsProvider(SELECTOR, this),
      workspace.onDidOpenTextDocument((document) => this.later(document, 0)),
      workspace.onDidChangeTextDocument(({ document }) => this.later(document)),
      workspace.onDidCloseTextDocument((document) => this.forget(document)),
      window.onDidChangeActiveTextEditor((editor) => editor && this.later(editor.document, 0)),
      extensions.onDidChange(() => this.checkAll()),
    );
    this.checkAll();
  }

  async provideCompletionItems(document: TextDocument, position: Position): Promise<CompletionItem[]> {
    const { completionItems } = await import('./onDemand');
    return completionItems(document, position);
  }

  async provideHover(document: TextDocument, position: Position): Promise<Hover | undefined> {
    const { hover } = await import('./onDemand');
    return hover(document, position);
  }

  async provideCodeActions(document: TextDocument, range: Range, context: CodeActionContext): Promise<CodeAction[]> {
    const problems = this.problems.get(document.uri.toString()) ?? [];
    if (problems.length === 0) return [];
    const { quickFixes } = await import('./onDemand');
    return quickFixes(document, problems, range, context.diagnostics);
  }

  dispose(): void {
    this.registrations.dispose();
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const watcher of this.watchers.values()) watcher.dispose();
  }

  private checkAll(): void {
    for (const document of workspace.textDocuments) this.later(document, 0);
  }

  private later(document: TextDocument, delay = DEBOUNCE_MS): void {
    if (document.languageId !== 'yaml' || document.uri.scheme !== 'file' || !NAMES.test(basename(document.uri))) return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.watch(document);
    const check = (): void => {
      this.timers.delete(key);
      this.check(document).catch((error: unknown) => {
        this.log.error(`${basename(document.uri)} could not be checked: ${messageOf(error)}`);
      });
    };
    this.timers.set(key, setTimeout(check, delay));
  }

  private async check(document: TextDocument): Promise<void> {
    const { version, uri } = document;
    const { placedProblems } = await import('./onDemand');
    const problems = await placedProblems(document);
    if (document.isClosed || document.version !== version) return;
    if (problems === undefined) this.problems.delete(uri.toString());
    else this.problems.set(uri.toString(), problems);
    this.diagnostics.set(
      uri,
      problems?.map(({ diagnostic }) => diagnostic),
    );
    await this.tellOpen();
  }

  /** Only buttons ask for it. `resourcePath` is `fsPath` for local files and `path` for remote ones. */
  private async tellOpen(): Promise<void> {
    const open = [...this.problems.keys()].map((key) => Uri.parse(key)).filter((uri) => MANIFESTS.test(basename(uri)));
    await commands.executeCommand('setContext', CONTEXT_KEY, [
      ...new Set(open.flatMap(({ fsPath, path }) => [fsPath, path])),
    ]);
  }

  private watch(document: TextDocument): void {
    const key = document.uri.toString();
    if (this.watchers.has(key)) return;
    const watcher = workspace.createFileSystemWatcher(new RelativePattern(parent(document.uri), '*'));
    const changed = ({ path }: { readonly path: string }): void => {
      if (path !== document.uri.path) this.later(document);
    };
    watcher.onDidCreate(changed);
    watcher.onDidChange(changed);
    watcher.onDidDelete(changed);
    this.watchers.set(key, watcher);
  }

  private forget({ uri }: TextDocument): void {
    const key = uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    this.watchers.get(key)?.dispose();
    this.watchers.delete(key);
    this.problems.delete(key);
    this.diagnostics.delete(uri);
  }
}
