import type { Sae } from '../../data/sae/sae';
import { UserError } from '../../shared/errors';
import type { ModelDescription } from '../transformer';

/** Families whose norms take the mean off: only there can a model be centred without a change to what it computes. */
const LAYER_NORM: ReadonlySet<string> = new Set(['gpt2']);

/**
 * The layer that an SAE is to read in this model: −1 (the embedding) … L − 1.
 * @param layer as the person asked for; without it, the SAE's own
 * @throws UserError where the widths differ, the layer is missing, out of range or not the SAE's own, or the SAE wants
 * centred writing weights of a model that cannot be centred
 */
export function checkSaeFits(sae: Sae, description: ModelDescription, layer: number | undefined): number {
  const { path, width, layer: own } = sae;
  if (width !== description.width) {
    throw new UserError(
      `${path} reads a residual stream of width ${width}, but the model's (${description.family}) has ${description.width}`,
      'Take an SAE that was trained on this model.',
    );
  }
  if (layer !== undefined && own !== undefined && layer !== own) {
    throw new UserError(
      `${path} was trained on layer ${own}, not on layer ${layer}`,
      `Leave the layer out, or give ${own}.`,
    );
  }
  const chosen = layer ?? own;
  if (chosen === undefined)
    throw new UserError(`${path} does not say which layer it reads`, `Give the layer${hintOf(path)}.`);
  if (!Number.isSafeInteger(chosen) || chosen < -1 || chosen >= description.layers) {
    throw new UserError(
      `${path} is to read layer ${chosen}, but the model has layers 0 to ${description.layers - 1}`,
      'Take an SAE that was trained on this model, or another layer.',
    );
  }
  if (sae.input.centre && !LAYER_NORM.has(description.family)) {
    throw new UserError(
      `${path} asks for centred writing weights, which a model with RMSNorm (${description.family}) does not have`,
      'TransformerLens ignores this for such models: set center_writing_weights to false in cfg.json.',
    );
  }
  return chosen;
}

/** Gemma Scope's folders carry the layer in their name. */
function hintOf(path: string): string {
  const layer = /layer_(\d+)/.exec(path)?.[1];
  return layer === undefined ? '' : `; by its path it is ${layer}`;
}
