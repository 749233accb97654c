import { Uri, window, workspace } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { readResult } from '../engine/store';
import { messageOf } from '../shared/errors';
import type { Localizations } from './localizations';
import { basename, displayPath, parent } from './paths';

interface Item extends QuickPickItem {
  readonly folder: Uri;
}

/** The localization to go on from: the one clicked, else one of the workspace's. `undefined` when the person leaves. */
export async function chooseLocalization(
  clicked: Uri | undefined,
  localizations: Localizations,
  title: string,
): Promise<Uri | undefined> {
  if (clicked !== undefined) return parent(clicked);
  const items = await itemsOf(localizations);
  const chosen = await window.showQuickPick(items, { title, placeHolder: 'Which units?', ignoreFocusOut: true });
  return chosen?.folder;
}

/** Two or more localizations; `undefined` when the person leaves. */
export async function chooseLocalizations(
  localizations: Localizations,
  title: string,
): Promise<readonly Uri[] | undefined> {
  for (;;) {
    const chosen = await window.showQuickPick(await itemsOf(localizations), {
      title,
      placeHolder: 'Which networks? Choose two or more localizations of one model',
      canPickMany: true,
      ignoreFocusOut: true,
    });
    if (chosen === undefined) return undefined;
    if (chosen.length >= 2) return chosen.map(({ folder }) => folder);
    await window.showInformationMessage('Choose at least two localizations to compare.');
  }
}

/** The model that a localization was made on, where it still lies there. */
export async function modelOf(localization: Uri): Promise<Uri | undefined> {
  const { spec } = await readResult(localization.fsPath);
  const path = spec['model'];
  if (typeof path !== 'string') return undefined;
  const home = workspace.getWorkspaceFolder(localization)?.uri ?? parent(parent(localization));
  const model = path.startsWith('/') || /^[A-Za-z]:/.test(path) ? Uri.file(path) : Uri.joinPath(home, path);
  try {
    await workspace.fs.stat(model);
    return model;
  } catch {
    return undefined;
  }
}

async function itemsOf(localizations: Localizations): Promise<Item[]> {
  const found = await localizations.list();
  return Promise.all(
    found.map(async ({ folder }) => ({
      label: `$(symbol-array) ${basename(folder)}`,
      description: displayPath(parent(parent(folder))),
      detail: await readResult(folder.fsPath).then(({ summary }) => summary, messageOf),
      folder,
    })),
  );
}
