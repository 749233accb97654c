import { Uri, workspace } from 'vscode';
import { parseYaml } from '../yaml/syntax';
import { resultsOf } from '../study/study';
import type { ResultRoot } from './resultsFolder';

/** Study files of a workspace that are read. */
const MOST = 200;

/** The folders of results that study files of the workspace name; files that cannot be read name none. */
export async function rootsOfStudies(files: readonly Uri[]): Promise<ResultRoot[]> {
  const roots = await Promise.all(files.slice(0, MOST).map(rootOf));
  return roots.filter((root) => root !== undefined);
}

async function rootOf(file: Uri): Promise<ResultRoot | undefined> {
  const home = workspace.getWorkspaceFolder(file)?.uri;
  if (home === undefined) return undefined;
  try {
    const text = new TextDecoder().decode(await workspace.fs.readFile(file));
    // Most studies name none: they need no parser.
    const folder = /\bresults\b/.test(text) ? resultsOf(parseYaml(text)) : undefined;
    return folder === undefined ? undefined : { home, root: Uri.joinPath(home, folder) };
  } catch {
    return undefined;
  }
}
