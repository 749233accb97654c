import type { Uri } from 'vscode';
import { l10n, window, workspace } from 'vscode';
import { UserError } from '../shared/errors';
import { guarded, present, runAndOpen } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { asWritten, COARSE, inWords, problemOf, SUGGESTED } from './contextLengths';
import { browseDataset, datasetName, rowsOf, wordDatasetChoices } from './datasetChoice';
import type { DatasetPick } from './datasetChoice';
import { chooseModel, mayRun } from './modelChoice';
import { askFit } from './modelFit';
import type { Fit } from './modelFit';
import { basename } from './paths';
import { resultPlace } from './resultPlace';
import { readSettings } from './settings';
import { askStep, askSteps } from './steps';
import type { Answer, Choice, Place } from './steps';

const ANALYSIS = 'context';
const TITLE = l10n.t('Measure Context');
const HOW_MUCH = l10n.t('With how many tokens are words read?');

/**
 * *Brainlens: Measure Context…*: from a model and recordings of words to scores by how much of the text before each word
 * the model reads.
 * @param clicked a model or a dataset manifest; absent from the palette
 */
export async function measureContext(clicked: Uri | undefined, parts: CommandParts): Promise<void> {
  await guarded(parts.log, async () => {
    if (!(await mayRun(workspace.isTrusted))) return;
    const manifest = clicked !== undefined && /\.ya?ml$/i.test(clicked.path) ? clicked : undefined;
    if (manifest !== undefined) await requireWords(manifest);
    const title = manifest === undefined ? TITLE : l10n.t('{0} in {1}', TITLE, await datasetName(manifest));
    const model = await chooseModel(manifest === undefined ? clicked : undefined, parts.models, title);
    if (model !== undefined) await measure(model, manifest, parts);
  });
}

async function measure(model: Uri, manifest: Uri | undefined, parts: CommandParts): Promise<void> {
  const settings = readSettings();
  const { memory, executor } = settings;
  const { cacheFolder } = parts.engine;
  const fit = askFit(await parts.engine.client(), { model: model.fsPath, memory, executor, cacheFolder }, HOW_MUCH);
  const answers = await ask(model, manifest, fit);
  const end = await fit.end();
  if (end !== undefined) return present(end, parts.log);
  if (answers === undefined) return;
  const [dataset, lengths] = answers;
  const place = await resultPlace(ANALYSIS, manifest ?? model, new Date());
  if (place === undefined) return;
  const spec = { model: model.fsPath, dataset: dataset.fsPath, lengths };
  const job = { analysis: ANALYSIS, spec, ...place, ...settings, cacheFolder, force: false, unique: true, seed: 0 };
  const running = l10n.t('Measuring context of {0} in {1}', basename(model), await datasetName(dataset));
  await runAndOpen(running, { job, estimate: fit.estimate }, parts);
}

async function ask(
  model: Uri,
  manifest: Uri | undefined,
  fit: Fit,
): Promise<readonly [dataset: Uri, lengths: string] | undefined> {
  const title = l10n.t('Context of {0}', basename(model));
  const lengthsAt = (place: Place) => askLengths(title, place, fit);
  if (manifest !== undefined) {
    const answers = await askSteps<[string]>([lengthsAt]);
    return answers && [manifest, answers[0]];
  }
  return askSteps<[Uri, string]>([(place) => askDataset(title, place, fit.unfit), lengthsAt]);
}

async function askDataset(title: string, place: Place, signal: AbortSignal): Promise<Answer<Uri>> {
  const choices = await wordDatasetChoices();
  for (;;) {
    const placeholder = l10n.t('Which recordings of words?');
    const pick = await askStep<DatasetPick>({ title, ...place, placeholder, choices, signal });
    if (pick?.kind !== 'chosen') return pick;
    const file = pick.value.kind === 'manifest' ? pick.value.file : await browseDataset();
    if (file === undefined) continue;
    await requireWords(file);
    return { kind: 'chosen', value: file };
  }
}

/** @throws UserError for a dataset of sentences, before a model is asked for or run */
async function requireWords(manifest: Uri): Promise<void> {
  if ((await rowsOf(manifest)) !== 'sentence') return;
  throw new UserError(
    l10n.t('{0} has responses to sentences, and context is measured word by word', await datasetName(manifest)),
    l10n.t('Choose a dataset of words or a time series (granularity in its manifest).'),
  );
}

async function askLengths(title: string, place: Place, { note, unfit: signal }: Fit): Promise<Answer<string>> {
  const choices: Choice<string>[] = [
    { label: inWords(SUGGESTED), description: l10n.t('suggested'), value: SUGGESTED },
    { label: inWords(COARSE), description: l10n.t('half the time'), value: COARSE },
    { label: l10n.t('Other Lengths…'), value: 'own' },
  ];
  for (;;) {
    const pick = await askStep({ title, ...place, placeholder: HOW_MUCH, choices, note, signal });
    if (pick?.kind !== 'chosen') return pick;
    const value = pick.value === 'own' ? await askOwnLengths(title) : pick.value;
    if (value !== undefined) return { kind: 'chosen', value };
  }
}

async function askOwnLengths(title: string): Promise<string | undefined> {
  const text = await window.showInputBox({
    title,
    prompt: l10n.t("Numbers of tokens, the word's own last one included; full: all that came before"),
    value: inWords(SUGGESTED),
    ignoreFocusOut: true,
    validateInput: problemOf,
  });
  return text === undefined ? undefined : asWritten(text);
}
