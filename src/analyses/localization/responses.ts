/** What the units answered: |pooled activation| of every stimulus (signed where asked for), layers × width units. */
export interface Responses {
  /** f32 [n, layers, width], C order */
  readonly values: Float32Array;
  readonly n: number;
  readonly layers: number;
  readonly width: number;
  /** layers · width */
  readonly units: number;
}

/** Units with the largest mean |activation| of each layer that count as massive. */
export const MASSIVE_PER_LAYER = 3;

/** Mean |activation| over all stimuli, f64 [units]. */
export function meanMagnitude({ values, n, units }: Responses): Float64Array {
  const magnitude = new Float64Array(units);
  for (let row = 0; row < n; row++) {
    for (let unit = 0; unit < units; unit++) magnitude[unit]! += Math.abs(values[row * units + unit]!);
  }
  return magnitude.map((sum) => sum / n);
}

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
