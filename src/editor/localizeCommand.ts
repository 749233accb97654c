import type { Uri } from 'vscode';
import { workspace } from 'vscode';
import { guarded, present, runAndOpen } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { describeEstimate, endOf } from './estimateText';
import { askLocalization } from './localizeQuestions';
import { chooseModel, mayRun } from './modelChoice';
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
  // Asked while the person reads the first question: what the run needs then stands beside the last one, and a model
  // that cannot be run is refused before more is asked.
  const estimate = client.estimate({ model: model.fsPath, memory, executor, cacheFolder });
  const unfit = new AbortController();
  const note = estimate.then((outcome) => {
    if (outcome.kind === 'done' && endOf(outcome) === undefined)
      return `How many units? ${describeEstimate(outcome.estimate)}`;
    unfit.abort();
    return undefined;
  });
  const answers = await askLocalization(model, note, unfit.signal);
  const end = unfit.signal.aborted ? endOf(await estimate) : undefined;
  if (end !== undefined) return present(end, parts.log);
  if (answers === undefined) return;
  const place = await resultPlace(ANALYSIS, model, new Date());
  if (place === undefined) return;
  const stimuli = answers.stimuli.map(({ fsPath }) => fsPath);
  const { network, selection } = answers;
  const spec = { model: model.fsPath, network, ...(stimuli.length > 0 ? { stimuli } : {}), ...selection };
  const job = { analysis: ANALYSIS, spec, ...place, ...settings, cacheFolder, force: false, unique: true, seed: 0 };
  await runAndOpen(`Localizing units in ${basename(model)}`, { job, estimate }, parts);
}
