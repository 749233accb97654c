/** Rows of one run. */
export interface RunRows {
  readonly start: number;
  readonly length: number;
}

/**
 * A finite impulse response: the features of the rows `delay` before, one block of columns per delay, in the order of
 * the delays; zeros where that lies before the run. (make_delayed of Huth et al.'s public code, run by run.)
 * @param features f32 [rows, width]
 * @param delays in rows, not negative
 * @returns f32 [rows, delays · width]: `delays` times the memory of the features
 */
export function firDelays(
  features: Float32Array,
  width: number,
  runs: readonly RunRows[],
  delays: readonly number[],
): Float32Array {
  const wide = delays.length * width;
  const out = new Float32Array((features.length / width) * wide);
  for (const { start, length } of runs) {
    delays.forEach((delay, block) => {
      for (let row = delay; row < length; row += 1) {
        const from = (start + row - delay) * width;
        out.set(features.subarray(from, from + width), (start + row) * wide + block * width);
      }
    });
  }
  return out;
}

/** A mean and s.d. of fewer training rows would say more of chance than of the run. */
const FEWEST_TRAINING_ROWS = 8;

/**
 * Z-scores every column within every run by the mean and s.d. (ddof 0; 0 → 1) of the run's training rows, in float64.
 * A run with fewer than 8 training rows (held out whole, or nearly) takes those of all training rows.
 * @param features f32 [rows, width], after the FIR delays
 * @param train training rows, ascending
 * @returns f64 [rows, width]
 */
export function zscoreRuns(
  features: Float32Array,
  width: number,
  runs: readonly RunRows[],
  train: Int32Array,
): Float64Array {
  const out = new Float64Array(features.length);
  const all = momentsOf(features, width, train);
  for (const { start, length } of runs) {
    const own = train.filter((row) => row >= start && row < start + length);
    const { means, deviations } = own.length < FEWEST_TRAINING_ROWS ? all : momentsOf(features, width, own);
    for (let i = start * width; i < (start + length) * width; i += 1) {
      out[i] = (features[i]! - means[i % width]!) / deviations[i % width]!;
    }
  }
  return out;
}

/** A column that is constant over the rows has s.d. 1 exactly, though its mean be rounded. */
function momentsOf(
  features: Float32Array,
  width: number,
  rows: Int32Array,
): { readonly means: Float64Array; readonly deviations: Float64Array } {
  const means = new Float64Array(width);
  const deviations = new Float64Array(width);
  const varies = new Uint8Array(width);
  const first = (rows[0] ?? 0) * width;
  for (const row of rows) {
    for (let j = 0; j < width; j += 1) {
      means[j]! += features[row * width + j]! / rows.length;
      if (features[row * width + j] !== features[first + j]) varies[j] = 1;
    }
  }
  for (let j = 0; j < width; j += 1) if (varies[j] === 0) means[j] = features[first + j]!;
  for (const row of rows) {
    for (let j = 0; j < width; j += 1) deviations[j]! += (features[row * width + j]! - means[j]!) ** 2 / rows.length;
  }
  return { means, deviations: deviations.map((variance) => Math.sqrt(variance) || 1) };
}
