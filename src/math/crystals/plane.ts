import { symmetricEigen } from '../eigen';

/** Places of some points in the plane of their two leading principal axes; y is 0 where one axis holds them all. */
export interface Plane {
  readonly x: number[];
  readonly y: number[];
}

/** The plane in which a few points spread most, from their Gram matrix. @param points f64 [n, width] */
export function planeOf(points: Float64Array, width: number): Plane {
  const n = points.length / width;
  const centre = new Float64Array(width);
  points.forEach((value, i) => (centre[i % width]! += value / n));
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = 0;
      for (let k = 0; k < width; k += 1) {
        sum += (points[i * width + k]! - centre[k]!) * (points[j * width + k]! - centre[k]!);
      }
      gram[i * n + j] = sum;
      gram[j * n + i] = sum;
    }
  }
  const { values, vectors } = symmetricEigen(gram, n);
  const along = (axis: number): number[] =>
    Array.from({ length: n }, (_, i) => Math.sqrt(Math.max(0, values[axis] ?? 0)) * (vectors[axis * n + i] ?? 0));
  return { x: along(0), y: along(1) };
}
