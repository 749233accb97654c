import { l10n } from 'vscode';
import type { Uri } from 'vscode';
import { basename } from './paths';
import { askCount, selectionChoices } from './selectionChoice';
import type { Selection } from './selectionChoice';
import { askStep } from './steps';
import { browseStimuli, stimuliChoices } from './stimuliChoice';
import type { BuiltInNetwork, Stimuli } from './stimuliChoice';

/** What a person decides about a localization; everything else has its published default. */
export interface LocalizeAnswers {
  readonly network: BuiltInNetwork;
  /** Empty: the network's built-in set. */
  readonly stimuli: readonly Uri[];
  readonly selection: { readonly fraction: number } | { readonly count: number };
}

/**
 * Asks the two questions of a localization: stimuli, and how many units. Enter twice takes the defaults.
 * @param note shown with the last question when it is known: what the run will need
 * @param signal ends the questions: the model cannot be run
 * @returns `undefined` when the person leaves
 */
export async function askLocalization(
  model: Uri,
  note: Promise<string | undefined>,
  signal: AbortSignal,
): Promise<LocalizeAnswers | undefined> {
  const title = l10n.t('Localize Language Units in {0}', basename(model));
  const choices = await stimuliChoices();
  for (;;) {
    const stimuli = await askStep<Stimuli>({
      title,
      step: 1,
      steps: 2,
      placeholder: l10n.t('Which stimuli? Language units respond more to sentences than to nonwords'),
      choices,
      signal,
    });
    if (stimuli?.kind !== 'chosen') return undefined;
    const files = await stimulusFiles(stimuli.value);
    if (files === undefined) continue;
    const selection = await askStep<Selection>({
      title,
      step: 2,
      steps: 2,
      placeholder: l10n.t('How many units?'),
      choices: selectionChoices,
      note,
      signal,
    });
    if (selection === undefined) return undefined;
    const chosen = selection.kind === 'back' ? undefined : await units(selection.value, title);
    const network = stimuli.value.kind === 'built-in' ? stimuli.value.network : 'language';
    if (chosen !== undefined) return { network, stimuli: files, selection: chosen };
  }
}

async function stimulusFiles(stimuli: Stimuli): Promise<readonly Uri[] | undefined> {
  switch (stimuli.kind) {
    case 'built-in':
      return [];
    case 'files':
      return stimuli.files;
    case 'browse':
      return browseStimuli();
  }
}

async function units(selection: Selection, title: string): Promise<LocalizeAnswers['selection'] | undefined> {
  if (!('custom' in selection)) return selection;
  const count = await askCount(title);
  return count === undefined ? undefined : { count };
}
