import type { Uri } from 'vscode';
import { l10n, window, workspace } from 'vscode';
import { guarded, runAndOpen } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { describeEstimate, endOf } from './estimateText';
import { chooseLocalization, modelOf, unitsOf } from './localizationChoice';
import { chooseModel, mayRun } from './modelChoice';
import { basename } from './paths';
import { resultPlace } from './resultPlace';
import { readSettings } from './settings';
import { askStep } from './steps';
import type { Choice } from './steps';

const ANALYSIS = 'ablate';
const TITLE = l10n.t('Ablate Units');
const THOROUGHLY = l10n.t('How thoroughly? A cancelled run goes on where it stopped.');

/** How much is measured; more takes longer. */
interface Depth {
  readonly fractions?: readonly number[];
  readonly randomSeeds?: number;
  readonly items?: number;
}

type Tasks = { readonly kind: 'built-in' } | { readonly kind: 'browse' };

const TASKS: readonly Choice<Tasks>[] = [
  {
    label: `$(book) ${l10n.t('Built-in Tasks')}`,
    description: l10n.t('11 minimal-pair paradigms, arithmetic, pattern continuation'),
    value: { kind: 'built-in' },
  },
  {
    label: `$(folder-opened) ${l10n.t('Browse…')}`,
    description: l10n.t('BLiMP or other minimal pairs, SyntaxGym suites, multiple choice, texts'),
    value: { kind: 'browse' },
  },
];

/** Shares of units of a full sweep; a small model has no units for the smallest. */
const FRACTIONS = [0.00125, 0.0025, 0.005, 0.01, 0.02, 0.05];

/** @param units of the whole model */
function depthsOf(units: number): Choice<Depth>[] {
  const fractions = FRACTIONS.filter((fraction) => Math.floor(fraction * units + 1e-9) >= 1);
  return [
    {
      label: l10n.t('First Look'),
      description: l10n.t('1 % of all units, 5 random draws of each kind, 25 items of each task'),
      value: { fractions: [0.01], randomSeeds: 5, items: 25 },
    },
    {
      label: l10n.t('One Fraction'),
      description: l10n.t('1 % of all units, 20 random draws of each kind, all items'),
      value: { fractions: [0.01] },
    },
    {
      label: l10n.t('Full Sweep'),
      description: l10n.t('{0} fractions, 20 random draws of each kind, all items', fractions.length),
      value: { fractions },
    },
  ];
}

/**
 * *Brainlens: Ablate Units…*: from a localization to what the model can no longer do without its units.
 * @param clicked the localization's result.json; absent from the palette
 */
export async function ablate(clicked: Uri | undefined, parts: CommandParts): Promise<void> {
  await guarded(parts.log, () => ablateOrThrow(clicked, parts));
}

async function ablateOrThrow(clicked: Uri | undefined, parts: CommandParts): Promise<void> {
  if (!(await mayRun(workspace.isTrusted))) return;
  const localization = await chooseLocalization(clicked, parts.results, TITLE);
  if (localization === undefined) return;
  const model = (await modelOf(localization)) ?? (await chooseModel(undefined, parts.models, TITLE));
  if (model === undefined) return;
  const settings = readSettings();
  const { memory, executor } = settings;
  const { cacheFolder } = parts.engine;
  const estimate = (await parts.engine.client()).estimate({ model: model.fsPath, memory, executor, cacheFolder });
  const note = estimate.then((outcome) =>
    outcome.kind === 'done' && endOf(outcome) === undefined
      ? `${THOROUGHLY} ${describeEstimate(outcome.estimate)}`
      : undefined,
  );
  const answers = await ask(
    l10n.t('{0} of {1}', TITLE, basename(localization)),
    depthsOf(await unitsOf(localization)),
    note,
  );
  if (answers === undefined) return;
  const place = await resultPlace(ANALYSIS, model, new Date());
  if (place === undefined) return;
  const tasks = answers.tasks.map(({ fsPath }) => fsPath);
  const spec = {
    model: model.fsPath,
    units: localization.fsPath,
    ...(tasks.length > 0 ? { tasks } : {}),
    ...answers.depth,
  };
  const job = { analysis: ANALYSIS, spec, ...place, ...settings, cacheFolder, force: false, unique: true, seed: 0 };
  await runAndOpen(l10n.t('Silencing units of {0}', basename(model)), { job, estimate }, parts);
}

async function ask(
  title: string,
  depths: readonly Choice<Depth>[],
  note: Promise<string | undefined>,
): Promise<{ tasks: readonly Uri[]; depth: Depth } | undefined> {
  for (;;) {
    const first = await askStep<Tasks>({
      title,
      step: 1,
      steps: 2,
      placeholder: l10n.t('Which tasks?'),
      choices: TASKS,
    });
    if (first?.kind !== 'chosen') return undefined;
    const tasks = first.value.kind === 'built-in' ? [] : await browseTasks();
    if (tasks === undefined) continue;
    const second = await askStep<Depth>({
      title,
      step: 2,
      steps: 2,
      placeholder: THOROUGHLY,
      choices: depths,
      note,
    });
    if (second === undefined) return undefined;
    if (second.kind === 'chosen') return { tasks, depth: second.value };
  }
}

async function browseTasks(): Promise<readonly Uri[] | undefined> {
  return window.showOpenDialog({
    title: l10n.t('Tasks: minimal pairs, SyntaxGym suites, multiple choice, texts'),
    openLabel: l10n.t('Use These Tasks'),
    canSelectMany: true,
    filters: { [l10n.t('Tasks')]: ['jsonl', 'json', 'csv', 'txt'] },
  });
}
