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

/** Mean |activation| over all stimuli, f64 [units]. */
export function meanMagnitude({ values, n, units }: Responses): Float64Array {
  const magnitude = new Float64Array(units);
  for (let row = 0; row < n; row++) {
    for (let unit = 0; unit < units; unit++) magnitude[unit]! += Math.abs(values[row * units + unit]!);
  }
  return magnitude.map((sum) => sum / n);
}
