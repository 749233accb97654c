import { l10n, Uri, window, workspace } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { readResult } from '../engine/store';
import { messageOf } from '../shared/errors';
import { basename, exists, parent } from './paths';
import { homeOfResult } from './recordedResult';
import type { WorkspaceResults } from './workspaceResults';

interface Item extends QuickPickItem {
  readonly folder: Uri;
}

/** The localization to go on from: the one clicked, else one of the workspace's. `undefined` when the person leaves. */
export async function chooseLocalization(
  clicked: Uri | undefined,
  results: WorkspaceResults,
  title: string,
): Promise<Uri | undefined> {
  if (clicked !== undefined) return parent(clicked);
  const items = await itemsOf(results);
  const chosen = await window.showQuickPick(items, {
    title,
    placeHolder: l10n.t('Which units?'),
    ignoreFocusOut: true,
  });
  return chosen?.folder;
}

/** Two or more localizations; `undefined` when the person leaves. */
export async function chooseLocalizations(
  results: WorkspaceResults,
  title: string,
): Promise<readonly Uri[] | undefined> {
  for (;;) {
    const chosen = await window.showQuickPick(await itemsOf(results), {
      title,
      placeHolder: l10n.t('Which networks? Choose two or more localizations of one model'),
      canPickMany: true,
      ignoreFocusOut: true,
    });
    if (chosen === undefined) return undefined;
    if (chosen.length >= 2) return chosen.map(({ folder }) => folder);
    await window.showInformationMessage(l10n.t('Choose at least two localizations to compare.'));
  }
}

/** How many units the localized model has in all. */
export async function unitsOf(localization: Uri): Promise<number> {
  const { result } = await readResult(localization.fsPath);
  return Number(result['layers']) * Number(result['width']);
}

/** The model that a localization was made on, where it still lies there. */
export async function modelOf(localization: Uri): Promise<Uri | undefined> {
  const { spec } = await readResult(localization.fsPath);
  const path = spec['model'];
  if (typeof path !== 'string') return undefined;
  const absolute = path.startsWith('/') || /^[A-Za-z]:/.test(path);
  const candidates = absolute ? [Uri.file(path)] : homesOf(localization).map((home) => Uri.joinPath(home, path));
  for (const model of candidates) if (await exists(model)) return model;
  return undefined;
}

/**
 * Folders that a result's paths may be relative to: its workspace folder, and where a command line may have been run, the
 * folder that holds `.brainlens`.
 */
function homesOf(localization: Uri): Uri[] {
  const around = homeOfResult(localization) ?? parent(localization);
  const folder = workspace.getWorkspaceFolder(localization)?.uri;
  return folder === undefined || folder.path === around.path ? [around] : [folder, around];
}

async function itemsOf(results: WorkspaceResults): Promise<Item[]> {
  const found = await results.list('localize');
  return Promise.all(
    found.map(async ({ folder }) => ({
      label: `$(symbol-array) ${basename(folder)}`,
      folder,
      ...(await wordsOf(folder)),
    })),
  );
}

/** Which network of which model, and the result in one line; of a broken result what is wrong with it. */
async function wordsOf(folder: Uri): Promise<Pick<QuickPickItem, 'description' | 'detail'>> {
  try {
    const { spec, result, summary } = await readResult(folder.fsPath);
    const model = String(spec['model']).split('/').at(-1);
    const weights = spec['untrained'] === undefined ? '' : `, ${l10n.t('random weights')}`;
    return { description: `${String(result['network'] ?? 'custom')} · ${model}${weights}`, detail: summary };
  } catch (error) {
    return { detail: messageOf(error) };
  }
}
