import type { Gemm } from '../gemm';
import type { Random } from '../random';
import { project, spectrumOf } from '../spectrum/projection';

/** Leading principal components. */
export interface Components {
  /** f32 [points, count]: centred rows on the components. */
  readonly scores: Float32Array;
  /** Share of the variance in each. */
  readonly shares: Float64Array;
}

/**
 * Principal components with the largest variances, in float64. Signs are such that the largest score by magnitude is
 * positive.
 * @param rows f32 [points, width], points ≥ 2
 * @param count at most `width`
 */
export async function principalComponents(
  rows: Float32Array,
  width: number,
  count: number,
  gemm: Gemm,
  random: Random,
): Promise<Components> {
  const spectrum = await spectrumOf(gemm, rows, width);
  const { points, count: n, eigenvalues } = await project(gemm, rows, spectrum, count, random);
  // Points that extend in fewer directions stay at 0 in the others.
  const scores = new Float32Array(n * count);
  const kept = eigenvalues.length;
  for (let i = 0; i < points.length; i += 1) scores[Math.floor(i / kept) * count + (i % kept)] = points[i]!;
  orient(scores, count);
  const total = spectrum.eigenvalues.reduce((sum, variance) => sum + variance, 0);
  return { scores, shares: spectrum.eigenvalues.slice(0, count).map((variance) => variance / total) };
}

function orient(scores: Float32Array, count: number): void {
  for (let c = 0; c < count; c += 1) {
    let extreme = 0;
    for (let at = c; at < scores.length; at += count) {
      if (Math.abs(scores[at]!) > Math.abs(extreme)) extreme = scores[at]!;
    }
    if (extreme < 0) for (let at = c; at < scores.length; at += count) scores[at] = -scores[at]!;
  }
}
