import { commands, l10n, Uri, window, workspace } from 'vscode';
import { UserError } from '../shared/errors';
import type { FromWebview } from '../shared/protocol';
import { basename } from './paths';

type Message<T extends FromWebview['type']> = Extract<FromWebview, { type: T }>;

/** Saves a figure that the panel has drawn, where the person says. */
export async function saveFigure(folder: Uri, { name, format, dataUrl }: Message<'saveFigure'>): Promise<void> {
  const label = format === 'png' ? l10n.t('PNG image') : l10n.t('SVG image');
  await save(folder, `${name}.${format}`, { [label]: [format] }, bytesOf(dataUrl));
}

/** Saves the numbers of a figure as CSV, where the person says. */
export async function saveCsv(folder: Uri, { name, text }: Message<'saveCsv'>): Promise<void> {
  await save(folder, `${name}.csv`, { [l10n.t('Comma-separated values')]: ['csv'] }, new TextEncoder().encode(text));
}

/** Saves the numbers of all figures, one CSV file each, into a folder that the person chooses. */
export async function saveAllCsv(folder: Uri, { files }: Message<'saveAllCsv'>): Promise<void> {
  const [target] =
    (await window.showOpenDialog({
      title: l10n.t('Folder for the tables'),
      openLabel: l10n.t('Export Here'),
      defaultUri: folder,
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? [];
  if (target === undefined) return;
  for (const { name, text } of files) {
    await workspace.fs.writeFile(Uri.joinPath(target, fileName(`${name}.csv`)), new TextEncoder().encode(text));
  }
  void window.showInformationMessage(l10n.t('Exported {0} tables into {1}.', files.length, basename(target)));
}

async function save(folder: Uri, file: string, filters: Record<string, string[]>, content: Uint8Array): Promise<void> {
  const defaultUri = Uri.joinPath(folder, fileName(file));
  const target = await window.showSaveDialog({ defaultUri, filters, saveLabel: l10n.t('Export') });
  if (target === undefined) return;
  await workspace.fs.writeFile(target, content);
  const open = l10n.t('Open');
  const answer = await window.showInformationMessage(l10n.t('Exported {0}.', basename(target)), open);
  if (answer === open) await commands.executeCommand('vscode.open', target);
}

function fileName(name: string): string {
  return name.replace(/[^\w.-]+/g, '-');
}

/** The content of a `data:` URL, whether base64 (PNG) or percent-encoded (SVG). */
function bytesOf(dataUrl: string): Uint8Array {
  const match = /^data:[^,]*?(;base64)?,(.*)$/s.exec(dataUrl);
  if (match === null)
    throw new UserError(l10n.t('The figure could not be drawn for export'), l10n.t('Show it and export again.'));
  const content = match[2] ?? '';
  return match[1] === undefined
    ? new TextEncoder().encode(decodeURIComponent(content))
    : new Uint8Array(Buffer.from(content, 'base64'));
}
