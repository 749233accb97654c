import {
  commands,
  EventEmitter,
  l10n,
  MarkdownString,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  window,
  workspace,
} from 'vscode';
import type { Disposable, Event, TreeDataProvider, TreeView } from 'vscode';
import { percent } from '../../shared/words';
import { ageText } from '../ageText';
import { RESULT_COMMANDS } from '../commandNames';
import type { Job, Jobs } from '../jobs';
import { basename } from '../paths';
import type { RecordedResult } from '../recordedResult';
import type { ResultLibrary } from '../resultLibrary';
import { InputContents } from './inputContents';
import { outOfDate } from './outOfDate';
import { groupsOf } from './tree';
import type { ResultGroup } from './tree';

/** Its id in package.json. */
const VIEW = 'brainlens.results';

/** A result with the name that it goes by. */
export type ListedResult = RecordedResult & {
  readonly name: string;
  /** "out of date: stimuli.csv has changed" */
  readonly changed?: string;
};

export type ResultNode =
  | { readonly kind: 'jobs' }
  | { readonly kind: 'job'; readonly job: Job }
  | { readonly kind: 'group'; readonly group: ResultGroup<ListedResult> }
  | { readonly kind: 'result'; readonly result: ListedResult };

const JOBS = { kind: 'jobs' } as const;

const JOB_ICONS: Readonly<Record<Job['state'], string>> = {
  queued: 'clock',
  running: 'sync~spin',
  paused: 'debug-pause',
  failed: 'error',
};
const GROUP_ICONS: Readonly<Record<ResultGroup<ListedResult>['kind'], string>> = {
  study: 'notebook',
  model: 'symbol-structure',
  several: 'layers',
  none: 'circle-large-outline',
};

/** The view of what this window runs and of the workspace's results, by study and model. */
export class ResultsView implements TreeDataProvider<ResultNode>, Disposable {
  private readonly changed = new EventEmitter<ResultNode | undefined>();
  readonly onDidChangeTreeData: Event<ResultNode | undefined> = this.changed.event;
  private readonly view: TreeView<ResultNode>;
  private readonly subscriptions: Disposable[];
  private words = '';
  private readonly contents = new InputContents();
  /** Paths that the results came from. */
  private sources: ReadonlySet<string> = new Set();
  /** Results of the groups that are open, by group. */
  private readonly open = new Map<string, readonly ListedResult[]>();
  /** What the tree was last made of. */
  private shown = '';
  private withJobs = false;

  constructor(
    private readonly library: ResultLibrary,
    private readonly jobs: Jobs,
  ) {
    this.view = window.createTreeView(VIEW, { treeDataProvider: this, canSelectMany: true, showCollapseAll: true });
    this.subscriptions = [
      this.view,
      library.onDidChange(() => void this.refresh()),
      jobs.onDidChange(() => this.changed.fire(this.withJobs && jobs.list().length > 0 ? JOBS : undefined)),
      this.view.onDidChangeVisibility(({ visible }) => void (visible && this.refresh())),
      this.view.onDidCollapseElement(({ element }) => void this.open.delete(groupKey(element))),
      this.view.onDidExpandElement(({ element }) => this.noteOpen(element)),
      workspace.onDidSaveTextDocument(({ uri }) => void (this.sources.has(uri.path) && this.refresh())),
    ];
  }

  get filter(): string {
    return this.words;
  }

  /** Shows only results in which all the words occur. */
  set filter(words: string) {
    this.words = words.trim();
    // Read by the `when` clause of *Show All Results*.
    void commands.executeCommand('setContext', 'brainlens.resultsFiltered', this.words !== '');
    this.view.message = this.words === '' ? '' : l10n.t('Only results with “{0}”.', this.words);
    this.changed.fire(undefined);
  }

  /** What is selected in the view, where a command comes without an argument. */
  get selection(): readonly ResultNode[] {
    return this.view.selection;
  }

  async getChildren(node?: ResultNode): Promise<ResultNode[]> {
    if (node === undefined) return this.roots();
    if (node.kind === 'jobs') return this.jobs.list().map((job) => ({ kind: 'job', job }));
    if (node.kind === 'group') {
      this.noteOpen(node);
      return node.group.results.map((result) => ({ kind: 'result', result }));
    }
    return [];
  }

  getTreeItem(node: ResultNode): TreeItem {
    switch (node.kind) {
      case 'jobs':
        return jobsItem(this.jobs.list());
      case 'job':
        return jobItem(node.job);
      case 'group':
        return groupItem(node.group);
      case 'result':
        return resultItem(node.result);
    }
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
  }

  /** Only groups that are open have their inputs compared: those of others are not read. */
  private noteOpen(node: ResultNode): void {
    if (node.kind !== 'group') return;
    this.open.set(groupKey(node), node.group.results);
    void this.compareContents(node.group.results);
  }

