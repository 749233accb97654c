import type { Transformer } from './transformer';

/**
 * What a cache's key says of where a model's numbers were made: nothing of the CPU, whose numbers are one, and the
 * provider's name otherwise, so that theirs are not mixed.
 */
export function placementKey({ placement }: Pick<Transformer, 'placement'>): readonly string[] {
  return placement === undefined || placement.provider === 'cpu' ? [] : [placement.provider];
}
