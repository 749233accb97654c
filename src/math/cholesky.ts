/** Smallest pivot, of a matrix whose diagonal is 1, that is no rounding error. */
const SMALLEST_PIVOT = 1e-10;

/**
 * L of A = L·Lᵀ by rows, in place (lower triangle).
 * @param a f64 [n, n], symmetric, its diagonal about 1
 * @returns whether A is positive definite beyond rounding
 */
export function choleskyInPlace(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i += 1) {
    const row = a.subarray(i * n, i * n + i + 1);
    for (let j = 0; j <= i; j += 1) {
      const other = a.subarray(j * n, j * n + j + 1);
      let sum = row[j]!;
      for (let k = 0; k < j; k += 1) sum -= row[k]! * other[k]!;
      if (j < i) row[j] = sum / other[j]!;
      else if (sum > SMALLEST_PIVOT) row[j] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** L⁻¹x, in place. */
export function solveLower(l: Float64Array, n: number, x: Float64Array): void {
  for (let i = 0; i < n; i += 1) {
    let sum = x[i]!;
    for (let k = 0, at = i * n; k < i; k += 1, at += 1) sum -= l[at]! * x[k]!;
    x[i] = sum / l[i * n + i]!;
  }
}

/** L⁻ᵀx, in place. */
export function solveUpper(l: Float64Array, n: number, x: Float64Array): void {
  for (let i = n - 1; i >= 0; i -= 1) {
    const value = x[i]! / l[i * n + i]!;
    x[i] = value;
    for (let k = 0, at = i * n; k < i; k += 1, at += 1) x[k]! -= l[at]! * value;
  }
}
