/** Rows of the Gram matrix that are multiplied together, so that both blocks stay in the processor's cache. */
const BLOCK = 32;

/** X·Xᵀ, f64 [rows, rows], of f64 [rows, width]. */
export function gram(values: Float64Array, rows: number, width: number): Float64Array {
  const out = new Float64Array(rows * rows);
  for (let top = 0; top < rows; top += BLOCK) {
    for (let left = top; left < rows; left += BLOCK) {
      for (let i = top; i < Math.min(rows, top + BLOCK); i += 1) {
        for (let j = Math.max(i, left); j < Math.min(rows, left + BLOCK); j += 1) {
          const product = rowProduct(values, i * width, j * width, width);
          out[i * rows + j] = product;
          out[j * rows + i] = product;
        }
      }
    }
  }
  return out;
}

/** Columns minus their means; exactly zero where a column is constant. */
export function centred(values: Float32Array | Float64Array, rows: number, width: number): Float64Array {
  const exact = Float64Array.from(values);
  const means = columnMeans(exact, rows, width);
  for (let column = 0; column < width; column += 1) {
    // Rounding of the mean would give a constant column a spread of its own.
    if (isConstant(exact, column, width)) means[column] = exact[column]!;
  }
  return exact.map((value, i) => value - means[i % width]!);
}

/** Columns minus their means, over their standard deviations (ddof 0; 0 → 1). */
export function zscoredColumns(values: Float32Array | Float64Array, rows: number, width: number): Float64Array {
  const out = centred(values, rows, width);
  const squares = out.map((value) => value * value);
  const deviations = columnMeans(squares, rows, width).map((variance) => Math.sqrt(variance) || 1);
  return out.map((value, i) => value / deviations[i % width]!);
}

function isConstant(values: Float64Array, column: number, width: number): boolean {
  for (let i = column; i < values.length; i += width) if (values[i] !== values[column]) return false;
  return true;
}

function columnMeans(values: Float64Array, rows: number, width: number): Float64Array {
  const means = new Float64Array(width);
  for (let i = 0; i < values.length; i += 1) means[i % width]! += values[i]! / rows;
  return means;
}

/** Four sums at once: a single one waits for every addition. */
function rowProduct(values: Float64Array, a: number, b: number, width: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = width - (width % 4);
  for (let k = 0; k < whole; k += 4) {
    s0 += values[a + k]! * values[b + k]!;
    s1 += values[a + k + 1]! * values[b + k + 1]!;
    s2 += values[a + k + 2]! * values[b + k + 2]!;
    s3 += values[a + k + 3]! * values[b + k + 3]!;
  }
  for (let k = whole; k < width; k += 1) s0 += values[a + k]! * values[b + k]!;
  return s0 + s1 + s2 + s3;
}
