import { l10n } from 'vscode';
import type { Uri } from 'vscode';
import { UserError } from '../shared/errors';
import { present, runAndOpen } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { askFits } from './modelsChoice';
import { resultPlace } from './resultPlace';
import { readSettings } from './settings';
import { askSharedStimuli } from './sharedStimuli';
import type { SharedStimuli } from './sharedStimuli';
import { askStep, askSteps } from './steps';
import type { Choice } from './steps';

const ANALYSIS = 'similarity';
const TITLE = l10n.t('Compare Layers of Models');
const HOW = l10n.t('How alike are two layers?');

type Metric = 'cka' | 'debiased-cka' | 'rsa';

const METRICS: readonly Choice<Metric>[] = [
  { label: 'CKA', description: l10n.t('linear centered kernel alignment'), value: 'cka' },
  {
    label: l10n.t('Debiased CKA'),
    description: l10n.t('without the bias of few stimuli and many units'),
    value: 'debiased-cka',
  },
  { label: 'RSA', description: l10n.t('rank correlation of distances (1 − Pearson)'), value: 'rsa' },
];

/** Asks what the models are given and how their layers are compared, and runs `similarity`. @param models two or more */
export async function compareLayers(models: readonly Uri[], parts: CommandParts): Promise<void> {
  if (models.length < 2)
    throw new UserError(l10n.t('Two models are needed'), l10n.t('Choose another one to compare with.'));
  const settings = readSettings();
  const { memory, executor } = settings;
  const { cacheFolder } = parts.engine;
  const fit = askFits(await parts.engine.client(), models, { memory, executor, cacheFolder }, HOW);
  const { note, unfit: signal } = fit;
  const answers = await askSteps<[SharedStimuli, Metric]>([
    (place) => askSharedStimuli(TITLE, place, parts.engine.samples, signal),
    (place) => askStep({ title: TITLE, ...place, placeholder: HOW, choices: METRICS, note, signal }),
  ]);
  const end = await fit.end();
  if (end !== undefined) return present(end, parts.log);
  if (answers === undefined) return;
  const [given, metric] = answers;
  const place = await resultPlace(ANALYSIS, models[0]!, new Date());
  if (place === undefined) return;
  const spec = { model: models.map(({ fsPath }) => fsPath), ...given, metric };
  const job = { analysis: ANALYSIS, spec, ...place, ...settings, cacheFolder, force: false, unique: true, seed: 0 };
  await runAndOpen(l10n.t('Comparing layers of {0} models', models.length), { job, estimate: fit.estimate }, parts);
}
