import { logGamma } from '../special';

/** The floor of the paper's code under an eigenvalue, and what it adds to a distance. */
const PAPER_CODE = { floor: 1e-10, shift: 0.01 } as const;

/**
 * Kozachenko–Leonenko estimate of differential entropy in nats: H = d·mean ln ρₖ + ln V_d + ψ(n) − ψ(k),
 * V_d = π^{d/2}/Γ(d/2 + 1). Duplicate points have ρ = 0 and make it −∞.
 * @param distances f64 [n], of every point to its k-th neighbour
 */
export function kozachenkoLeonenko(distances: Float64Array, dimensions: number, k: number): number {
  const n = distances.length;
  const logBall = (dimensions / 2) * Math.log(Math.PI) - logGamma(dimensions / 2 + 1);
  return dimensions * meanOf(distances, Math.log) + logBall + digamma(n) - digamma(k);
}

/**
 * The estimate of the paper's public code: d·mean ln(ρ + 0.01) + mean ln λ + ln(n − 1) − ψ(k). The mean logarithm of the
 * eigenvalues stands where the unit ball's volume should.
 * @param eigenvalues of the same points, ddof 1
 */
export function paperCodeEntropy(distances: Float64Array, eigenvalues: Float64Array, k: number): number {
  const n = distances.length;
  const spread = meanOf(eigenvalues, (value) => Math.log(Math.max(value, PAPER_CODE.floor)));
  const near = eigenvalues.length * meanOf(distances, (distance) => Math.log(distance + PAPER_CODE.shift));
  return near + spread + Math.log(n - 1) - digamma(k);
}

/** Entropy of the Gaussian with these principal variances, in nats: (d/2)(1 + ln 2π) + ½ Σ ln λ. */
export function gaussianEntropy(eigenvalues: Float64Array): number {
  const d = eigenvalues.length;
  return (d / 2) * (1 + Math.log(2 * Math.PI)) + 0.5 * d * meanOf(eigenvalues, Math.log);
}

/** ψ(n) of a positive integer: H₍ₙ₋₁₎ − γ, by its asymptotic series from 20 on. */
export function digamma(n: number): number {
  let value = 0;
  let x = n;
  for (; x < 20; x += 1) value -= 1 / x;
  const square = 1 / (x * x);
  const tail = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))));
  return value + Math.log(x) - 0.5 / x - tail;
}

function meanOf(values: Float64Array, of: (value: number) => number): number {
  let sum = 0;
  for (const value of values) sum += of(value);
  return sum / values.length;
}
