import { l10n, workspace } from 'vscode';
import { guarded, runAndOpen } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { chooseLocalizations } from './localizationChoice';
import { mayRun } from './modelChoice';
import { resultPlace } from './resultPlace';
import { readSettings } from './settings';

const ANALYSIS = 'compare';

/** *Brainlens: Compare Networks…*: how far localized networks are the same units. */
export async function compareNetworks(parts: CommandParts): Promise<void> {
  await guarded(parts.log, async () => {
    if (!(await mayRun(workspace.isTrusted))) return;
    const folders = await chooseLocalizations(parts.results, l10n.t('Compare Networks'));
    if (folders === undefined) return;
    const place = await resultPlace(ANALYSIS, folders[0]!, new Date());
    if (place === undefined) return;
    const spec = { results: folders.map(({ fsPath }) => fsPath) };
    const { cacheFolder } = parts.engine;
    const run = { ...place, ...readSettings(), cacheFolder, force: false, unique: true, seed: 0 };
    await runAndOpen(l10n.t('Comparing networks'), { job: { analysis: ANALYSIS, spec, ...run } }, parts);
  });
}
