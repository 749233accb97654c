import { l10n } from 'vscode';
import type { Uri } from 'vscode';
import type { EstimateOutcome } from '../engine/client';
import type { EstimateRequest } from '../shared/protocol';
import type { EngineCalls } from './enginePool';
import { mostNeeding } from './estimateText';
import { browse } from './modelChoice';
import { modelIcon } from './modelFolders';
import type { ModelFolders } from './modelFolders';
import { askFit } from './modelFit';
import type { Fit } from './modelFit';
import { basename, displayPath, parent } from './paths';
import { askSeveral } from './severalStep';
import type { Answer, Place } from './steps';

const BROWSE = [
  { icon: 'folder-opened', tooltip: l10n.t('Browse for a Model Folder…'), what: 'folder' as const },
  { icon: 'file-binary', tooltip: l10n.t('Browse for a .gguf or .onnx File…'), what: 'file' as const },
];

/**
 * Asks for two or more models: those of the workspace, and others from disk.
 * @param picked checked at first
 */
export async function askModels(
  title: string,
  place: Place,
  models: ModelFolders,
  picked: readonly Uri[],
): Promise<Answer<readonly Uri[]>> {
  const known = new Map([...(await models.list()), ...picked].map((uri) => [uri.toString(), uri]));
  let chosen = picked.map((uri) => uri.toString());
  for (;;) {
    const answer = await askSeveral({
      title,
      ...place,
      placeholder: l10n.t('Which models? Choose two or more'),
      candidates: [...known].map(([value, uri]) => ({
        label: `$(${modelIcon(uri)}) ${basename(uri)}`,
        description: displayPath(parent(uri)),
        value,
      })),
      picked: chosen,
      least: 2,
      tooFew: l10n.t('Choose at least two models to compare.'),
      others: BROWSE,
    });
    if (answer?.kind === 'chosen') return { kind: 'chosen', value: answer.value.map((key) => known.get(key)!) };
    if (answer?.kind !== 'other') return answer;
    const added = await browse(answer.other.what);
    if (added !== undefined) known.set(added.toString(), added);
    chosen = [...new Set([...answer.chosen, ...(added === undefined ? [] : [added.toString()])])];
  }
}

/**
 * Whether models can be run one after the other, asked while the person answers questions: the one that needs most, or
 * the first that cannot be run.
 * @param question the placeholder that the note takes the place of
 */
export function askFits(
  client: Pick<EngineCalls, 'estimate'>,
  models: readonly Uri[],
  rest: Omit<EstimateRequest, 'model'>,
  question: string,
): Fit {
  const estimate = async (): Promise<EstimateOutcome> =>
    mostNeeding(await Promise.all(models.map(({ fsPath }) => client.estimate({ ...rest, model: fsPath }))));
  return askFit({ estimate }, { ...rest, model: models[0]!.fsPath }, question);
}
