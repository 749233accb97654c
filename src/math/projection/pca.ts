import type { Gemm } from '../gemm';
import type { Random } from '../random';
import { centredRows, covariance } from '../spectrum/covariance';
import { symmetricEigenvalues } from '../spectrum/eigenvalues';
import { principalVectors } from '../spectrum/principal';

/** Leading principal components. */
export interface Components {
  /** f32 [points, count]: centred rows on the components. */
  readonly scores: Float32Array;
  /** Share of the variance in each. */
  readonly shares: Float64Array;
}

const ROWS_AT_ONCE = 1024;

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
  const points = rows.length / width;
  const { matrix, means } = await covariance(gemm, rows, points, width);
  const variances = await symmetricEigenvalues(gemm, matrix, width);
  const axes = { data: await principalVectors(gemm, matrix, variances, count, random), dims: [count, width] };
  const scores = new Float32Array(points * count);
  for (let from = 0; from < points; from += ROWS_AT_ONCE) {
    const block = centredRows(rows, means, from, Math.min(points, from + ROWS_AT_ONCE));
    scores.set((await gemm.multiply(block, axes, { transposeB: true })).data, from * count);
  }
  orient(scores, count);
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  return { scores, shares: variances.slice(0, count).map((variance) => variance / total) };
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
