import type { Uri } from 'vscode';
import { l10n, workspace } from 'vscode';
import { guarded, present, runAndOpen } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { browseDataset, datasetChoices, datasetName } from './datasetChoice';
import type { DatasetPick } from './datasetChoice';
import { chooseModel, mayRun } from './modelChoice';
import { askFit } from './modelFit';
import type { Fit } from './modelFit';
import { basename } from './paths';
import { resultPlace } from './resultPlace';
import { readSettings } from './settings';
import { askStep } from './steps';
import type { Choice } from './steps';

const ANALYSIS = 'align';
const TITLE = l10n.t('Align with Brain Data');

/** How features and responses are compared; everything else has its default. */
interface Method {
  readonly metric?: 'ridge' | 'debiased-cka' | 'rsa';
  readonly alpha?: 'nested' | 'loo' | 'ols';
  readonly permutations?: number;
}

const METHODS: readonly Choice<Method>[] = [
  {
    label: l10n.t('Ridge, Nested Cross-Validation'),
    description: l10n.t('the penalty of every region is chosen by inner folds'),
    value: { alpha: 'nested' },
  },
  {
    label: l10n.t('Ridge, Leave-One-Out'),
    description: l10n.t('the penalty is chosen leaving one row out: fastest'),
    value: { alpha: 'loo' },
  },
  {
    label: l10n.t('Ridge with p-Values'),
    description: l10n.t('leave-one-out, and the whole fit again on 100 permutations'),
    value: { alpha: 'loo', permutations: 100 },
  },
  {
    label: l10n.t('Least Squares'),
    description: l10n.t('no penalty: the minimum-norm solution'),
    value: { alpha: 'ols' },
  },
  {
    label: l10n.t('Debiased CKA'),
    description: l10n.t('similarity of geometry, without fitting'),
    value: { metric: 'debiased-cka' },
  },
  { label: 'RSA', description: l10n.t('rank correlation of distances, without fitting'), value: { metric: 'rsa' } },
];

/**
 * *Brainlens: Align with Brain Data…*: from a model or a dataset to the layers that predict the recordings.
 * @param clicked a model or a dataset manifest; absent from the palette
 */
export async function align(clicked: Uri | undefined, parts: CommandParts): Promise<void> {
  await guarded(parts.log, () => alignOrThrow(clicked, parts));
}

async function alignOrThrow(clicked: Uri | undefined, parts: CommandParts): Promise<void> {
  if (!(await mayRun(workspace.isTrusted))) return;
  const manifest = clicked !== undefined && /\.ya?ml$/i.test(clicked.path) ? clicked : undefined;
  const title = manifest === undefined ? TITLE : l10n.t('Align with {0}', await datasetName(manifest));
  const model = await chooseModel(manifest === undefined ? clicked : undefined, parts.models, title);
  if (model === undefined) return;
  const settings = readSettings();
  const { memory, executor } = settings;
  const { cacheFolder } = parts.engine;
  const request = { model: model.fsPath, memory, executor, cacheFolder };
  const fit = askFit(await parts.engine.client(), request, l10n.t('How shall they be compared?'));
  const answers = await ask(model, manifest, fit, parts.engine.samples);
  const end = await fit.end();
  if (end !== undefined) return present(end, parts.log);
  if (answers === undefined) return;
  const { dataset, method } = answers;
  const place = await resultPlace(ANALYSIS, manifest ?? model, new Date());
  if (place === undefined) return;
  const spec = { model: model.fsPath, dataset: dataset.fsPath, ...method };
  const job = { analysis: ANALYSIS, spec, ...place, ...settings, cacheFolder, force: false, unique: true, seed: 0 };
  const running = l10n.t('Aligning {0} with {1}', basename(model), await datasetName(dataset));
  await runAndOpen(running, { job, estimate: fit.estimate }, parts);
}

async function ask(
  model: Uri,
  manifest: Uri | undefined,
  { note, unfit: signal }: Fit,
  samples: string,
): Promise<{ readonly dataset: Uri; readonly method: Method } | undefined> {
  const title = l10n.t('Align {0} with Brain Data', basename(model));
  const steps = manifest === undefined ? 2 : 1;
  const choices = manifest === undefined ? await datasetChoices(samples) : [];
  for (;;) {
    const dataset = manifest ?? (await askDataset({ title, steps, choices, signal }));
    if (dataset === undefined) return undefined;
    if (dataset === 'again') continue;
    const placeholder = l10n.t('How shall they be compared?');
    const method = await askStep<Method>({ title, step: steps, steps, placeholder, choices: METHODS, note, signal });
    if (method === undefined) return undefined;
    if (method.kind === 'chosen') return { dataset, method: method.value };
  }
}

async function askDataset(step: {
  readonly title: string;
  readonly steps: number;
  readonly choices: readonly Choice<DatasetPick>[];
  readonly signal: AbortSignal;
}): Promise<Uri | 'again' | undefined> {
  const placeholder = l10n.t('Which recordings?');
  const pick = await askStep<DatasetPick>({ ...step, step: 1, placeholder });
  if (pick?.kind !== 'chosen') return undefined;
  return pick.value.kind === 'manifest' ? pick.value.file : ((await browseDataset()) ?? 'again');
}
