import { l10n, window, workspace } from 'vscode';
import type { Uri } from 'vscode';
import { count } from '../shared/words';
import { guarded, present, runAndOpen } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { mayRun } from './modelChoice';
import { askFit } from './modelFit';
import { basename, displayPath, parent } from './paths';
import { layersOfText, spreadLayers } from './relationFacts';
import { askRelations } from './relationsChoice';
import type { Relations } from './relationsChoice';
import { resultPlace } from './resultPlace';
import { chooseSae, layersOf } from './saeChoice';
import { clickedSae } from './saeFolders';
import { readSettings } from './settings';
import { askStep, askSteps } from './steps';
import type { Answer, Choice, Place } from './steps';

const ANALYSIS = 'crystals';
const TITLE = l10n.t('Find Concept Crystals');
const WHICH_LAYERS = l10n.t('At which layers?');

/** Where crystals are looked for: words in a model, or features of a decoder. */
type Subject =
  | { readonly kind: 'model'; readonly model: Uri }
  | { readonly kind: 'sae'; readonly sae: Uri }
  | { readonly kind: 'browse' };

/**
 * *Brainlens: Find Concept Crystals…*: from a model and relations between words to parallelograms, or from an SAE to
 * those of its decoder.
 * @param clicked a model, an SAE folder or its `params.npz`; absent from the palette
 */
export async function findCrystals(clicked: Uri | undefined, parts: CommandParts): Promise<void> {
  await guarded(parts.log, async () => {
    if (!(await mayRun(workspace.isTrusted))) return;
    const subject = clicked === undefined ? await askSubject(parts) : await subjectOf(clicked);
    if (subject === undefined) return;
    if (subject.kind === 'model') return findInWords(subject.model, parts);
    const sae = subject.kind === 'sae' ? subject.sae : await chooseSae(undefined, parts.saes, TITLE);
    if (sae !== undefined) await findInDecoder(sae, parts);
  });
}

async function subjectOf(clicked: Uri): Promise<Subject> {
  const found = await clickedSae(clicked);
  return 'sae' in found ? { kind: 'sae', ...found } : { kind: 'model', ...found };
}

async function askSubject({ saes, models }: CommandParts): Promise<Subject | undefined> {
  const item = (uri: Uri, label: string, subject: Subject) => ({
    label: `$(folder) ${label}`,
    description: displayPath(parent(uri)),
    subject,
  });
  const items: { label: string; description?: string; subject: Subject }[] = [
    ...(await models.list()).map((model) =>
      item(model, l10n.t('Words in {0}', basename(model)), { kind: 'model', model }),
    ),
    ...(await saes.list()).map((sae) => item(sae, l10n.t('Features of {0}', basename(sae)), { kind: 'sae', sae })),
    { label: `$(folder-opened) ${l10n.t('Browse for an SAE Folder…')}`, subject: { kind: 'browse' } },
  ];
  const placeHolder = l10n.t('Parallelograms of what?');
  return (await window.showQuickPick(items, { title: TITLE, placeHolder, ignoreFocusOut: true }))?.subject;
}

async function findInWords(model: Uri, parts: CommandParts): Promise<void> {
  const title = l10n.t('Crystals in {0}', basename(model));
  const settings = readSettings();
  const { memory, executor } = settings;
  const { cacheFolder } = parts.engine;
  const request = { model: model.fsPath, memory, executor, cacheFolder };
  const fit = askFit(await parts.engine.client(), request, WHICH_LAYERS);
  const layers = await layersOf(model);
  const answers = await askSteps<[Relations, readonly number[]]>([
    (place) => askRelations(title, place, fit.unfit),
    (place) => askLayers(title, place, layers, fit),
  ]);
  const end = await fit.end();
  if (end !== undefined) return present(end, parts.log);
  if (answers === undefined) return;
  const [relations, chosen] = answers;
  const paths = relations?.map(({ fsPath }) => fsPath);
  const spec = { model: model.fsPath, ...(paths && { relations: paths }), layers: chosen };
  const place = await resultPlace(ANALYSIS, model, new Date());
  if (place === undefined) return;
  const job = { analysis: ANALYSIS, spec, ...place, ...settings, cacheFolder, force: false, unique: true, seed: 0 };
  await runAndOpen(l10n.t('Finding crystals in {0}', basename(model)), { job, estimate: fit.estimate }, parts);
}

async function askLayers(
  title: string,
  place: Place,
  layers: number | undefined,
  { note, unfit: signal }: Pick<ReturnType<typeof askFit>, 'note' | 'unfit'>,
): Promise<Answer<readonly number[]>> {
  const spread = layers === undefined ? [] : spreadLayers(layers);
  const choices: Choice<readonly number[] | 'own'>[] = [
    { label: l10n.t('Embedding and Layer 0'), description: l10n.t('as published'), value: [-1, 0] },
    ...(spread.length > 2
      ? [
          {
            label: l10n.t('Embedding, First, Middle and Last Layer'),
            description: spread.join(', ').replaceAll('-', '−'),
            value: spread,
          },
        ]
      : []),
    { label: l10n.t('Other Layers…'), value: 'own' },
  ];
  for (;;) {
    const pick = await askStep({ title, ...place, placeholder: WHICH_LAYERS, choices, note, signal });
    if (pick?.kind !== 'chosen') return pick;
    const value = pick.value === 'own' ? await askOwnLayers(title, layers) : pick.value;
    if (value !== undefined) return { kind: 'chosen', value };
  }
}

async function askOwnLayers(title: string, layers: number | undefined): Promise<readonly number[] | undefined> {
  const wanted =
    layers === undefined
      ? l10n.t('Different whole numbers from −1 on: {0}', '-1, 0, 4')
      : l10n.t('Different whole numbers from −1 to {0}: {1}', layers - 1, '-1, 0, 4');
  const text = await window.showInputBox({
    title,
    prompt: l10n.t('Layers, separated by commas; 0 is the output of the first block, -1 the embedding'),
    value: '-1, 0',
    ignoreFocusOut: true,
    validateInput: (typed) => (layersOfText(typed, layers) === undefined ? wanted : undefined),
  });
  return text === undefined ? undefined : layersOfText(text, layers);
}

async function findInDecoder(sae: Uri, parts: CommandParts): Promise<void> {
  const title = l10n.t('Crystals in {0}', basename(sae));
  const choices = [140, 300, 60].map((features) => ({
    label: l10n.t('{0} Features at Random', features),
    description: l10n.t('{0} differences', count((features * (features - 1)) / 2)),
    value: features,
  }));
  const placeholder = l10n.t('Between how many features?');
  const answer = await askStep({ title, step: 1, steps: 1, placeholder, choices });
  if (answer?.kind !== 'chosen') return;
  const place = await resultPlace(ANALYSIS, sae, new Date());
  if (place === undefined) return;
  const spec = { sae: sae.fsPath, count: answer.value };
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
  await runAndOpen(l10n.t('Finding crystals in {0}', basename(sae)), { job }, parts);
}
