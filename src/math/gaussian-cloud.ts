import { choleskyInPlace, solveLower } from './cholesky';
import type { Gemm } from './gemm';
import { fillNormal } from './normal';
import type { Random } from './random';
import { centredRows, covariance } from './spectrum/covariance';

/**
 * A Gaussian cloud of mean 0 whose own covariance (ddof 1) is diagonal with exactly these variances: independent normals,
 * whitened by the Cholesky factor of the covariance that they happen to have. A cloud drawn with the variances of a sample
 * would widen that sample's spectrum a second time, and be no null for it: of Gaussian points, given their covariance,
 * this is the exact distribution up to a rotation.
 * @param n points, more than axes
 * @param variances f64 [axes], all positive
 * @returns f64 [n, axes]
 * @throws Error where points are no more than axes
 */
export async function gaussianCloud(
  gemm: Gemm,
  n: number,
  variances: Float64Array,
  random: Random,
): Promise<Float64Array> {
  const axes = variances.length;
  const points = new Float32Array(n * axes);
  fillNormal(points, random);
  const { matrix, means } = await covariance(gemm, points, n, axes);
  if (!choleskyInPlace(matrix, axes)) throw new Error(`${n} points have no covariance of full rank in ${axes} axes`);
  const centred = centredRows(points, means, 0, n);
  const { data } = await gemm.multiply(centred, { data: whitening(matrix, variances), dims: [axes, axes] });
  return data;
}

/** L⁻ᵀ·diag(√variances): brings rows of covariance L·Lᵀ to these variances. */
function whitening(l: Float64Array, variances: Float64Array): Float64Array {
  const axes = variances.length;
  const scales = variances.map(Math.sqrt);
  const turn = new Float64Array(axes * axes);
  for (let j = 0; j < axes; j += 1) {
    const row = turn.subarray(j * axes, (j + 1) * axes);
    row[j] = 1;
    solveLower(l, axes, row);
    for (let k = 0; k < axes; k += 1) row[k]! *= scales[k]!;
  }
  return turn;
}
