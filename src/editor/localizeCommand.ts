import type { Uri } from 'vscode';
import { l10n, workspace } from 'vscode';
import { guarded, present, runAndOpen } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { askLocalization } from './localizeQuestions';
import { chooseModel, mayRun } from './modelChoice';
import { askFit } from './modelFit';
import { basename } from './paths';
import { resultPlace } from './resultPlace';
import { readSettings } from './settings';

const ANALYSIS = 'localize';

/**
 * *Brainlens: Localize Language Units…*: from a model to its open result. Never throws: what fails is shown.
 * @param clicked the model in the Explorer; absent from the palette
 */
export async function localize(clicked: Uri | undefined, parts: CommandParts): Promise<void> {
  await guarded(parts.log, () => localizeOrThrow(clicked, parts));
}

async function localizeOrThrow(clicked: Uri | undefined, parts: CommandParts): Promise<void> {
  if (!(await mayRun(workspace.isTrusted))) return;
  const model = await chooseModel(clicked, parts.models);
  if (model === undefined) return;
  const settings = readSettings();
  const { memory, executor } = settings;
  const { cacheFolder } = parts.engine;
  const client = await parts.engine.client();
  const fit = askFit(client, { model: model.fsPath, memory, executor, cacheFolder }, l10n.t('How many units?'));
  const answers = await askLocalization(model, fit.note, fit.unfit);
  const end = await fit.end();
  if (end !== undefined) return present(end, parts.log);
  if (answers === undefined) return;
  const place = await resultPlace(ANALYSIS, model, new Date());
  if (place === undefined) return;
  const stimuli = answers.stimuli.map(({ fsPath }) => fsPath);
  const { network, selection } = answers;
  const spec = { model: model.fsPath, network, ...(stimuli.length > 0 ? { stimuli } : {}), ...selection };
  const job = { analysis: ANALYSIS, spec, ...place, ...settings, cacheFolder, force: false, unique: true, seed: 0 };
  await runAndOpen(l10n.t('Localizing units in {0}', basename(model)), { job, estimate: fit.estimate }, parts);
}
