import { symmetricEigen } from '../eigen';

/** Points whose distances are as near to the given ones as so few dimensions allow. */
export interface ClassicalMds {
  /** f64 [n, dimensions]; each axis' largest coordinate in size is positive. */
  readonly points: Float64Array;
  /** Share of the positive eigenvalues that each axis holds. */
  readonly explained: Float64Array;
}

/**
 * Classical multidimensional scaling (Torgerson 1952): eigenvectors of −½·J·D²·J, J = I − 1/n, times the roots of their
 * eigenvalues. An axis without a positive eigenvalue is all zeros.
 * @param distances f64 [n, n], symmetric, zero on the diagonal
 */
export function classicalMds(distances: Float64Array, n: number, dimensions = 2): ClassicalMds {
  const squares = distances.map((distance) => distance * distance);
  const means = Float64Array.from({ length: n }, (_, i) => sum(squares.subarray(i * n, (i + 1) * n)) / n);
  const grand = sum(means) / n;
  const gram = squares.map((square, at) => -0.5 * (square - means[Math.floor(at / n)]! - means[at % n]! + grand));
  const { values, vectors } = symmetricEigen(gram, n);
  // Rounding leaves eigenvalues of the order of 1e-16 where there are none.
  const positive = values.map((value) => (value > 1e-12 * values[0]! ? value : 0));
  const all = sum(positive);
  const points = new Float64Array(n * dimensions);
  for (let axis = 0; axis < Math.min(dimensions, n); axis += 1) {
    const vector = vectors.subarray(axis * n, (axis + 1) * n);
    const largest = vector.reduce((most, value) => (Math.abs(value) > Math.abs(most) + 1e-12 ? value : most), 0);
    const scale = Math.sqrt(positive[axis]!) * (largest < 0 ? -1 : 1);
    vector.forEach((value, i) => (points[i * dimensions + axis] = value * scale));
  }
  const explained = Float64Array.from({ length: dimensions }, (_, axis) => (all > 0 ? (positive[axis] ?? 0) / all : 0));
  return { points, explained };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
