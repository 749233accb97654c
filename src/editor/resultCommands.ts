import { env, l10n, Uri, window, workspace } from 'vscode';
import { catalog } from '../analyses/catalog';
import { readResult } from '../engine/store';
import { UserError } from '../shared/errors';
import type { ResultFile } from '../shared/result';
import { numpySnippet } from '../shared/snippet';
import { guarded, runAndOpen } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { mayRun } from './modelChoice';
import { arrayFiles } from './resultArrays';
import { homeOfResult } from './recordedResult';
import { openResultPanel } from './resultEditor';
import { placeIn, resultPlace } from './resultPlace';
import { readSettings } from './settings';
import { basename } from './paths';

/** What can be done with a result folder wherever it is named: in lenses, hovers, lists. */
const ACTIONS = { open: openResult, copySnippet, runAgain } as const;

/**
 * Does something with a result.
 * @param named its folder or result.json, a Uri or (from links) its text; otherwise the person chooses a folder
 */
export async function withResult(action: keyof typeof ACTIONS, named: unknown, parts: CommandParts): Promise<void> {
  await guarded(parts.log, async () => {
    const folder = folderOf(named) ?? (await askFolder());
    if (folder !== undefined) await ACTIONS[action](folder, parts);
  });
}

/** Links in hovers hand over text, menus a Uri: of the folder or of its result.json. */
function folderOf(named: unknown): Uri | undefined {
  const uri = typeof named === 'string' ? Uri.parse(named, true) : named instanceof Uri ? named : undefined;
  return uri !== undefined && basename(uri) === 'result.json' ? Uri.joinPath(uri, '..') : uri;
}

async function askFolder(): Promise<Uri | undefined> {
  const chosen = await window.showOpenDialog({
    title: l10n.t('Result folder (it holds result.json)'),
    openLabel: l10n.t('Open Result'),
    canSelectFolders: true,
    canSelectFiles: false,
  });
  return chosen?.[0];
}

async function openResult(folder: Uri): Promise<void> {
  await readResult(folder.fsPath);
  await openResultPanel(folder);
}

async function copySnippet(folder: Uri): Promise<void> {
  const result = await readResult(folder.fsPath);
  await env.clipboard.writeText(numpySnippet(result, folder.fsPath, await arrayFiles(folder)));
  window.setStatusBarMessage(l10n.t('Copied: NumPy snippet'), 3000);
}

/** Runs a result's analysis with the same settings and seed, into a new folder beside it. */
async function runAgain(folder: Uri, parts: CommandParts): Promise<void> {
  if (!(await mayRun(workspace.isTrusted))) return;
  const result = await readResult(folder.fsPath);
  const analysis = analysisOf(result, folder);
  const home = homeOfResult(folder);
  const place = await (home === undefined
    ? resultPlace(analysis.id, folder, new Date())
    : placeIn(home, analysis.id, new Date()));
  if (place === undefined) return;
  const job = {
    analysis: analysis.id,
    spec: result.spec,
    ...place,
    ...readSettings(),
    cacheFolder: parts.engine.cacheFolder,
    force: false,
    unique: true,
    seed: result.provenance.seed,
  };
  await runAndOpen(l10n.t('Running {0} again', basename(folder)), { job }, parts);
}

function analysisOf({ schema }: ResultFile, folder: Uri) {
  const analysis = catalog.find((one) => schema.startsWith(`brainlens/${one.schema}@`));
  if (analysis !== undefined) return analysis;
  throw new UserError(
    l10n.t('{0} holds {1}, which this version does not know', folder.fsPath, schema),
    l10n.t('Update Brainlens.'),
  );
}
