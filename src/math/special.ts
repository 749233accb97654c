/** Special functions in float64. */

/** Coefficients of Lanczos' approximation with g = 7, n = 9 (P. Godfrey's), good to 1e-15 relative for x ≥ 0.5. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const LANCZOS_G = 7;

/** From here Stirling's series (8 terms) is exact to rounding. */
const STIRLING_FROM = 10;

/** B₂ₖ / (2k(2k − 1)) of Stirling's series for ln Γ. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];

/** ln Γ(x) for x > 0; NaN otherwise. */
export function logGamma(x: number): number {
  if (!(x > 0)) return NaN;
  if (x >= STIRLING_FROM) return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + stirlingTail(x);
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  const base = shifted + LANCZOS_G + 0.5;
  const sum = LANCZOS.reduce((total, c, i) => (i === 0 ? c : total + c / (shifted + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum);
}

/** ln B(a, b) for a, b > 0, without cancellation when one or both are large (DiDonato & Morris 1992). */
export function logBeta(a: number, b: number): number {
  const large = Math.max(a, b);
  const small = Math.min(a, b);
  if (large < STIRLING_FROM) return logGamma(a) + logGamma(b) - logGamma(a + b);
  const tails = stirlingTail(large) - stirlingTail(large + small);
  // ln Γ(large) − ln Γ(large + small), with the leading terms of both series subtracted by hand.
  const difference = -(large + small - 0.5) * Math.log1p(small / large) - small * Math.log(large) + small + tails;
  return logGamma(small) + difference;
}

/**
 * Regularised incomplete beta function I_x(a, b), by its continued fraction (NIST DLMF 8.17.22) with Lentz's algorithm.
 * @param complement 1 − x, to be given where it is known better than by subtraction
 */
export function incompleteBeta(x: number, a: number, b: number, complement = 1 - x): number {
  if (!(a > 0 && b > 0 && x >= 0 && complement >= 0)) return NaN;
  if (x === 0) return 0;
  if (complement === 0) return 1;
  const logX = x > 0.5 ? Math.log1p(-complement) : Math.log(x);
  const logComplement = complement > 0.5 ? Math.log1p(-x) : Math.log(complement);
  const front = Math.exp(a * logX + b * logComplement - logBeta(a, b));
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a;
  return 1 - (front * betaFraction(complement, b, a)) / b;
}

/**
 * Two-sided p of Student's t with `df` degrees of freedom: P(|T| ≥ |t|) = I_{df/(df+t²)}(df/2, 1/2). Relative accuracy
 * 1e-10 into the far tails. NaN for NaN; 0 for ±∞.
 */
export function studentTwoSidedP(t: number, df: number): number {
  if (Number.isNaN(t) || !(df > 0)) return NaN;
  if (!Number.isFinite(t)) return 0;
  const ratio = (t * t) / df;
  return incompleteBeta(1 / (1 + ratio), df / 2, 0.5, ratio / (1 + ratio));
}

/**
 * The t ≥ 0 beyond which, on both sides together, Student's distribution with `df` degrees of freedom has the share `p`: half
 * the width of a 1 − p interval in standard errors. By bisection, to the last digit. NaN for df ≤ 0.
 * @param p in (0, 1)
 */
export function studentTwoSidedT(p: number, df: number): number {
  if (!(p > 0 && p < 1 && df > 0)) return NaN;
  let [low, high] = [0, 1];
  while (studentTwoSidedP(high, df) > p) [low, high] = [high, 2 * high];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (studentTwoSidedP(middle, df) > p) low = middle;
    else high = middle;
  }
}

function stirlingTail(x: number): number {
  const inverseSquare = 1 / (x * x);
  return STIRLING.reduceRight((total, c) => total * inverseSquare + c, 0) / x;
}

const TINY = 1e-300;
const MAX_TERMS = 100_000;

function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < Number.EPSILON) return value;
  }
  return value;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
