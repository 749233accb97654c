/**
 * Squared distances of some rows from one another, summed directly: rows 1 and 0, 2 and 0, 2 and 1, 3 and 0, …
 * @param rows f64 [n, width]
 * @param which those that count
 * @returns f32 [m(m − 1)/2] for m of them: relative to each distance it is exact to seven digits
 */
export function squaredDistances(rows: Float64Array, width: number, which: ArrayLike<number>): Float32Array {
  const squares = new Float32Array((which.length * (which.length - 1)) / 2);
  for (let i = 1, at = 0; i < which.length; i += 1) {
    for (let j = 0; j < i; j += 1, at += 1) {
      let sum = 0;
      for (let k = 0, a = which[i]! * width, b = which[j]! * width; k < width; k += 1, a += 1, b += 1) {
        sum += (rows[a]! - rows[b]!) ** 2;
      }
      squares[at] = sum;
    }
  }
  return squares;
}
