import { join } from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import { cancelStudy } from '../../cluster/gather';
import { digestOf } from '../../cluster/digest';
import { keyOf } from '../../cluster/jobs';
import { clusterFolder } from '../../cluster/record';
import { RESULTS_FOLDER } from '../../shared/results-folder';
import { UserError } from '../../shared/errors';
import { resultsOf, studyNameOf } from '../../study/study';
import { parseYaml } from '../../yaml/syntax';
import type { CommandParts } from '../analysisRun';
import { mayRun } from '../modelChoice';
import { basename } from '../paths';
import { resultsFolderIn } from '../resultsFolder';
import { homeOf } from '../study/run';
import { runCommandLine } from './commandLine';
import type { Ran } from './commandLine';
import type { ClusterRuns } from './follow';
import type { ScriptView } from './scriptView';
import { readSlurmSettings } from './settings';

/** What the commands of Slurm need of their surroundings. */
export interface SlurmParts extends Pick<CommandParts, 'engine' | 'log'> {
  /** `dist/cli.js`. */
  readonly program: string;
  readonly scripts: ScriptView;
  readonly runs: ClusterRuns;
}

/**
 * *Run on Slurm*: shows the scripts of what is out of date of a study, asks, and submits them.
 * @param named a Uri of a study file; otherwise the study of the active editor
 * @throws UserError
 */
export async function runOnSlurm(named: unknown, parts: SlurmParts): Promise<void> {
  if (!(await mayRun(workspace.isTrusted))) return;
  const file = studyFile(named);
  // What is submitted is what is seen.
  await workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString())?.save();
  const name = studyNameOf(basename(file));
  const planned = await commandLine(file, ['--dry-run'], parts);
  for (const line of linesOf(planned.stderr)) parts.log.warn(`${name}: ${line}`);
  const scripts = planned.stdout.match(/^#!/gm)?.length ?? 0;
  if (scripts === 0) {
    const said = linesOf(planned.stderr).join(' · ');
    void window.showInformationMessage(said === '' ? l10n.t('There is nothing to submit of {0}.', name) : said);
    return;
  }
  await parts.scripts.show(name, planned.stdout);
  const yes = l10n.t('Submit');
  const question = l10n.t('Submit {0} jobs of {1} to Slurm?', scripts, name);
  const detail = l10n.t('Their scripts are open in the editor. They run on the cluster with your permissions.');
  if ((await window.showWarningMessage(question, { modal: true, detail }, yes)) !== yes) return;
  const { stderr } = await commandLine(file, ['--expect', digestOf(planned.stdout)], parts);
  for (const line of linesOf(stderr)) parts.log.info(`${name}: ${line}`);
  void window.showInformationMessage(linesOf(stderr).at(-1) ?? '');
  await parts.runs.follow(await scriptsOf(file));
}

/** *Cancel on Slurm*: `scancel` of all that waits or runs of a study; what was made stays. @throws UserError */
export async function cancelOnSlurm(named: unknown, parts: SlurmParts): Promise<void> {
  if (!(await mayRun(workspace.isTrusted))) return;
  const file = studyFile(named);
  const folder = await scriptsOf(file);
  const jobs = await cancelStudy(folder);
  const name = studyNameOf(basename(file));
  for (const job of jobs) parts.log.info(`${name}: scancel ${job.id} (${keyOf(job)})`);
  void window.showInformationMessage(
    jobs.length === 0
      ? l10n.t('Nothing of {0} waits or runs on Slurm.', name)
      : l10n.t('{0}: {1} jobs are being cancelled; what was made stays.', name, jobs.length),
  );
  await parts.runs.follow(folder);
}

function studyFile(named: unknown): Uri {
  const file = named instanceof Uri ? named : window.activeTextEditor?.document.uri;
  if (file !== undefined && /\.study\.ya?ml$/i.test(file.path)) return file;
  throw new UserError(l10n.t('No study file is open'), l10n.t('Open a file that is called <name>.study.yaml.'));
}

/** `brainlens run --engine slurm` of a study, in the folder where its results go. */
async function commandLine(file: Uri, args: readonly string[], { program, engine }: SlurmParts): Promise<Ran> {
  const results = await resultsArgs(file);
  return runCommandLine({
    program,
    args: ['run', file.fsPath, '--engine', 'slurm', '--json', ...results, ...args],
    folder: homeOf(file).fsPath,
    cacheFolder: engine.cacheFolder,
    slurm: JSON.stringify(readSlurmSettings()),
  });
}

/** The setting names the folder of results where the study does not. */
async function resultsArgs(file: Uri): Promise<string[]> {
  const folder = resultsFolderIn(homeOf(file));
  return folder === RESULTS_FOLDER || (await resultsOfStudy(file)) !== undefined ? [] : ['--results', folder];
}

async function scriptsOf(file: Uri): Promise<string> {
  const home = homeOf(file);
  const results = (await resultsOfStudy(file)) ?? resultsFolderIn(home);
  return clusterFolder(join(home.fsPath, results, studyNameOf(basename(file))));
}

async function resultsOfStudy(file: Uri): Promise<string | undefined> {
  return resultsOf(parseYaml(new TextDecoder().decode(await workspace.fs.readFile(file))));
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
