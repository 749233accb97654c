import { join } from 'node:path';
import type { Uri } from 'vscode';
import { l10n, window, workspace } from 'vscode';
import { defaultResultFolder } from '../engine/store';
import { resultsFolderIn } from './resultsFolder';

/** Where a run writes: the result folder, and the folder that provenance paths are relative to. */
export interface ResultPlace {
  readonly workspace: string;
  readonly out: string;
}

/**
 * `<results>/<verb>-<time>` in the workspace folder of the model, else in the first one; without a workspace the person
 * chooses a folder. `undefined` when they leave.
 */
export async function resultPlace(verb: string, model: Uri, now: Date): Promise<ResultPlace | undefined> {
  const home = workspace.getWorkspaceFolder(model)?.uri ?? workspace.workspaceFolders?.[0]?.uri ?? (await askFolder());
  return home && placeIn(home, verb, now);
}

/** `<results>/<verb>-<time>` in a folder. @throws UserError where the setting names no folder below it */
export function placeIn(home: Uri, verb: string, now: Date): ResultPlace {
  return { workspace: home.fsPath, out: join(home.fsPath, defaultResultFolder(verb, now, resultsFolderIn(home))) };
}

async function askFolder(): Promise<Uri | undefined> {
  const chosen = await window.showOpenDialog({
    title: l10n.t('No folder is open. Where shall the result go? A folder of results is made in it'),
    openLabel: l10n.t('Write Results Here'),
    canSelectFolders: true,
    canSelectFiles: false,
  });
  return chosen?.[0];
}
