import { join } from 'node:path';
import type { Uri } from 'vscode';
import { window, workspace } from 'vscode';
import { defaultResultFolder } from '../engine/store';

/** Where a run writes: the result folder, and the folder that provenance paths are relative to. */
export interface ResultPlace {
  readonly workspace: string;
  readonly out: string;
}

/**
 * `.brainlens/<verb>-<time>` in the workspace folder of the model, else in the first one; without a workspace the person
 * chooses a folder. `undefined` when they leave.
 */
export async function resultPlace(verb: string, model: Uri, now: Date): Promise<ResultPlace | undefined> {
  const home = workspace.getWorkspaceFolder(model)?.uri ?? workspace.workspaceFolders?.[0]?.uri ?? (await askFolder());
  return home && placeIn(home, verb, now);
}

/** `.brainlens/<verb>-<time>` in a folder. */
export function placeIn(home: Uri, verb: string, now: Date): ResultPlace {
  return { workspace: home.fsPath, out: join(home.fsPath, defaultResultFolder(verb, now)) };
}

async function askFolder(): Promise<Uri | undefined> {
  const chosen = await window.showOpenDialog({
    title: 'No folder is open. Where shall the result go? (.brainlens is made in it)',
    openLabel: 'Write Results Here',
    canSelectFolders: true,
    canSelectFiles: false,
  });
  return chosen?.[0];
}
