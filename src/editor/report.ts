import { commands, env, l10n, UIKind, Uri, window, workspace } from 'vscode';
import { readFigures, readResult } from '../engine/store';
import { reportHtml } from '../shared/report';
import { readArray } from './resultArrays';

/**
 * Writes `report.html`, one self-contained file, into a result folder and opens it in the browser. Where the browser
 * cannot reach the file (a remote machine, VS Code in a browser) it is shown in the Explorer, to be downloaded.
 * @param assets the built panel, which the report carries with it
 */
export async function openReport(folder: Uri, assets: Uri): Promise<void> {
  const report = Uri.joinPath(folder, 'report.html');
  await workspace.fs.writeFile(report, new TextEncoder().encode(await renderReport(folder, assets)));
  const local = env.uiKind === UIKind.Desktop && env.remoteName === undefined;
  if (local && (await env.openExternal(report))) return;
  await commands.executeCommand('revealInExplorer', report);
  void window.showInformationMessage(
    l10n.t('Wrote report.html: download it from the Explorer to open it in a browser.'),
  );
}

async function renderReport(folder: Uri, assets: Uri): Promise<string> {
  const [result, figures] = await Promise.all([readResult(folder.fsPath), readFigures(folder.fsPath)]);
  const [script, style] = await Promise.all(['panel.js', 'panel.css'].map((file) => text(Uri.joinPath(assets, file))));
  const files = figures.figures.flatMap((figure) => (figure.kind === 'map' && figure.array ? [figure.array] : []));
  const arrays = await Promise.all(files.map(async (file) => [file, await readArray(folder, file)] as const));
  return reportHtml({ result, figures, arrays: Object.fromEntries(arrays), script: script!, style: style! });
}

async function text(uri: Uri): Promise<string> {
  return new TextDecoder().decode(await workspace.fs.readFile(uri));
}
