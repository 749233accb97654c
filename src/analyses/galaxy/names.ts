import { layerName } from '../../shared/words';
import type { CloudFields } from './result';

/** "features of layer 3", for messages and figures. */
export function describe({ kind, layer }: Pick<CloudFields, 'kind' | 'layer'>): string {
  return `${kind} of ${layerName(layer)}`;
}

/** "features of layer 3 and activations of the embedding and layers 0–3, 7", for what is so of several clouds. */
export function describeAll(clouds: readonly Pick<CloudFields, 'kind' | 'layer'>[]): string {
  return KINDS.flatMap(({ kind }) => {
    const layers = clouds.filter((cloud) => cloud.kind === kind).map(({ layer }) => layer);
    return layers.length === 0 ? [] : [`${kind} of ${namedLayers(layers)}`];
  }).join(' and ');
}

function namedLayers(layers: readonly number[]): string {
  const blocks = layers.filter((layer) => layer !== -1).sort((a, b) => a - b);
  const embedding = layers.includes(-1) ? ['the embedding'] : [];
  if (blocks.length === 0) return embedding.join();
  return [...embedding, `${blocks.length === 1 ? 'layer' : 'layers'} ${runsOf(blocks).join(', ')}`].join(' and ');
}

/** Neighbours as one: 0, 1, 2, 7 are "0–2" and "7". */
function runsOf(ascending: readonly number[]): string[] {
  const starts = ascending.filter((layer) => !ascending.includes(layer - 1));
  return starts.map((first) => {
    let last = first;
    while (ascending.includes(last + 1)) last += 1;
    return first === last ? String(first) : `${first}–${last}`;
  });
}

/** The two kinds of clouds, as legends call them. */
export const KINDS = [
  { kind: 'features', name: 'SAE features', role: 'selected' },
  { kind: 'activations', name: 'activations', role: 'condition-1' },
] as const;
