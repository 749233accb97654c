import { Uri, workspace } from 'vscode';

/** The folder that holds a resource. */
export function parent(uri: Uri): Uri {
  return Uri.joinPath(uri, '..');
}

/** The last part of a resource's path, without a trailing slash. */
export function basename(uri: Uri): string {
  return uri.path.replace(/\/+$/, '').split('/').at(-1) ?? '';
}

/** A resource as the person knows it: relative to its workspace folder, where it has one. */
export function displayPath(uri: Uri): string {
  return workspace.asRelativePath(uri, (workspace.workspaceFolders?.length ?? 0) > 1);
}

/** Whether there is anything at this place. */
export async function exists(uri: Uri): Promise<boolean> {
  return workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
