import { l10n, ProgressLocation, Uri, window, workspace } from 'vscode';
import { previousFolder } from '../../engine/store';
import { rememberEnd } from '../../engine/study/failures';
import { openStudy } from '../../engine/study/open';
import type { OpenedStudy } from '../../engine/study/open';
import { recordOf } from '../../engine/study/record';
import { Cancelled, messageOf, UserError } from '../../shared/errors';
import { parseBytes } from '../../shared/memory-size';
import { describeProgress, PaceMeter } from '../../shared/progress';
import type { SharedSettings } from '../../study/job';
import { withNeeds } from '../../study/order';
import type { StudyRun } from '../../study/plan';
import type { RunState } from '../../study/state';
import type { StudySettings } from '../../study/study';
import { guarded } from '../analysisRun';
import type { CommandParts } from '../analysisRun';
import { mayRun } from '../modelChoice';
import { basename, parent } from '../paths';
import { openResultPanel } from '../resultEditor';
import { recordedResult } from '../recordedResult';
import { openComparison } from '../results/comparisonPanel';
import type { ListedResult } from '../results/view';
import { resultsFolderIn } from '../resultsFolder';
import { readSettings } from '../settings';
import { failuresOf, resultToOpen, runStudyJobs } from './jobs';
import type { RunEnd } from './jobs';

const REPORT_MS = 250;

/** Which runs of a study are asked for. */
export interface StudyChoice {
  /** Name of an analysis: it and what it needs; absent: all. */
  readonly only?: string;
  /** Makes those that are up to date, too. */
  readonly force?: boolean;
}

/** Where results of a study go: the workspace folder of its file, else the file's own folder. */
export function homeOf(file: Uri): Uri {
  return workspace.getWorkspaceFolder(file)?.uri ?? parent(file);
}

/**
 * *Brainlens: Run Study*: makes what is out of date of a study, under a progress notification and in the list of runs.
 * @param named a Uri of a study file, or its text; otherwise that of the active editor
 */
export async function runStudy(named: unknown, choice: StudyChoice, parts: CommandParts): Promise<void> {
  await guarded(parts.log, async () => {
    if (!(await mayRun(workspace.isTrusted))) return;
    const file = named instanceof Uri ? named : window.activeTextEditor?.document.uri;
    if (file === undefined || !/\.study\.ya?ml$/i.test(file.path))
      throw new UserError(l10n.t('No study file is open'), l10n.t('Open a file that is called <name>.study.yaml.'));
    // What is run is what is seen.
    await workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString())?.save();
    await runStudyFile(file, choice, parts);
  });
}

/** Runs a study file as it lies on the disk. @throws UserError for a study that cannot run at all */
export async function runStudyFile(
  file: Uri,
  { only, force = false }: StudyChoice,
  parts: CommandParts,
): Promise<void> {
  const place = homeOf(file);
  const home = place.fsPath;
  const study = await openStudy(file.fsPath, home, { results: resultsFolderIn(place) });
  const runs = only === undefined ? study.plan.runs : withNeeds(study.plan.runs, ({ analysis }) => analysis === only);
  const shared = sharedSettings(study.settings, home, parts.engine.cacheFolder);
  const ends = await follow(
    l10n.t('Study {0}', study.plan.name),
    study,
    runs,
    shared,
    { ...(only !== undefined && { only }), force },
    parts,
  );
  if (ends === undefined) return parts.log.info(`${file.fsPath}: cancelled; what was made stays.`);
  const failures = failuresOf(ends);
  const result = resultToOpen(ends);
  if (result !== undefined) await openResultPanel(Uri.file(result));
  else if (failures === undefined)
    void window.showInformationMessage(l10n.t('{0}: all runs are up to date ({1}).', basename(file), ends.length));
  if (failures === undefined) return;
  parts.log.error(failures);
  await window.showErrorMessage(`Brainlens: ${failures}`);
}

/** Runs of one study file come one after another: two at once would make the same results. */
const underway = new Map<string, Promise<unknown>>();

