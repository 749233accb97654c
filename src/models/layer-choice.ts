import { UserError } from '../shared/errors';

/**
 * The layers asked for, or all blocks; −1 is the embedding.
 * @param count blocks of the model
 * @throws UserError for a layer that the model does not have, or one named twice
 */
export function chosenLayers(asked: readonly number[] | undefined, count: number): readonly number[] {
  const layers = asked ?? Array.from({ length: count }, (_, layer) => layer);
  const wrong = layers.find((layer) => !Number.isInteger(layer) || layer < -1 || layer >= count);
  if (wrong !== undefined) {
    const remedy = `Layers run from 0 to ${count - 1}; −1 is the embedding.`;
    throw new UserError(`Layer ${wrong} is not in the model`, remedy);
  }
  if (new Set(layers).size !== layers.length) throw new UserError('A layer is named twice', 'Name each layer once.');
  return layers;
}
