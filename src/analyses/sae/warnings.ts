import { basename } from 'node:path';
import type { Sae } from '../../data/sae/sae';
import { namesAnotherModel } from '../../shared/model-name';
import { count, counted } from '../../shared/words';
import type { RunContext } from '../contract';

/**
 * Warns of what a person should know before they trust an SAE: its own notes, and that it was trained on another model.
 * @param model path of the model that it is used on, where there is one
 */
export function warnOfSae(
  { path, notes = [], trainedOn }: Pick<Sae, 'path' | 'notes' | 'trainedOn'>,
  model: string | undefined,
  context: Pick<RunContext, 'warn'>,
): void {
  for (const note of notes) context.warn(`${basename(path)}: ${note}`);
  if (model === undefined || !namesAnotherModel(trainedOn.model ?? '', model)) return;
  context.warn(
    `${basename(path)} says that it was trained on ${trainedOn.model}, and the model is ${basename(model)}: its features mean little on another model.`,
  );
}

/** Warns of text that a firing pass left out: what is behind the last whole block, and behind the longest sequence. */
export function warnOfLeftOut(
  {
    dropped,
    cutDocuments,
  }: { readonly dropped: { readonly tokens: number; readonly documents: number }; readonly cutDocuments: number },
  { blockTokens, maxTokens }: { readonly blockTokens: number; readonly maxTokens: number },
  context: Pick<RunContext, 'warn'>,
): void {
  if (dropped.tokens > 0) {
    const whole =
      dropped.documents === 0 ? '' : `, among them ${counted(dropped.documents, 'document')} without a whole one`;
    context.warn(
      `${counted(dropped.tokens, 'token')} behind the last whole block of ${count(blockTokens)} are left out${whole} (--join N puts short documents together).`,
    );
  }
  if (cutDocuments > 0) {
    context.warn(
      `${counted(cutDocuments, 'document')} longer than ${counted(maxTokens, 'token')}: the rest is left out (--long split reads all of it).`,
    );
  }
}
