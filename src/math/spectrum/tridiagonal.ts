import type { BandMatrix } from '../encoding/band';

/** A symmetric tridiagonal matrix: f64 [n] and f64 [n − 1]. */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly beside: Float64Array;
}

/**
 * A symmetric band matrix made tridiagonal by Givens rotations that chase each bulge out of the band (Schwarz 1968).
 * Eigenvalues are kept.
 */
export function tridiagonalise(band: BandMatrix): Tridiagonal {
  const { size } = band;
  const n = band.blocks * size;
  const width = Math.min(size, n - 1);
  const lower = lowerBand(band, n, width + 2);
  for (let column = 0; column < n - 2; column += 1) {
    for (let off = Math.min(width, n - 1 - column); off >= 2; off -= 1) lower.annihilate(column + off, column, width);
  }
  return lower.tridiagonal();
}

/**
 * Eigenvalues of a symmetric tridiagonal matrix, descending, by implicit QL with Wilkinson's shift (Golub & Van Loan,
 * 8.3).
 * @throws Error where it does not converge, for NaN or infinite entries
 */
export function tridiagonalEigenvalues({ diagonal, beside }: Tridiagonal): Float64Array {
  const n = diagonal.length;
  const d = diagonal.slice();
  const e = new Float64Array(n);
  e.set(beside);
  const negligible = Number.EPSILON * largestRow(d, e);
  for (let low = 0; low < n; low += 1) {
    for (let round = 0; ; round += 1) {
      const end = blockEnd(d, e, low, negligible);
      if (end === low) break;
      if (round === MOST_ROUNDS) throw new Error('the eigenvalues of a tridiagonal matrix did not converge');
      sweep(d, e, low, end);
    }
  }
  return d.sort().reverse();
}

/**
 * The `count` largest eigenvalues, descending, by bisection with Sturm sequences: much less work than all of them.
 * @param count 1 … n
 */
export function largestEigenvalues({ diagonal, beside }: Tridiagonal, count: number): Float64Array {
  const n = diagonal.length;
  const squares = beside.map((value) => value * value);
  let [bottom, top] = [Infinity, -Infinity];
  for (let i = 0; i < n; i += 1) {
    const reach = Math.abs(beside[i - 1] ?? 0) + Math.abs(beside[i] ?? 0);
    bottom = Math.min(bottom, diagonal[i]! - reach);
    top = Math.max(top, diagonal[i]! + reach);
  }
  const values = new Float64Array(count);
  let ceiling = top;
  for (let rank = 0; rank < count; rank += 1) {
    let [low, high] = [bottom, ceiling];
    for (;;) {
      const middle = (low + high) / 2;
      if (middle <= low || middle >= high) break;
      if (above(diagonal, squares, middle) > rank) low = middle;
      else high = middle;
    }
    values[rank] = high;
    ceiling = high;
  }
  return values;
}

/** How many eigenvalues are larger than x: positive pivots of T − x·I. */
function above(diagonal: Float64Array, squares: Float64Array, x: number): number {
  let count = 0;
  let pivot = 1;
  for (let i = 0; i < diagonal.length; i += 1) {
    pivot = diagonal[i]! - x - (i === 0 ? 0 : squares[i - 1]! / pivot);
    if (pivot === 0) pivot = -Number.MIN_VALUE * 2 ** 52;
    if (pivot > 0) count += 1;
  }
  return count;
}

const MOST_ROUNDS = 60;

/** The largest sum of absolute values of a row: no eigenvalue is beyond it. */
function largestRow(d: Float64Array, e: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < d.length; i += 1) {
    largest = Math.max(largest, Math.abs(e[i - 1] ?? 0) + Math.abs(d[i]!) + Math.abs(e[i]!));
  }
  return largest;
}

/**
 * The end of the unreduced block that starts at `low`. In the null space of a singular matrix diagonal and neighbours are
 * both rounding: there only the size of the whole matrix tells what is negligible.
 */
