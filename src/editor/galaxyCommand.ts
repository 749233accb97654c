import { l10n, window, workspace } from 'vscode';
import type { Uri } from 'vscode';
import { guarded, present, runAndOpen } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { askDocuments } from './documentsChoice';
import { mayRun } from './modelChoice';
import { askFit } from './modelFit';
import { basename, displayPath, parent } from './paths';
import { resultPlace } from './resultPlace';
import { chooseSae } from './saeChoice';
import { clickedSae } from './saeFolders';
import { readSettings } from './settings';
import { askSteps } from './steps';

const ANALYSIS = 'galaxy';
const TITLE = l10n.t('Measure the Concept Galaxy');

/** What is measured: features of SAEs, one per layer, or activations of a model. */
type Subject =
  | { readonly kind: 'saes'; readonly saes: readonly Uri[] }
  | { readonly kind: 'model'; readonly model: Uri }
  | { readonly kind: 'browse' };

/**
 * *Brainlens: Measure the Concept Galaxy…*: from SAEs, or from a model with documents, to spectra and entropies.
 * @param clicked an SAE folder, its `params.npz` or a model; absent from the palette
 */
export async function measureGalaxy(clicked: Uri | undefined, parts: CommandParts): Promise<void> {
  await guarded(parts.log, async () => {
    if (!(await mayRun(workspace.isTrusted))) return;
    const subject = clicked === undefined ? await askSubject(parts) : await subjectOf(clicked);
    if (subject === undefined) return;
    if (subject.kind === 'model') return measureActivations(subject.model, parts);
    const saes = subject.kind === 'saes' ? subject.saes : await browsed(parts);
    if (saes.length > 0) await measureFeatures(saes, parts);
  });
}

async function subjectOf(clicked: Uri): Promise<Subject> {
  const found = await clickedSae(clicked);
  return 'sae' in found ? { kind: 'saes', saes: [found.sae] } : { kind: 'model', ...found };
}

async function browsed({ saes }: CommandParts): Promise<readonly Uri[]> {
  const sae = await chooseSae(undefined, saes, TITLE);
  return sae === undefined ? [] : [sae];
}

async function askSubject({ saes, models }: CommandParts): Promise<Subject | undefined> {
  const folders = await saes.list();
  const items: { label: string; description?: string; subject: Subject }[] = folders.map((uri) => ({
    label: `$(folder) ${l10n.t('Features of {0}', basename(uri))}`,
    description: displayPath(parent(uri)),
    subject: { kind: 'saes', saes: [uri] },
  }));
  if (folders.length > 1) {
    const subject: Subject = { kind: 'saes', saes: folders };
    items.unshift({
      label: l10n.t('Features of All {0} SAEs', folders.length),
      description: l10n.t('layer by layer'),
      subject,
    });
  }
  for (const model of await models.list()) {
    const subject: Subject = { kind: 'model', model };
    items.push({
      label: `$(folder) ${l10n.t('Activations of {0}', basename(model))}`,
      description: displayPath(parent(model)),
      subject,
    });
  }
  items.push({ label: `$(folder-opened) ${l10n.t('Browse for an SAE Folder…')}`, subject: { kind: 'browse' } });
  const placeHolder = l10n.t('The shape of which cloud of points?');
  return (await window.showQuickPick(items, { title: TITLE, placeHolder, ignoreFocusOut: true }))?.subject;
}

async function measureFeatures(saes: readonly Uri[], parts: CommandParts): Promise<void> {
  const place = await resultPlace(ANALYSIS, saes[0]!, new Date());
  if (place === undefined) return;
  const spec = { sae: saes.map(({ fsPath }) => fsPath) };
  const { cacheFolder } = parts.engine;
  const job = {
    analysis: ANALYSIS,
    spec,
    ...place,
    ...readSettings(),
    cacheFolder,
    force: false,
    unique: true,
    seed: 0,
  };
  const what = saes.length === 1 ? basename(saes[0]!) : l10n.t('{0} SAEs', saes.length);
  await runAndOpen(l10n.t('Measuring the galaxy of {0}', what), { job }, parts);
}

async function measureActivations(model: Uri, parts: CommandParts): Promise<void> {
  const settings = readSettings();
  const { memory, executor } = settings;
  const { cacheFolder } = parts.engine;
  const request = { model: model.fsPath, memory, executor, cacheFolder };
  const fit = askFit(await parts.engine.client(), request, l10n.t('Which documents?'));
  const other = [...(await parts.models.list()), ...(await parts.saes.list())];
  const title = l10n.t('Galaxy of {0}', basename(model));
  const answers = await askSteps<[readonly Uri[]]>([(place) => askDocuments(title, place, fit.unfit, other)]);
  const end = await fit.end();
  if (end !== undefined) return present(end, parts.log);
  if (answers === undefined) return;
  const place = await resultPlace(ANALYSIS, model, new Date());
  if (place === undefined) return;
  const spec = { model: model.fsPath, documents: answers[0].map(({ fsPath }) => fsPath) };
  const job = { analysis: ANALYSIS, spec, ...place, ...settings, cacheFolder, force: false, unique: true, seed: 0 };
  await runAndOpen(l10n.t('Measuring the galaxy of {0}', basename(model)), { job, estimate: fit.estimate }, parts);
}
