import { l10n, workspace } from 'vscode';
import type { Uri } from 'vscode';
import { guarded, present, runAndOpen } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { askDocuments, askNumber } from './documentsChoice';
import { chooseModel, mayRun } from './modelChoice';
import { askFit } from './modelFit';
import { basename } from './paths';
import { resultPlace } from './resultPlace';
import { layersOf } from './saeChoice';
import { readSettings } from './settings';
import { askStep, askSteps } from './steps';
import type { Answer, Choice, Place } from './steps';

const ANALYSIS = 'sae train';
const TITLE = l10n.t('Train SAE');

interface Size {
  readonly features: number;
  readonly k: number;
}

const SIZES: readonly Choice<Size | 'own'>[] = [
  { label: l10n.t('4,096 Features'), description: l10n.t('32 per token'), value: { features: 4096, k: 32 } },
  { label: l10n.t('1,024 Features'), description: l10n.t('16 per token: fast'), value: { features: 1024, k: 16 } },
  {
    label: l10n.t('16,384 Features'),
    description: l10n.t('32 per token: as in the paper, slow'),
    value: { features: 16_384, k: 32 },
  },
  { label: l10n.t('Other Numbers…'), value: 'own' },
];

const TOKENS: readonly Choice<number | 'own'>[] = [
  {
    label: l10n.t('2 Million Tokens'),
    description: l10n.t('at most; all of them where there are fewer'),
    value: 2_000_000,
  },
  { label: l10n.t('500,000 Tokens'), description: l10n.t('a first look'), value: 500_000 },
  { label: l10n.t('10 Million Tokens'), value: 10_000_000 },
  { label: l10n.t('Another Number…'), value: 'own' },
];

/**
 * *Brainlens: Train SAE…*: from a model and documents to a sparse autoencoder of one layer.
 * @param clicked the model in the Explorer; absent from the palette
 */
export async function trainSae(clicked: Uri | undefined, parts: CommandParts): Promise<void> {
  await guarded(parts.log, () => trainSaeOrThrow(clicked, parts));
}

async function trainSaeOrThrow(clicked: Uri | undefined, parts: CommandParts): Promise<void> {
  if (!(await mayRun(workspace.isTrusted))) return;
  const model = await chooseModel(clicked, parts.models, TITLE);
  if (model === undefined) return;
  const title = l10n.t('Train SAE on {0}', basename(model));
  const settings = readSettings();
  const { memory, executor } = settings;
  const { cacheFolder } = parts.engine;
  const request = { model: model.fsPath, memory, executor, cacheFolder };
  const fit = askFit(await parts.engine.client(), request, l10n.t('How many tokens?'));
  const { note, unfit: signal } = fit;
  const layers = await layersOf(model);
  const other = [...(await parts.models.list()), ...(await parts.saes.list())];
  const answers = await askSteps<[number, readonly Uri[], Size, number]>([
    (place) => askLayer(title, place, layers, signal),
    (place) => askDocuments(title, place, signal, other),
    (place) =>
      askOwn(
        () => askStep({ title, ...place, placeholder: l10n.t('How many features?'), choices: SIZES, signal }),
        () => askSize(title),
      ),
    (place) =>
      askOwn(
        () => askStep({ title, ...place, placeholder: l10n.t('How many tokens?'), choices: TOKENS, note, signal }),
        () => askNumber(title, l10n.t('Tokens to train on at most'), 1_000_000, 1),
      ),
  ]);
  const end = await fit.end();
  if (end !== undefined) return present(end, parts.log);
  if (answers === undefined) return;
  const [layer, documents, { features, k }, tokens] = answers;
  const place = await resultPlace(ANALYSIS, model, new Date());
  if (place === undefined) return;
  const paths = documents.map(({ fsPath }) => fsPath);
  const spec = { model: model.fsPath, layer, documents: paths, features, k, tokens };
  const job = { analysis: ANALYSIS, spec, ...place, ...settings, cacheFolder, force: false, unique: true, seed: 0 };
  const running = l10n.t('Training SAE on layer {0} of {1}', layer, basename(model));
  await runAndOpen(running, { job, estimate: fit.estimate, live: l10n.t('Training SAE') }, parts);
}

/** The middle layer first; where the number of layers is not known, any. */
async function askLayer(
  title: string,
  place: Place,
  layers: number | undefined,
  signal: AbortSignal,
): Promise<Answer<number>> {
  if (layers === undefined) {
    const typed = await askNumber(
      title,
      l10n.t('Layer: 0 is the output of the first block, -1 the embedding'),
      undefined,
      -1,
    );
    return typed === undefined ? undefined : { kind: 'chosen', value: typed };
  }
  const middle = Math.floor(layers / 2);
  const rest = Array.from({ length: layers }, (_, i) => i).filter((i) => i !== middle);
  const choices: Choice<number>[] = [
    { label: l10n.t('Layer {0}', middle), description: l10n.t('in the middle'), value: middle },
    ...rest.map((value) => ({ label: l10n.t('Layer {0}', value), value })),
    { label: l10n.t('Layer {0}', '−1'), description: l10n.t('the embedding'), value: -1 },
  ];
  return askStep({
    title,
    ...place,
    placeholder: l10n.t('Which of {0} layers shall it read?', layers),
    choices,
    signal,
  });
}

/** A question whose last choice asks for the person's own answer; when they leave that, the question again. */
async function askOwn<T>(ask: () => Promise<Answer<T | 'own'>>, own: () => Promise<T | undefined>): Promise<Answer<T>> {
  for (;;) {
    const pick = await ask();
    if (pick?.kind !== 'chosen') return pick;
    const value = pick.value === 'own' ? await own() : (pick.value as T);
    if (value !== undefined) return { kind: 'chosen', value };
  }
}

async function askSize(title: string): Promise<Size | undefined> {
  const features = await askNumber(title, l10n.t('Features of the SAE'), 8192, 2);
  const k =
    features === undefined ? undefined : await askNumber(title, l10n.t('Features per token (k)'), 32, 1, features);
  return features === undefined || k === undefined ? undefined : { features, k };
}
