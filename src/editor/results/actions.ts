import { commands, Disposable, l10n, Uri, window, workspace } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import { UserError } from '../../shared/errors';
import { guarded } from '../analysisRun';
import type { Engine } from '../engine';
import { basename, exists, parent } from '../paths';
import { openReport } from '../report';
import { openComparison } from './comparisonPanel';
import type { ListedResult, ResultNode, ResultsView } from './view';

/** What the actions of the view need of their surroundings. */
export interface ViewParts {
  readonly view: ResultsView;
  readonly engine: Engine;
  readonly log: LogOutputChannel;
}

/** Registers what the buttons and menus of the results view do. */
export function registerViewActions({ view, engine, log }: ViewParts): Disposable {
  const on = (id: string, act: (nodes: readonly ResultNode[]) => Promise<void> | void): Disposable =>
    commands.registerCommand(`brainlens.${id}`, (node?: ResultNode, selected?: readonly ResultNode[]) =>
      guarded(log, async () => act(known(selected ?? (node === undefined ? view.selection : [node])))),
    );
  const onJob = (id: string, act: (job: number) => void): Disposable =>
    on(id, (nodes) => nodes.forEach((node) => node.kind === 'job' && act(node.job.id)));
  const { jobs, panelAssets } = engine;
  return Disposable.from(
    on('filterResults', () => askFilter(view)),
    on('clearResultFilter', () => void (view.filter = '')),
    on('compareResults', async (nodes) => void (await openComparison(resultsOf(nodes), panelAssets, log))),
    on('reportResult', async (nodes) => {
      for (const { folder } of resultsOf(nodes)) await openReport(folder, panelAssets);
    }),
    on('renameResult', async (nodes) => {
      const [result] = resultsOf(nodes);
      if (result !== undefined) await rename(result);
    }),
    on('deleteResult', (nodes) => remove(resultsOf(nodes))),
    onJob('cancelJob', (job) => jobs.cancel(job)),
    onJob('pauseJob', (job) => jobs.pause(job)),
    onJob('resumeJob', (job) => jobs.resume(job)),
    onJob('dismissJob', (job) => jobs.forget(job)),
  );
}

/** What VS Code still knows of what was clicked: a tree that is being made anew has lost it. */
function known(nodes: readonly (ResultNode | undefined)[]): readonly ResultNode[] {
  const left = nodes.filter((node) => node !== undefined);
  if (left.length === nodes.length) return left;
  throw new UserError(l10n.t('The list of results was being renewed'), l10n.t('Choose again.'));
}

function resultsOf(nodes: readonly ResultNode[]): ListedResult[] {
  return nodes.flatMap((node) => (node.kind === 'result' ? [node.result] : []));
}

async function askFilter(view: ResultsView): Promise<void> {
  const words = await window.showInputBox({
    title: l10n.t('Filter Results'),
    prompt: l10n.t('Words that occur in the title, summary, name, study or model; empty shows all'),
    value: view.filter,
  });
  if (words === undefined) return;
  view.filter = words;
}

async function rename({ folder, name }: ListedResult): Promise<void> {
  const chosen = await window.showInputBox({
    title: l10n.t('Rename {0}', name),
    value: name,
    validateInput: (text) => nameProblem(text.trim()),
  });
  if (chosen === undefined || chosen.trim() === name) return;
  const target = Uri.joinPath(parent(folder), chosen.trim());
  if (await exists(target))
    throw new UserError(l10n.t('{0} is there already', basename(target)), l10n.t('Choose another name.'));
  await workspace.fs.rename(folder, target, { overwrite: false });
}

/** What is wrong with a name of a folder; `undefined` where nothing is. */
function nameProblem(name: string): string | undefined {
  if (name === '') return l10n.t('A result needs a name.');
  if (/[\\/:*?"<>|]/.test(name) || name.startsWith('.'))
    return l10n.t('No {0} and no leading dot.', '\\ / : * ? " < > |');
  return undefined;
}

async function remove(results: readonly ListedResult[]): Promise<void> {
  if (results.length === 0) return;
  const what = results.length === 1 ? results[0]!.name : l10n.t('{0} results', results.length);
  const yes = l10n.t('Move to Trash');
  if ((await window.showWarningMessage(l10n.t('Move {0} to the trash?', what), { modal: true }, yes)) !== yes) return;
  for (const { folder } of results) {
    try {
      await workspace.fs.delete(folder, { recursive: true, useTrash: true });
    } catch {
      // Remote machines and containers often have no trash.
      await removeForGood(folder);
    }
  }
}

async function removeForGood(folder: Uri): Promise<void> {
  const yes = l10n.t('Delete for Good');
  const question = l10n.t('There is no trash for {0}. Delete it for good?', basename(folder));
  if ((await window.showWarningMessage(question, { modal: true }, yes)) !== yes) return;
  await workspace.fs.delete(folder, { recursive: true, useTrash: false });
}
