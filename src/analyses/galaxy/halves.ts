import { cloudEntropy } from '../../math/entropy/clustering-entropy';
import type { Gemm } from '../../math/gemm';
import type { Random } from '../../math/random';
import { studentTwoSidedT } from '../../math/special';
import { symmetricEigenvalues, topEigenvalues } from '../../math/spectrum/eigenvalues';
import { covariance } from '../../math/spectrum/covariance';
import { fitPowerLaw, logVolume, RANKS } from '../../math/spectrum/power-law';
import { principalPairs } from '../../math/spectrum/principal';
import type { Projection } from '../../math/spectrum/projection';
import { standardDeviation } from '../../math/statistics';
import type { Progress } from '../../shared/progress';
import { GROUPS, halfCovariance } from './groups';
import type { Groups } from './groups';

/** Half the widths of 95 % intervals of a cloud's measures; NaN for fewer than two halves. */
export interface HalfWidths {
  readonly slope: number;
  readonly logVolume: number;
  readonly clusteringEntropy: number;
}

/** Residual over an eigenvalue; its own relative error is about the square of this over the gap behind the carried vectors. */
const TOLERANCE = 3e-4;
/** Rounds of the subspace, after which the whole spectrum of a half is sooner had. */
const MOST_ROUNDS = 4;

interface Request {
  readonly groups: Groups;
  readonly projection: Projection;
  readonly resamples: number;
  readonly k: number;
  readonly gemm: Gemm;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/**
 * 95 % intervals by the delete-half jackknife (Shao & Wu 1989): the spread of each measure over random halves, drawn
 * without replacement, times Student's t, for few halves tell little of a spread. A bootstrap would put points on top of each
 * other, whose neighbours are then at distance 0.
 */
export async function* halfWidths(request: Request): AsyncGenerator<Progress, HalfWidths> {
  const { resamples, random } = request;
  const values = { slope: [] as number[], logVolume: [] as number[], clusteringEntropy: [] as number[] };
  for (let draw = 0; draw < resamples; draw += 1) {
    const source = random.fork(`half/${draw}`);
    const spectrum = await halfSpectrum(request, source);
    values.slope.push(fitPowerLaw(spectrum, RANKS).slope);
    values.logVolume.push(logVolume(spectrum, RANKS));
    values.clusteringEntropy.push(yield* halfEntropy(request, source, draw));
  }
  // Halves of n points vary about their mean as means of n points do: n/2 left for n/2 taken, a factor of 1.
  // However many halves are put together of the groups, they know no more than the groups.
  const ofGroups = Math.min(resamples, GROUPS) - 1;
  return {
    slope: halfWidth(values.slope, ofGroups),
    logVolume: halfWidth(values.logVolume, ofGroups),
    clusteringEntropy: halfWidth(values.clusteringEntropy, resamples - 1),
  };
}

function halfWidth(values: readonly number[], df: number): number {
  return values.length < 2 ? NaN : studentTwoSidedT(0.05, df) * standardDeviation(values, 1);
}

/** The largest eigenvalues of a half, from where those of the whole lie. */
async function halfSpectrum({ gemm, groups, projection }: Request, random: Random): Promise<Float64Array> {
  const width = groups.means.length;
  const matrix = halfCovariance(groups, random);
  const count = Math.min(width, RANKS.last);
  const found = await principalPairs(gemm, matrix, width, count, {
    random: random.fork('spectrum'),
    start: projection.axes,
    tolerance: TOLERANCE,
    mostRounds: MOST_ROUNDS,
  });
  return found?.values ?? topEigenvalues(gemm, matrix, width, count);
}

async function* halfEntropy(
  { projection, gemm, signal, k, resamples }: Request,
  random: Random,
  draw: number,
): AsyncGenerator<Progress, number> {
  const { points, count, eigenvalues } = projection;
  const d = eigenvalues.length;
  const half = Math.floor(count / 2);
  const chosen = random.fork('points').sample(count, half).sort();
  const some = new Float64Array(half * d);
  chosen.forEach((row, i) => some.set(points.subarray(row * d, (row + 1) * d), i * d));
  const { matrix, means } = await covariance(gemm, some, half, d);
  for (let i = 0; i < some.length; i += 1) some[i]! -= means[i % d]!;
  const own = await symmetricEigenvalues(gemm, matrix, d);
  const steps = cloudEntropy(some, own, { gemm, signal, k });
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value.clustering;
    yield { phase: 'Random halves', done: draw, total: resamples, unit: 'halves' };
  }
}