function blockEnd(d: Float64Array, e: Float64Array, low: number, negligible: number): number {
  let end = low;
  while (end < d.length - 1) {
    const scale = Math.abs(d[end]!) + Math.abs(d[end + 1]!);
    if (Math.abs(e[end]!) <= Math.max(negligible, Number.EPSILON * scale)) break;
    end += 1;
  }
  return end;
}

/** One implicit QL step over rows `low` … `end`. */
function sweep(d: Float64Array, e: Float64Array, low: number, end: number): void {
  let g = (d[low + 1]! - d[low]!) / (2 * e[low]!);
  let r = Math.hypot(g, 1);
  g = d[end]! - d[low]! + e[low]! / (g + (g < 0 ? -r : r));
  let [s, c, p] = [1, 1, 0];
  for (let i = end - 1; i >= low; i -= 1) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1]! -= p;
      e[end] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1]! - p;
    r = (d[i]! - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
  }
  d[low]! -= p;
  e[low] = g;
  e[end] = 0;
}

function lowerBand({ blocks, size, diagonal, below }: BandMatrix, n: number, width: number): LowerBand {
  const lower = new LowerBand(n, width);
  for (let block = 0; block < blocks; block += 1) {
    for (let i = 0; i < size; i += 1) {
      const row = block * size + i;
      for (let j = 0; j <= i; j += 1) lower.set(row, block * size + j, diagonal[(block * size + i) * size + j]!);
      if (block === 0) continue;
      // Blocks below the diagonal are upper triangular, so that the band is `size` wide.
      for (let j = i; j < size; j += 1) {
        lower.set(row, (block - 1) * size + j, below[((block - 1) * size + i) * size + j]!);
      }
    }
  }
  return lower;
}

/** The lower triangle of a band, column after column: (i, j) at j · width + i − j. */
class LowerBand {
  private readonly cells: Float64Array;

  constructor(
    private readonly n: number,
    private readonly width: number,
  ) {
    this.cells = new Float64Array(n * width);
  }

  set(row: number, column: number, value: number): void {
    this.cells[column * this.width + row - column] = value;
  }

  /** Makes (row, column) zero by rotations of neighbouring rows, and the bulges that follow from it. */
  annihilate(row: number, column: number, band: number): void {
    const { cells, width, n } = this;
    let [at, from] = [row, column];
    while (at < n) {
      const low = cells[from * width + at - from]!;
      if (low === 0) return;
      const high = cells[from * width + at - 1 - from]!;
      const length = Math.hypot(high, low);
      this.rotate(at - 1, high / length, low / length, from);
      cells[from * width + at - from] = 0;
      from = at - 1;
      at += band;
    }
  }

  tridiagonal(): Tridiagonal {
    const { cells, width, n } = this;
    return {
      diagonal: Float64Array.from({ length: n }, (_, i) => cells[i * width]!),
      beside: Float64Array.from({ length: Math.max(0, n - 1) }, (_, i) => cells[i * width + 1]!),
    };
  }

  /** Rows and columns p and p + 1 ← the rotation by (c, s), from column `first` on. */
  private rotate(p: number, c: number, s: number, first: number): void {
    const { cells, width, n } = this;
    const q = p + 1;
    for (let k = first; k < p; k += 1) {
      const at = k * width + p - k;
      const [x, y] = [cells[at]!, cells[at + 1]!];
      cells[at] = c * x + s * y;
      cells[at + 1] = c * y - s * x;
    }
    const pp = cells[p * width]!;
    const qp = cells[p * width + 1]!;
    const qq = cells[q * width]!;
    cells[p * width] = c * c * pp + 2 * c * s * qp + s * s * qq;
    cells[q * width] = s * s * pp - 2 * c * s * qp + c * c * qq;
    cells[p * width + 1] = c * s * (qq - pp) + (c * c - s * s) * qp;
    const end = Math.min(n, p + width);
    for (let k = q + 1; k < end; k += 1) {
      const left = p * width + k - p;
      const right = q * width + k - q;
      const [x, y] = [cells[left]!, cells[right]!];
      cells[left] = c * x + s * y;
      cells[right] = c * y - s * x;
    }
  }
}
