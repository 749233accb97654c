/** What brings activations to the scale that training works in, and what they are like there. */
export interface Scaling {
  /** Activations are multiplied by it, so that their mean norm becomes √width (SAELens' `expected_average_only_in`). */
  readonly factor: number;
  /** Mean of the scaled rows, f32 [width]. */
  readonly centre: Float32Array;
  /** Mean ‖x − centre‖² of the scaled rows. */
  readonly variance: number;
}

/** @param rows f32 [rows, width], a sample */
export function scalingOf(rows: Float32Array, width: number): Scaling {
  const count = rows.length / width;
  const sums = new Float64Array(width);
  let norms = 0;
  let squares = 0;
  for (let row = 0; row < rows.length; row += width) {
    let square = 0;
    for (let c = 0; c < width; c++) {
      const value = rows[row + c]!;
      sums[c]! += value;
      square += value * value;
    }
    norms += Math.sqrt(square);
    squares += square;
  }
  const factor = (Math.sqrt(width) * count) / norms;
  const means = sums.map((sum) => sum / count);
  const variance = squares / count - means.reduce((sum, mean) => sum + mean * mean, 0);
  return { factor, centre: Float32Array.from(means, (mean) => mean * factor), variance: variance * factor * factor };
}
