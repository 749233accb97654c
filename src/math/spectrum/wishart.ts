import type { Random } from '../random';
import { largestEigenvalues } from './tridiagonal';

/**
 * The largest eigenvalues of the covariance (ddof 1) of `rows` standard normal points in `width` dimensions, without the
 * points: a Wishart matrix has the spectrum of a tridiagonal one with independent χ entries (Dumitriu & Edelman 2002).
 * @returns f64 [min(count, width, rows − 1)], descending
 */
export function wishartEigenvalues(rows: number, width: number, count: number, random: Random): Float64Array {
  const freedom = rows - 1;
  // X·Xᵀ and Xᵀ·X share their spectrum but for zeros, so the smaller of the two is drawn.
  const n = Math.min(width, freedom);
  const degrees = Math.max(width, freedom);
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n - 1);
  for (let i = 0; i < n; i += 1) {
    const own = chiSquare(degrees - i, random);
    diagonal[i]! += own / freedom;
    if (i === n - 1) break;
    const below = chiSquare(n - 1 - i, random);
    diagonal[i + 1]! += below / freedom;
    beside[i] = Math.sqrt(own * below) / freedom;
  }
  return largestEigenvalues({ diagonal, beside }, Math.min(count, n));
}

/** χ² with `degrees` ≥ 1 degrees of freedom: twice a Gamma of half the degrees. */
function chiSquare(degrees: number, random: Random): number {
  return degrees >= 2 ? 2 * random.gamma(degrees / 2) : random.normal() ** 2;
}
