import { l10n, Uri, workspace } from 'vscode';
import { UserError } from '../shared/errors';
import { RESULTS_FOLDER, resultsFolderOf } from '../shared/results-folder';

/** A folder of results, and the folder that paths in its results are relative to. */
export interface ResultRoot {
  readonly home: Uri;
  readonly root: Uri;
}

/**
 * The folder of results below `home` as `brainlens.resultsFolder` has it there: `.brainlens`, `out/brainlens`.
 * @throws UserError for a setting that is no path below the workspace folder
 */
export function resultsFolderIn(home: Uri): string {
  const text = settingFor(home);
  const folder = resultsFolderOf(text);
  if (folder !== undefined) return folder;
  throw new UserError(
    l10n.t('The setting {0} is "{1}"', 'brainlens.resultsFolder', text),
    l10n.t('Write a path below the workspace folder, such as results; for another disk, a symbolic link there.'),
  );
}

/** As `resultsFolderIn`; `.brainlens` where the setting names none. */
export function knownResultsFolder(home: Uri): string {
  return resultsFolderOf(settingFor(home)) ?? RESULTS_FOLDER;
}

/** The folders of results that the setting names for the folders of the workspace, but for `.brainlens`. */
export function rootsOfSettings(): ResultRoot[] {
  return (workspace.workspaceFolders ?? []).flatMap(({ uri }) => {
    const folder = knownResultsFolder(uri);
    return folder === RESULTS_FOLDER ? [] : [{ home: uri, root: Uri.joinPath(uri, folder) }];
  });
}

/** Where a path lies among results. */
export interface PlaceOfResult {
  /** The folder that holds the folder of results: paths in results are relative to it. */
  readonly home: string;
  /** What leads from the folder of results to the path. */
  readonly below: readonly string[];
}

/**
 * The place of a path (absolute, with `/`) in the innermost folder of results around it: a `.brainlens`, or one of those
 * given. `undefined` where it lies in none.
 */
export function placeAmongResults(path: string, roots: readonly ResultRoot[]): PlaceOfResult | undefined {
  const usual = path.lastIndexOf(`/${RESULTS_FOLDER}/`);
  const own = roots
    .filter(({ root }) => path.startsWith(`${root.path}/`) && root.path.length > usual)
    .toSorted((a, b) => b.root.path.length - a.root.path.length)[0];
  if (own !== undefined) return { home: own.home.path, below: path.slice(own.root.path.length + 1).split('/') };
  if (usual < 0) return undefined;
  const below = path.slice(usual + RESULTS_FOLDER.length + 2).split('/');
  return { home: path.slice(0, usual) || '/', below };
}

function settingFor(scope: Uri): string {
  const text = workspace.getConfiguration('brainlens', scope).get<string>('resultsFolder', RESULTS_FOLDER);
  return text.trim() === '' ? RESULTS_FOLDER : text;
}
