import { l10n, Uri, window, workspace } from 'vscode';
import { answerOf, guarded, runAndOpen } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { mayRun } from './modelChoice';
import { basename, exists } from './paths';
import { resultPlace } from './resultPlace';
import { readSettings } from './settings';

const ANALYSIS = 'dataset';
const MANIFEST = 'dataset.yaml';

/**
 * *Brainlens: Describe Dataset…*: what is understood of a dataset. A folder without a manifest gets a first one, which is
 * opened for the person to check.
 * @param clicked a folder or a manifest; absent from the palette
 */
export async function describeDataset(clicked: Uri | undefined, parts: CommandParts): Promise<void> {
  await guarded(parts.log, async () => {
    if (!(await mayRun(workspace.isTrusted))) return;
    const chosen = clicked ?? (await askFolder());
    if (chosen === undefined) return;
    const manifest = /\.ya?ml$/i.test(chosen.path) ? chosen : await manifestOf(chosen, parts);
    if (manifest === undefined) return;
    const place = await resultPlace(ANALYSIS, manifest, new Date());
    if (place === undefined) return;
    const { cacheFolder } = parts.engine;
    const run = { ...place, ...readSettings(), cacheFolder, force: false, unique: true, seed: 0 };
    const job = { analysis: ANALYSIS, spec: { dataset: manifest.fsPath }, ...run };
    await runAndOpen(l10n.t('Reading {0}', basename(chosen)), { job }, parts);
  });
}

/** The folder's manifest: the one that is there, else a first draft. Shown, for either is to be checked. */
async function manifestOf(folder: Uri, { engine, log }: CommandParts): Promise<Uri | undefined> {
  const there = Uri.joinPath(folder, MANIFEST);
  const written = (await exists(there)) ? there : await draft(folder, { engine, log });
  if (written !== undefined) await window.showTextDocument(written, { preview: false });
  return written;
}

async function draft(folder: Uri, { engine, log }: Pick<CommandParts, 'engine' | 'log'>): Promise<Uri | undefined> {
  const client = await engine.client();
  const answer = answerOf(await client.writeManifest(folder.fsPath));
  if (answer === undefined) return undefined;
  for (const note of answer.notes) log.info(`${basename(folder)}: ${note}`);
  return Uri.file(answer.path);
}

async function askFolder(): Promise<Uri | undefined> {
  const chosen = await window.showOpenDialog({
    title: l10n.t('Folder of a dataset: a table of stimuli, and responses'),
    openLabel: l10n.t('Describe This Folder'),
    canSelectFolders: true,
    canSelectFiles: false,
  });
  return chosen?.[0];
}
