import { commands, l10n, Uri, window, workspace } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import type { Outcome } from '../engine/client';
import { catalog } from '../analyses/catalog';
import { keptOf } from '../engine/kept';
import { messageOf, UserError } from '../shared/errors';
import type { Kept } from '../shared/errors';
import type { Engine } from './engine';
import type { JobReport } from './jobs';
import type { ModelFolders } from './modelFolders';
import { openResultPanel } from './resultEditor';
import { asEditorSettings } from './settingNames';
import type { SaeFolders } from './saeFolders';
import { runWithProgress } from './runProgress';
import type { Run } from './runProgress';
import type { WorkspaceResults } from './workspaceResults';

/** What the commands that run analyses need of their surroundings. */
export interface CommandParts {
  readonly engine: Engine;
  readonly models: ModelFolders;
  readonly results: WorkspaceResults;
  readonly saes: SaeFolders;
  readonly log: LogOutputChannel;
}

/** Runs a command; what fails is shown, never thrown. */
export async function guarded(log: LogOutputChannel, command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    if (!(error instanceof UserError)) log.error(error instanceof Error ? error : String(error));
    await showFailure(messageOf(error), error instanceof UserError, log);
  }
}

/** Runs a job under a progress notification and in the list of runs, and opens its result. */
export async function runAndOpen(title: string, run: Run, parts: Pick<CommandParts, 'engine' | 'log'>): Promise<void> {
  const { engine, log } = parts;
  log.info(`${run.job.analysis} ${JSON.stringify(run.job)}`);
  const abort = new AbortController();
  const again = (): void => void guarded(log, () => runAndOpen(title, { job: run.job }, parts));
  const resumes = catalog.find(({ id }) => id === run.job.analysis)?.resumes === true;
  const { analysis } = run.job;
  const report = engine.jobs.begin({ title, analysis, resumes, cancel: () => abort.abort(), again });
  const follower = { abort, step: (message: string, share?: number) => report.running(message, share) };
  const outcome = await ended(report, async () => {
    const client = await engine.client();
    const end = await runWithProgress(title, { client, log, panelAssets: engine.panelAssets }, run, follower);
    return end.kind === 'failed' ? { ...end, message: asEditorSettings(end.message, analysis) } : end;
  });
  const kept = outcome.kind === 'cancelled' ? await keptOf(run.job.out) : undefined;
  if (kept === undefined) await present(outcome, log);
  else await presentKept(title, kept, log);
}

/** Tells the list of runs how one ended, also where it never began: an engine that does not start leaves none waiting. */
async function ended(report: JobReport, run: () => Promise<Outcome>): Promise<Outcome> {
  try {
    const outcome = await run();
    report.end(outcome);
    return outcome;
  } catch (error) {
    report.end({ kind: 'failed', message: messageOf(error) });
    throw error;
  }
}

/** The engine's answer to a question; `undefined` where it was cancelled. @throws what made it fail, for `guarded` */
export function answerOf<T extends { readonly kind: 'done' }>(
  outcome: T | Exclude<Outcome, { kind: 'done' }>,
): T | undefined {
  if (outcome.kind === 'cancelled') return undefined;
  if (outcome.kind === 'done') return outcome;
  throw outcome.user ? new UserError(outcome.message) : new Error(outcome.message);
}

/** Opens the result, or says why there is none. */
export async function present(outcome: Outcome, log: LogOutputChannel): Promise<void> {
  switch (outcome.kind) {
    case 'done': {
      log.info(`${outcome.out}: ${outcome.summary}`);
      for (const warning of outcome.warnings) log.warn(warning);
      await openResultPanel(Uri.file(outcome.out));
      return;
    }
    case 'cancelled':
      log.info('Cancelled; nothing was written.');
      return;
    case 'failed':
      log.error(outcome.message);
      await showFailure(outcome.message, outcome.user, log);
  }
}

/** Says what a cancelled run has left on purpose, and where. */
async function presentKept(title: string, { folder, what }: Kept, log: LogOutputChannel): Promise<void> {
  log.info(`Cancelled; ${what} is in ${folder}`);
  const show = l10n.t('Show in Explorer');
  const place = workspace.asRelativePath(folder);
  const answer = await window.showInformationMessage(
    l10n.t('{0} was cancelled. The best so far ({1}) is in {2}.', title, what, place),
    show,
  );
  if (answer === show) await commands.executeCommand('revealInExplorer', Uri.file(folder));
}

/** A person's own mistake as it is; ours with the way to the log. */
async function showFailure(message: string, user: boolean, log: LogOutputChannel): Promise<void> {
  const show = l10n.t('Show Log');
  const answer = await window.showErrorMessage(`Brainlens: ${message}`, ...(user ? [] : [show]));
  if (answer === show) log.show();
}
