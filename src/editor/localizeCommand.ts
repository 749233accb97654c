import { commands, Uri, window, workspace } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import { catalog } from '../analyses/catalog';
import type { EngineClient, Outcome } from '../engine/client';
import { messageOf, UserError } from '../shared/errors';
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
  readonly engine: EngineClient;
  readonly models: ModelFolders;
  readonly log: LogOutputChannel;
  /** Folder for dequantised weights and activations. */
  readonly cacheFolder: string;
}

const analysis = catalog.find(({ id }) => id === 'localize')!;

/** Registers *Brainlens: Localize Language Units…* of the palette and the Explorer. */
export function registerLocalize(parts: LocalizeParts): { dispose(): void } {
  return commands.registerCommand(`brainlens.${analysis.id}`, async (clicked?: Uri) => {
    try {
      await localize(clicked instanceof Uri ? clicked : undefined, parts);
    } catch (error) {
      if (!(error instanceof UserError)) parts.log.error(error instanceof Error ? error : String(error));
      await showFailure(messageOf(error), error instanceof UserError, parts.log);
    }
  });
}

async function localize(clicked: Uri | undefined, parts: LocalizeParts): Promise<void> {
  if (!(await mayRun(workspace.isTrusted))) return;
  const model = await chooseModel(clicked, parts.models);
  if (model === undefined) return;
  const settings = readSettings();
  const { memory, executor } = settings;
  const { cacheFolder } = parts;
  // Asked while the person reads the first question: what the run needs then stands beside the last one, and a model
  // that cannot be run is refused before more is asked.
  const estimate = parts.engine.estimate({ model: model.fsPath, memory, executor, cacheFolder });
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
  const place = await resultPlace(analysis.id, model, new Date());
  if (place === undefined) return;
  const stimuli = answers.stimuli.map(({ fsPath }) => fsPath);
  const spec = { model: model.fsPath, ...(stimuli.length > 0 ? { stimuli } : {}), ...answers.selection };
  const job = { analysis: analysis.id, spec, ...place, ...settings, cacheFolder, force: false, unique: true, seed: 0 };
  parts.log.info(`${analysis.id} ${JSON.stringify(job)}`);
  const outcome = await runWithProgress(`Localizing language units in ${basename(model)}`, parts, { job, estimate });
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
