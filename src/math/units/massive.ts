/** Units with the largest mean |activation| of each layer that count as massive. */
export const MASSIVE_PER_LAYER = 3;

/** Massive units: among the three largest mean |activation| of their layer, ties to the lower unit. @returns u8 [units] */
export function massiveUnits(magnitude: Float64Array, layers: number, width: number): Uint8Array {
  const massive = new Uint8Array(magnitude.length);
  for (let layer = 0; layer < layers; layer++) {
    const inLayer = magnitude.subarray(layer * width, (layer + 1) * width);
    const order = Array.from(inLayer.keys()).sort((i, j) => inLayer[j]! - inLayer[i]! || i - j);
    for (const unit of order.slice(0, MASSIVE_PER_LAYER)) massive[layer * width + unit] = 1;
  }
  return massive;
}
