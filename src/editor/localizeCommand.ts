import { commands, Uri, window, workspace } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import type { Outcome } from '../engine/client';
import { messageOf, UserError } from '../shared/errors';
import type { Engine } from './engine';
import { describeEstimate, endOf } from './estimateText';
import { askLocalization } from './localizeQuestions';
import { chooseModel, mayRun } from './modelChoice';
import type { ModelFolders } from './modelFolders';
import { basename } from './paths';
import { RESULT_EDITOR } from './resultEditor';
import { resultPlace } from './resultPlace';
import { runWithProgress } from './runProgress';
import { readSettings } from './settings';

/** What the command needs of its surroundings. */
export interface LocalizeParts {
  readonly engine: Engine;
  readonly models: ModelFolders;
  readonly log: LogOutputChannel;
}

const ANALYSIS = 'localize';

/**
 * *Brainlens: Localize Language Units…*: from a model to its open result. Never throws: what fails is shown.
 * @param clicked the model in the Explorer; absent from the palette
 */
export async function localize(clicked: Uri | undefined, parts: LocalizeParts): Promise<void> {
  try {
    await localizeOrThrow(clicked, parts);
  } catch (error) {
    if (!(error instanceof UserError)) parts.log.error(error instanceof Error ? error : String(error));
    await showFailure(messageOf(error), error instanceof UserError, parts.log);
  }
}

async function localizeOrThrow(clicked: Uri | undefined, parts: LocalizeParts): Promise<void> {
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
  const spec = { model: model.fsPath, ...(stimuli.length > 0 ? { stimuli } : {}), ...answers.selection };
  const job = { analysis: ANALYSIS, spec, ...place, ...settings, cacheFolder, force: false, unique: true, seed: 0 };
  parts.log.info(`${ANALYSIS} ${JSON.stringify(job)}`);
  const outcome = await runWithProgress(
    `Localizing language units in ${basename(model)}`,
    { client, log: parts.log },
    { job, estimate },
  );
  await present(outcome, parts.log);
}

/** Opens the result, or says why there is none. */
async function present(outcome: Outcome, log: LogOutputChannel): Promise<void> {
  switch (outcome.kind) {
    case 'done': {
      log.info(`${outcome.out}: ${outcome.summary}`);
      for (const warning of outcome.warnings) log.warn(warning);
      const result = Uri.joinPath(Uri.file(outcome.out), 'result.json');
      await commands.executeCommand('vscode.openWith', result, RESULT_EDITOR, { preview: false });
      return;
    }
    case 'cancelled':
      log.info('Cancelled; nothing was written.');
      return;
    case 'failed':
      log.error(outcome.message);
      await showFailure(outcome.message, outcome.user, log);
  }
}

/** A person's own mistake as it is; ours with the way to the log. */
async function showFailure(message: string, user: boolean, log: LogOutputChannel): Promise<void> {
  const show = 'Show Log';
  const answer = await window.showErrorMessage(`Brainlens: ${message}`, ...(user ? [] : [show]));
  if (answer === show) log.show();
}
