import type { CloudFields } from './result';

/** "features of layer 3", for messages and figures. */
export function describe({ kind, layer }: Pick<CloudFields, 'kind' | 'layer'>): string {
  return layer === -1 ? `${kind} of the embedding` : `${kind} of layer ${layer}`;
}

/** The two kinds of clouds, as legends call them. */
export const KINDS = [
  { kind: 'features', name: 'SAE features', role: 'selected' },
  { kind: 'activations', name: 'activations', role: 'condition-1' },
] as const;
