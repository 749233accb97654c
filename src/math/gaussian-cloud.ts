import { choleskyInPlace, solveLower } from './crystals/cholesky';
import type { Gemm } from './gemm';
import { fillNormal } from './normal';
import type { Random } from './random';
import { covariance } from './spectrum/covariance';

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
  const drawn = new Float32Array(n * axes);
  fillNormal(drawn, random);
  const points = Float64Array.from(drawn);
  const { matrix, means } = await covariance(gemm, points, n, axes);
  if (!choleskyInPlace(matrix, axes)) throw new Error(`${n} points have no covariance of full rank in ${axes} axes`);
  const scales = variances.map(Math.sqrt);
  for (let row = 0; row < n; row += 1) {
    const point = points.subarray(row * axes, (row + 1) * axes);
    for (let k = 0; k < axes; k += 1) point[k]! -= means[k]!;
    solveLower(matrix, axes, point);
    for (let k = 0; k < axes; k += 1) point[k]! *= scales[k]!;
  }
  return points;
}
