import { workspace } from 'vscode';

/** Path of the folder that the host tests have opened: a copy of the samples. */
export function workspaceRoot(): string {
  return workspace.workspaceFolders![0]!.uri.fsPath;
}
