/** Places of some points in the plane of their two leading principal axes, by index. */
export interface PrincipalPlane {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Share of the points' spread (sum of squares about their centre) that the plane holds; NaN where they are all one. */
  readonly share: number;
}

/** Off-diagonal parts below this of the diagonal are rounding. */
const ROUNDING = 1e-14;
/** Jacobi's method needs about five; a matrix that is none of ours must not hold the page up. */
const MOST_SWEEPS = 50;

/**
 * The plane in which a few points spread most, from their distances alone: classical scaling (Torgerson 1952), which is
 * principal component analysis of the points wherever they lie. An axis' sign is not determined by it.
 * @param squares squared distances [n, n], symmetric, row by row
 */
export function principalPlane(squares: readonly number[], n: number): PrincipalPlane {
  const { values, vectors } = eigen(doublyCentred(squares, n), n);
  const order = values.map((_, i) => i).sort((i, j) => values[j]! - values[i]!);
  const along = (axis: number | undefined): number[] => {
    const length = axis === undefined ? 0 : Math.sqrt(Math.max(0, values[axis]!));
    return Array.from({ length: n }, (_, i) => (length === 0 ? 0 : length * vectors[i * n + axis!]!));
  };
  const spread = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const held = order.slice(0, 2).reduce((sum, axis) => sum + Math.max(0, values[axis]!), 0);
  return { x: along(order[0]), y: along(order[1]), share: spread === 0 ? NaN : held / spread };
}

/** Inner products of the points about their centre: −½ J D J. */
function doublyCentred(squares: readonly number[], n: number): number[] {
  const means = Array.from({ length: n }, (_, i) => squares.slice(i * n, (i + 1) * n).reduce((a, b) => a + b, 0) / n);
  const mean = means.reduce((a, b) => a + b, 0) / n;
  return squares.map((square, at) => -0.5 * (square - means[Math.floor(at / n)]! - means[at % n]! + mean));
}

/** Jacobi's method by rows. `vectors` holds one eigenvector per column. */
function eigen(matrix: readonly number[], n: number): { values: number[]; vectors: number[] } {
  const a = [...matrix];
  const vectors = Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
  for (let sweep = 0; sweep < MOST_SWEEPS && isCoupled(a, n); sweep += 1) {
    for (let p = 0; p < n - 1; p += 1) for (let q = p + 1; q < n; q += 1) rotate(a, vectors, n, p, q);
  }
  return { values: Array.from({ length: n }, (_, i) => a[i * (n + 1)]!), vectors };
}

function isCoupled(a: readonly number[], n: number): boolean {
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.some((value, at) => at % (n + 1) !== 0 && Math.abs(value) > ROUNDING * largest);
}

/** Turns axes p and q until they are uncoupled (Golub & Van Loan, Matrix Computations, 8.5.2). */
function rotate(a: number[], vectors: number[], n: number, p: number, q: number): void {
  const off = a[p * n + q]!;
  if (off === 0) return;
  const tau = (a[q * n + q]! - a[p * n + p]!) / (2 * off);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.hypot(1, tau));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  const turn = (values: number[], i: number, j: number): void => {
    const [one, other] = [values[i]!, values[j]!];
    values[i] = c * one - s * other;
    values[j] = s * one + c * other;
  };
  for (let k = 0; k < n; k += 1) turn(a, k * n + p, k * n + q);
  for (let k = 0; k < n; k += 1) turn(a, p * n + k, q * n + k);
  for (let k = 0; k < n; k += 1) turn(vectors, k * n + p, k * n + q);
}
