import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import { present } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { browseDataset, covariatesOf, datasetChoices } from './datasetChoice';
import type { DatasetPick } from './datasetChoice';
import { askFits } from './modelsChoice';
import { readSettings } from './settings';
import { resultsFolderIn } from './resultsFolder';
import { askStep, askSteps } from './steps';
import type { Answer, Choice, Place } from './steps';
import { runStudyFile } from './study/run';
import { nameProblem, studyText } from './study/text';

const TITLE = l10n.t('Compare Models on Brain Data');
const AGAINST = l10n.t('Best layers of units against what?');

/** A covariate of the dataset's units, or none. */
type Covariate = { readonly name?: string };

/**
 * Asks for recordings and a covariate, writes a study of the models, opens it and runs it: every model aligned, their
 * hierarchies, the similarity of their layers.
 * @param models two or more
 */
export async function compareEverything(models: readonly Uri[], parts: CommandParts): Promise<void> {
  const home = workspace.getWorkspaceFolder(models[0]!)?.uri ?? workspace.workspaceFolders?.[0]?.uri;
  if (home === undefined) return;
  const { memory, executor } = readSettings();
  const { cacheFolder } = parts.engine;
  const fit = askFits(await parts.engine.client(), models, { memory, executor, cacheFolder }, AGAINST);
  let dataset: Uri | undefined;
  const answers = await askSteps<[Uri, Covariate]>([
    async (place) => {
      const answer = await askDataset(place, parts.engine.samples, fit.unfit);
      if (answer?.kind === 'chosen') dataset = answer.value;
      return answer;
    },
    async (place) => askCovariate(place, await covariatesOf(dataset!), fit),
  ]);
  const end = await fit.end();
  if (end !== undefined) return present(end, parts.log);
  const name = answers && (await askName(home));
  if (answers === undefined || name === undefined) return;
  const [recordings, { name: covariate }] = answers;
  const file = fileOf(home.fsPath, name);
  const text = studyText({
    name,
    models: models.map(({ fsPath }) => written(home.fsPath, fsPath)),
    dataset: written(home.fsPath, recordings.fsPath),
    ...(covariate !== undefined && { covariate }),
    taken: (one) => existsSync(join(home.fsPath, one)),
  });
  await writeFile(file, text, { flag: 'wx' });
  await window.showTextDocument(Uri.file(file), { preview: false });
  await runStudyFile(Uri.file(file), {}, parts);
}

async function askDataset(place: Place, samples: string, signal: AbortSignal): Promise<Answer<Uri>> {
  const choices = await datasetChoices(samples);
  for (;;) {
    const pick = await askStep<DatasetPick>({
      title: TITLE,
      ...place,
      placeholder: l10n.t('Which recordings?'),
      choices,
      signal,
    });
    if (pick?.kind !== 'chosen') return pick;
    const value = pick.value.kind === 'manifest' ? pick.value.file : await browseDataset();
    if (value !== undefined) return { kind: 'chosen', value };
  }
}

function askCovariate(
  place: Place,
  names: readonly string[],
  { note, unfit: signal }: ReturnType<typeof askFits>,
): Promise<Answer<Covariate>> {
  const choices: Choice<Covariate>[] = [
    ...names.map((name) => ({ label: `$(symbol-numeric) ${name}`, value: { name } })),
    { label: l10n.t('Nothing'), description: l10n.t('alignments and similarity, no hierarchy'), value: {} },
  ];
  return askStep({ title: TITLE, ...place, placeholder: AGAINST, choices, note, signal });
}

/** A name under which neither a study nor results lie. */
function askName(home: Uri): Thenable<string | undefined> {
  const results = resultsFolderIn(home);
  const free = (name: string): boolean =>
    !existsSync(fileOf(home.fsPath, name)) && !existsSync(join(home.fsPath, results, name));
  let value = 'models';
  for (let n = 2; !free(value); n += 1) value = `models-${n}`;
  return window.showInputBox({
    title: TITLE,
    prompt: l10n.t('Name of the study: it is written to <name>.study.yaml, its results to {0}/<name>', results),
    value,
    ignoreFocusOut: true,
    validateInput: (name) =>
      nameProblem(name) ?? (free(name) ? undefined : l10n.t('There is a study {0}, or results of it', name)),
  });
}

function fileOf(home: string, name: string): string {
  return join(home, `${name}.study.yaml`);
}

/** A path as the study has it: relative where it lies in the workspace. */
function written(home: string, path: string): string {
  const inside = relative(home, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside.replaceAll('\\', '/');
}