  private async compareContents(results: readonly ListedResult[]): Promise<void> {
    if (this.view.visible && (await this.contents.look(results))) await this.refresh();
  }

  /** Makes the tree anew where it would be another: while it is made, VS Code does not know what is clicked in it. */
  private async refresh(): Promise<void> {
    if (signatureOf(await this.results()) !== this.shown) this.changed.fire(undefined);
    else await this.compareContents([...this.open.values()].flat());
  }

  private async roots(): Promise<ResultNode[]> {
    const results = await this.results();
    this.shown = signatureOf(results);
    this.withJobs = this.jobs.list().length > 0;
    const groups = groupsOf(results, this.words).map((group): ResultNode => ({ kind: 'group', group }));
    return this.withJobs ? [JOBS, ...groups] : groups;
  }

  private async results(): Promise<ListedResult[]> {
    const stored = await this.library.list();
    const others = await outOfDate(stored);
    this.sources = new Set(stored.flatMap(({ inputs }) => inputs.map(({ path }) => path)));
    return stored.map((result) => {
      const changed = others.get(result.folder.toString()) ?? this.contents.reason(result);
      return { ...result, name: basename(result.folder), ...(changed !== undefined && { changed }) };
    });
  }
}

function jobsItem(jobs: readonly Job[]): TreeItem {
  const item = new TreeItem(l10n.t('Runs'), TreeItemCollapsibleState.Expanded);
  item.id = 'jobs';
  item.description = countsText(jobs);
  return item;
}

/** What of results is to be seen in the tree. */
function signatureOf(results: readonly ListedResult[]): string {
  return JSON.stringify(
    results.map(({ folder, created, summary, study, changed }) => [folder.path, created, summary, study, changed]),
  );
}

function groupKey(node: ResultNode): string {
  return node.kind === 'group' ? `${node.group.kind} ${node.group.label}` : node.kind;
}

/** "2 running, 1 queued" */
export function countsText(jobs: readonly Job[]): string {
  const states = ['running', 'queued', 'paused', 'failed'] as const;
  const counts = states.map((state) => [jobs.filter((job) => job.state === state).length, stateText(state)] as const);
  return counts.flatMap(([count, text]) => (count > 0 ? [`${count} ${text}`] : [])).join(', ');
}

function jobItem({ id, title, state, message, share, resumes }: Job): TreeItem {
  const item = new TreeItem(title);
  item.id = `job ${id}`;
  item.description = share === undefined ? message : `${percent(share)} · ${message}`;
  item.tooltip = `${title}: ${message}`;
  item.iconPath = new ThemeIcon(JOB_ICONS[state]);
  // Read by the `when` clauses of the buttons: only what can go on where it stopped can be paused.
  item.contextValue = state === 'running' && resumes ? 'job-running-resumes' : `job-${state}`;
  item.accessibilityInformation = { label: `${title}, ${stateText(state)}, ${item.description}` };
  return item;
}

function groupItem({ kind, label, results }: ResultGroup<ListedResult>): TreeItem {
  const item = new TreeItem(groupText(kind, label), TreeItemCollapsibleState.Expanded);
  item.id = `group ${kind} ${label}`;
  item.description = String(results.length);
  item.iconPath = new ThemeIcon(GROUP_ICONS[kind]);
  item.contextValue = 'group';
  return item;
}

function resultItem({ folder, title, name, summary, created, changed }: ListedResult): TreeItem {
  const when = ageText(created, new Date());
  const item = new TreeItem(isDefaultName(name) ? title : name);
  item.id = folder.toString();
  const state = changed === undefined ? '' : `${changed} · `;
  item.description = `${state}${when} · ${summary}`;
  item.tooltip = new MarkdownString().appendText(
    `${title} · ${state}${created.toLocaleString()}\n\n${summary}\n\n${folder.fsPath}`,
  );
  item.iconPath = new ThemeIcon(changed === undefined ? 'graph' : 'history');
  item.contextValue = 'result';
  item.command = { title: l10n.t('Open'), command: RESULT_COMMANDS.open, arguments: [folder] };
  item.accessibilityInformation = { label: `${title}, ${name}, ${state}${when}, ${summary}` };
  return item;
}

/** The name of a group that is named after no study and no model comes from us. */
function groupText(kind: ResultGroup<ListedResult>['kind'], label: string): string {
  if (kind === 'several') return l10n.t('Several models');
  return kind === 'none' ? l10n.t('Without a model') : label;
}

function stateText(state: Job['state']): string {
  switch (state) {
    case 'queued':
      return l10n.t('queued');
    case 'running':
      return l10n.t('running');
    case 'paused':
      return l10n.t('paused');
    case 'failed':
      return l10n.t('failed');
  }
}

/** A name that nobody has chosen says less than the analysis' title. */
function isDefaultName(name: string): boolean {
  return /-\d{8}-\d{6}(-\d+)?$/.test(name);
}
