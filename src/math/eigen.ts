import { dot } from './encoding/band';

/** Eigenvalues descending; `vectors` holds one eigenvector per row, f64 [n, n]. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * All eigenvalues and eigenvectors of a symmetric matrix: Householder tridiagonalisation, then QL with implicit shifts
 * (Bowdler, Martin, Reinsch & Wilkinson 1968), every inner loop along rows. About 5n³ operations on one core.
 * @param a f64 [n, n]; overwritten
 * @throws Error when an eigenvalue does not converge (NaN in `a`)
 */
export function symmetricEigen(a: Float64Array, n: number): Eigen {
  const { diagonal, beside, vectors } = tridiagonalise(a, n);
  for (let l = 0; l < n; l++) isolate(l, n, diagonal, beside, vectors);
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => diagonal[j]! - diagonal[i]!);
  const sorted = new Float64Array(n * n);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * n, (from + 1) * n), to * n);
  });
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors: sorted };
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Elements (i, i + 1); the last is 0. */
  readonly beside: Float64Array;
  /** Qᵀ with A = Q·T·Qᵀ, f64 [n, n] */
  readonly vectors: Float64Array;
}

function tridiagonalise(a: Float64Array, n: number): Tridiagonal {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const scales = new Float64Array(n);
  const p = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    diagonal[k] = a[k * n + k]!;
    if (k === n - 1) break;
    // Row k right of the diagonal becomes the reflector of this step.
    const v = a.subarray(k * n, (k + 1) * n);
    const head = v[k + 1]!;
    const norm = Math.sqrt(dot(v, v, k + 1));
    beside[k] = head > 0 ? -norm : norm;
    if (norm === 0) continue;
    v[k + 1] = head - beside[k]!;
    const scale = 1 / (norm * (norm + Math.abs(head)));
    scales[k] = scale;
    for (let i = k + 1; i < n; i++) p[i] = scale * dot(a.subarray(i * n, (i + 1) * n), v, k + 1);
    let inner = 0;
    for (let i = k + 1; i < n; i++) inner += p[i]! * v[i]!;
    for (let i = k + 1; i < n; i++) p[i]! -= 0.5 * scale * inner * v[i]!;
    for (let i = k + 1; i < n; i++) {
      const row = a.subarray(i * n, (i + 1) * n);
      const [left, right] = [v[i]!, p[i]!];
      for (let j = k + 1; j < n; j++) row[j]! -= left * p[j]! + right * v[j]!;
    }
  }
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let k = n - 2; k >= 0; k--) {
    const v = a.subarray(k * n, (k + 1) * n);
    for (let i = k + 1; i < n; i++) {
      const row = vectors.subarray(i * n, (i + 1) * n);
      const factor = scales[k]! * dot(row, v, k + 1);
      for (let j = k + 1; j < n; j++) row[j]! -= factor * v[j]!;
    }
  }
  return { diagonal, beside, vectors };
}

/** Rotates until element l of the diagonal is an eigenvalue. */
function isolate(l: number, n: number, d: Float64Array, e: Float64Array, vectors: Float64Array): void {
  for (let round = 0; ; round++) {
    let m = l;
    while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++;
    if (m === l) return;
    if (round === 60) throw new Error('an eigenvalue did not converge');
    let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
    let r = Math.hypot(g, 1);
    g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r));
    let [s, c, shift] = [1, 1, 0];
    let i = m - 1;
    for (; i >= l; i--) {
      const f = s * e[i]!;
      const b = c * e[i]!;
      r = Math.hypot(f, g);
      e[i + 1] = r;
      if (r === 0) {
        d[i + 1]! -= shift;
        e[m] = 0;
        break;
      }
      s = f / r;
      c = g / r;
      g = d[i + 1]! - shift;
      r = (d[i]! - g) * s + 2 * c * b;
      shift = s * r;
      d[i + 1] = g + shift;
      g = c * r - b;
      rotate(vectors.subarray(i * n, (i + 1) * n), vectors.subarray((i + 1) * n, (i + 2) * n), c, s);
    }
    if (r === 0 && i >= l) continue;
    d[l]! -= shift;
    e[l] = g;
    e[m] = 0;
  }
}

function rotate(a: Float64Array, b: Float64Array, c: number, s: number): void {
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k]!, b[k]!];
    b[k] = s * x + c * y;
    a[k] = c * x - s * y;
  }
}