/** Shows the runs as they go, when it is their turn; `undefined` where they were cancelled. */
function follow(
  title: string,
  { file }: OpenedStudy,
  runs: readonly StudyRun[],
  shared: SharedSettings,
  choice: StudyChoice,
  parts: CommandParts,
): Thenable<readonly RunEnd[] | undefined> {
  const { engine, log } = parts;
  const abort = new AbortController();
  // What was made stays, so that a study always goes on where it stopped.
  const again = (): void => void runStudy(Uri.file(file), choice, parts);
  const report = engine.jobs.begin({ title, analysis: 'run', resumes: true, cancel: () => abort.abort(), again });
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  const before = underway.get(file);
  const over = window.withProgress(options, async (progress, token) => {
    token.onCancellationRequested(() => abort.abort());
    const pace = new PaceMeter();
    let reported = -Infinity;
    const around = { ...shared, samples: engine.samples };
    try {
      const client = await engine.client();
      await Promise.race([before, abortOf(abort.signal)]);
      const ends = await runStudyJobs(runs, client, shared, {
        signal: abort.signal,
        force: choice.force === true,
        look: (run, input) => lookAt(run, input, { ...shared, file }, parts),
        record: (run, input) => recordOf(run, input, file, around),
        remember: ({ out }, failure) => rememberEnd(out, failure),
        onProgress: (place, step) => {
          const now = performance.now();
          const message = `${place} · ${describeProgress(step, pace.measure(step, now))}`;
          if (now - reported < REPORT_MS) return;
          reported = now;
          progress.report({ message });
          report.running(message);
        },
      });
      report.end({ kind: 'done' });
      return ends;
    } catch (error) {
      if (!(error instanceof Cancelled)) {
        report.end({ kind: 'failed', message: messageOf(error) });
        throw error;
      }
      report.end({ kind: 'cancelled' });
      log.info(`${title} was cancelled.`);
      return undefined;
    }
  });
  const settled = Promise.allSettled([before, over]);
  underway.set(file, settled);
  void settled.then(() => underway.get(file) === settled && underway.delete(file));
  return over;
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** What a look at a run of a study goes by; `file` is the study's, absolute. */
export type StudySurroundings = Pick<SharedSettings, 'seed' | 'cacheFolder' | 'workspace'> & { readonly file: string };

/** How a run stands, by the contents of its inputs: the engine hashes them. @throws what it fails with, or Cancelled */
export async function lookAt(
  { spec, out }: Pick<StudyRun, 'spec' | 'out'>,
  input: Readonly<Record<string, unknown>>,
  { file, seed, cacheFolder, workspace: home }: StudySurroundings,
  { engine }: Pick<CommandParts, 'engine'>,
): Promise<RunState> {
  const client = await engine.client();
  const look = { analysis: spec.id, input: { ...input }, out, file, seed, cacheFolder, workspace: home };
  const outcome = await client.look(look);
  if (outcome.kind === 'done') return outcome.state;
  if (outcome.kind === 'cancelled') throw new Cancelled();
  throw outcome.user ? new UserError(outcome.message) : new Error(outcome.message);
}

/** The editor's settings, where the study does not have its own. */
export function sharedSettings(study: StudySettings, home: string, cacheFolder: string): SharedSettings {
  const settings = readSettings();
  const memory = typeof study.memory === 'string' ? parseBytes(study.memory) : study.memory;
  return {
    ...settings,
    memory: memory ?? settings.memory,
    threads: study.threads ?? settings.threads,
    executor: study.executor ?? settings.executor,
    seed: study.seed ?? 0,
    cacheFolder,
    workspace: home,
  };
}

/**
 * *Compare with Previous*: a result of a study beside the one that it has taken the place of.
 * @param out its folder
 */
export async function comparePrevious(out: Uri, { engine, log }: CommandParts): Promise<void> {
  await guarded(log, async () => {
    const both = await Promise.all([
      named(Uri.file(previousFolder(out.fsPath)), l10n.t('previous')),
      named(out, basename(out)),
    ]);
    await openComparison(both, engine.panelAssets, log);
  });
}

async function named(folder: Uri, name: string): Promise<ListedResult> {
  const result = await recordedResult(Uri.joinPath(folder, 'result.json'));
  if (result === undefined)
    throw new UserError(l10n.t('{0} holds no result', folder.fsPath), l10n.t('Run the study again.'));
  return { ...result, name };
}
