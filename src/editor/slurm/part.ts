import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { commands, Disposable, Uri, workspace } from 'vscode';
import { cancelStudy, readStatus } from '../../cluster/gather';
import { clusterFolder } from '../../cluster/record';
import type { CommandParts } from '../analysisRun';
import { guarded } from '../analysisRun';
import { knownResultsFolder } from '../resultsFolder';
import { hasSlurm } from './available';
import { cancelOnSlurm, runOnSlurm } from './commands';
import type { SlurmParts } from './commands';
import { ClusterRuns } from './follow';
import { ScriptView } from './scriptView';

/** *Run on Slurm* and *Cancel on Slurm*, and the runs of the workspace that are on the cluster; nothing where there is none. */
export async function slurmPart({ engine, log }: Pick<CommandParts, 'engine' | 'log'>): Promise<Disposable> {
  const here = hasSlurm();
  await commands.executeCommand('setContext', 'brainlens.slurm', here);
  if (!here) return Disposable.from();
  const scripts = new ScriptView();
  const runs = new ClusterRuns({
    jobs: engine.jobs,
    read: (folder) => readStatus(folder),
    cancel: async (folder, run) => void (await cancelStudy(folder, run)),
    again: (file) => void guarded(log, () => runOnSlurm(Uri.file(file), parts)),
    warn: (message) => log.warn(message),
  });
  const parts: SlurmParts = { engine, log, scripts, runs, program: engine.commandLine };
  const on = (id: string, run: (file: unknown, all: SlurmParts) => Promise<void>): Disposable =>
    commands.registerCommand(`brainlens.${id}`, (file?: unknown) => guarded(log, () => run(file, parts)));
  const followAll = async (): Promise<void> => {
    if (workspace.isTrusted) for (const folder of await submitted()) void runs.follow(folder);
  };
  void followAll();
  return Disposable.from(
    scripts,
    runs,
    on('runOnSlurm', runOnSlurm),
    on('cancelOnSlurm', cancelOnSlurm),
    workspace.onDidGrantWorkspaceTrust(() => void followAll()),
  );
}

/** Folders of scripts of the workspace's studies. */
async function submitted(): Promise<string[]> {
  const roots = (workspace.workspaceFolders ?? []).map(({ uri }) => join(uri.fsPath, knownResultsFolder(uri)));
  const all: string[] = [];
  for (const root of roots) {
    for (const name of await readdir(root).catch(() => [])) all.push(clusterFolder(join(root, name)));
  }
  return all.filter((folder) => existsSync(join(folder, 'jobs.json')));
}
