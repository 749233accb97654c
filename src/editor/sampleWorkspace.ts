import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { commands, Disposable, l10n, Uri, window, workspace } from 'vscode';
import type { Tab } from 'vscode';
import { UserError } from '../shared/errors';
import { basename } from './paths';
import { SAMPLE_PARTS } from './sampleParts';

const NAME = 'brainlens-sample';
/** Until the walkthroughs of a page that opens are made. */
const PAGE_MS = 1000;

/**
 * *Brainlens: Open Sample Workspace…*: copies the samples into a new folder of a folder that the person chooses, and opens
 * it. Nothing that is there is ever overwritten.
 * @param samples folder of the files that come with the extension
 * @param parent where the new folder is to lie; asked for where it is not given
 */
export async function openSampleWorkspace(samples: string, parent: Uri | undefined): Promise<void> {
  const chosen = parent ?? (await askParent());
  if (chosen === undefined) return;
  const folder = Uri.joinPath(chosen, NAME);
  if (!existsSync(folder.fsPath)) return openFolder(await made(samples, folder));
  const open = l10n.t('Open It');
  const another = l10n.t('Make Another');
  const said = l10n.t('{0} is there already.', folder.fsPath);
  const answer = await window.showInformationMessage(said, { modal: true }, open, another);
  if (answer === open) await openFolder(folder);
  if (answer === another) await openFolder(await made(samples, freeName(chosen)));
}

/**
 * Tells the walkthrough whether this is the sample workspace: `brainlens.inSampleWorkspace`, a moment after its page opens.
 * VS Code makes its walkthroughs with the first page, and never checks off a step whose key was true before.
 */
export async function noteSampleWorkspace(): Promise<Disposable> {
  let found = false;
  const timers = new Set<NodeJS.Timeout>();
  const later = (tabs: readonly Tab[]): void => {
    if (!tabs.some(isPage)) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void commands.executeCommand('setContext', 'brainlens.inSampleWorkspace', found);
    }, PAGE_MS);
    timers.add(timer);
  };
  const look = async (): Promise<void> => {
    found = (await workspace.findFiles('sample.study.yaml', null, 1)).length > 0;
    later(window.tabGroups.all.flatMap(({ tabs }) => tabs));
  };
  await look();
  return Disposable.from(
    window.tabGroups.onDidChangeTabs(({ opened }) => later(opened)),
    workspace.onDidChangeWorkspaceFolders(() => void look()),
    { dispose: () => timers.forEach((timer) => clearTimeout(timer)) },
  );
}

/** VS Code's own pages, the walkthroughs among them, are tabs of a kind that extensions are not told. */
function isPage({ input }: Tab): boolean {
  return input === undefined;
}

async function askParent(): Promise<Uri | undefined> {
  const [chosen] =
    (await window.showOpenDialog({
      title: l10n.t('In which folder should {0} lie?', NAME),
      openLabel: l10n.t('Copy Here'),
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? [];
  return chosen;
}

function freeName(parent: Uri): Uri {
  for (let i = 2; ; i += 1) {
    const folder = Uri.joinPath(parent, `${NAME}-${i}`);
    if (!existsSync(folder.fsPath)) return folder;
  }
}

/** Copies beside the place and renames, so that a half of a workspace is never there. */
async function made(samples: string, folder: Uri): Promise<Uri> {
  const partial = `${folder.fsPath}.partial-${process.pid}`;
  try {
    await copySamples(samples, partial);
    await rename(partial, folder.fsPath);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw unwritable(folder, error);
  }
  return folder;
}

async function copySamples(samples: string, folder: string): Promise<void> {
  for (const [from, to] of SAMPLE_PARTS) {
    const target = join(folder, to);
    await mkdir(dirname(target), { recursive: true });
    await cp(join(samples, from), target, { recursive: true });
  }
}

function unwritable(folder: Uri, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !['EACCES', 'EPERM', 'EROFS', 'ENOSPC'].includes(code)) return error;
  const said = l10n.t('{0} cannot be written ({1})', folder.fsPath, code);
  return new UserError(said, l10n.t('Choose another folder.'));
}

async function openFolder(folder: Uri): Promise<void> {
  if ((workspace.workspaceFolders?.length ?? 0) === 0) return show(folder, false);
  const here = l10n.t('Open in This Window');
  const there = l10n.t('Open in a New Window');
  const said = l10n.t('The sample workspace {0} is ready.', basename(folder));
  const answer = await window.showInformationMessage(said, { modal: true, detail: folder.fsPath }, there, here);
  if (answer !== undefined) await show(folder, answer === there);
}

async function show(folder: Uri, forceNewWindow: boolean): Promise<void> {
  await commands.executeCommand('vscode.openFolder', folder, { forceNewWindow });
}
