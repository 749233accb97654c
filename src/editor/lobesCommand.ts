import { l10n, window, workspace } from 'vscode';
import type { Uri } from 'vscode';
import { formatBytes } from '../shared/progress';
import { count } from '../shared/words';
import { guarded, present, runAndOpen } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { askDocuments, askNumber } from './documentsChoice';
import { mayRun } from './modelChoice';
import { askFit } from './modelFit';
import { basename, parent } from './paths';
import { resultPlace } from './resultPlace';
import { chooseModelOf, chooseSae, readSaeFacts } from './saeChoice';
import { layerOfPath, pairsBytes } from './saeFacts';
import type { SaeFacts } from './saeFacts';
import { readSettings } from './settings';
import { askStep, askSteps } from './steps';
import type { Answer, Choice, Place } from './steps';

const ANALYSIS = 'lobes';
const TITLE = l10n.t('Map SAE Lobes');

const LOBES: readonly Choice<readonly number[] | 'own'>[] = [
  { label: l10n.t('3 Lobes'), description: l10n.t('as published'), value: [3] },
  { label: l10n.t('2 Lobes'), value: [2] },
  { label: l10n.t('5 Lobes'), value: [5] },
  { label: l10n.t('2, 3, 4, 5 and 8 Lobes'), description: l10n.t('side by side on one map'), value: [3, 2, 4, 5, 8] },
  { label: l10n.t('Other Numbers…'), value: 'own' },
];

const AFFINITIES: readonly Choice<string>[] = [
  { label: l10n.t('φ Coefficient'), description: l10n.t('correlation of firing'), value: 'phi' },
  { label: l10n.t('All Five'), description: l10n.t('and how well each agrees with geometry'), value: 'all' },
  { label: 'Jaccard', description: l10n.t('both fire, of the blocks where either does'), value: 'jaccard' },
  { label: 'Dice', value: 'dice' },
  { label: l10n.t('Overlap'), description: l10n.t('both fire, of the blocks of the rarer'), value: 'overlap' },
  { label: l10n.t('Simple Matching'), description: l10n.t('both fire or neither does'), value: 'simple-matching' },
];

/**
 * *Brainlens: Map SAE Lobes…*: from a sparse autoencoder to the map of its features.
 * @param clicked an SAE folder, or its `params.npz`; absent from the palette
 */
export async function mapLobes(clicked: Uri | undefined, parts: CommandParts): Promise<void> {
  await guarded(parts.log, () => mapLobesOrThrow(clicked, parts));
}

async function mapLobesOrThrow(clicked: Uri | undefined, parts: CommandParts): Promise<void> {
  if (!(await mayRun(workspace.isTrusted))) return;
  const sae = await chooseSae(clicked?.path.endsWith('.npz') === true ? parent(clicked) : clicked, parts.saes, TITLE);
  if (sae === undefined) return;
  const title = l10n.t('Map Lobes of {0}', basename(sae));
  const facts = await readSaeFacts(sae);
  const model = await chooseModelOf(facts, parts.models, title);
  if (model === undefined) return;
  const prompt = l10n.t(
    '{0} does not say which layer it reads: 0 is the output of the first block, -1 the embedding',
    basename(sae),
  );
  const layer = facts.namesLayer ? undefined : await askNumber(title, prompt, layerOfPath(sae.path), -1);
  if (layer === undefined && !facts.namesLayer) return;
  const settings = readSettings();
  const { memory, executor } = settings;
  const { cacheFolder } = parts.engine;
  const request = { model: model.fsPath, memory, executor, cacheFolder };
  const fit = askFit(await parts.engine.client(), request, l10n.t('How alike is firing?'));
  const other = [...(await parts.models.list()), ...(await parts.saes.list())];
  const note = fit.note.then((text) => (text === undefined ? undefined : `${text}${sizeNote(facts)}`));
  const answers = await askSteps<[readonly Uri[], readonly number[], string]>([
    (place) => askDocuments(title, place, fit.unfit, other),
    (place) => askLobes(title, place, fit.unfit),
    (place) =>
      askStep({
        title,
        ...place,
        placeholder: l10n.t('How alike is firing?'),
        choices: AFFINITIES,
        note,
        signal: fit.unfit,
      }),
  ]);
  const end = await fit.end();
  if (end !== undefined) return present(end, parts.log);
  if (answers === undefined) return;
  const [documents, lobes, affinity] = answers;
  const place = await resultPlace(ANALYSIS, sae, new Date());
  if (place === undefined) return;
  const spec = {
    model: model.fsPath,
    sae: sae.fsPath,
    ...(layer === undefined ? {} : { layer }),
    documents: documents.map(({ fsPath }) => fsPath),
    lobes,
    affinity,
  };
  const job = { analysis: ANALYSIS, spec, ...place, ...settings, cacheFolder, force: false, unique: true, seed: 0 };
  await runAndOpen(l10n.t('Mapping lobes of {0}', basename(sae)), { job, estimate: fit.estimate }, parts);
}

/** What pairs of features take, where it is much. */
function sizeNote({ features }: SaeFacts): string {
  if (features === undefined) return '';
  const size = formatBytes(pairsBytes(features));
  return ` ${l10n.t('Pairs of {0} features: up to {1}.', count(features), size)}`;
}

async function askLobes(title: string, place: Place, signal: AbortSignal): Promise<Answer<readonly number[]>> {
  for (;;) {
    const pick = await askStep({ title, ...place, placeholder: l10n.t('How many lobes?'), choices: LOBES, signal });
    if (pick?.kind !== 'chosen') return pick;
    const value = pick.value === 'own' ? await askNumbers(title) : pick.value;
    if (value !== undefined) return { kind: 'chosen', value };
  }
}

async function askNumbers(title: string): Promise<readonly number[] | undefined> {
  const text = await window.showInputBox({
    title,
    prompt: l10n.t('Numbers of lobes, from 2 on, separated by commas; the first is the main one'),
    value: '3, 2, 10',
    ignoreFocusOut: true,
    validateInput: (typed) =>
      numbersOf(typed) === undefined ? l10n.t('Different whole numbers from 2 to 256: 3, 2, 10') : undefined,
  });
  return text === undefined ? undefined : numbersOf(text);
}

function numbersOf(text: string): readonly number[] | undefined {
  const numbers = text
    .split(/[,\s]+/)
    .filter(Boolean)
    .map(Number);
  const good = numbers.length > 0 && numbers.every((n) => Number.isInteger(n) && n >= 2 && n <= 256);
  return good && new Set(numbers).size === numbers.length ? numbers : undefined;
}
