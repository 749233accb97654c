import { cloudEntropy } from '../../math/entropy/clustering-entropy';
import type { Gemm } from '../../math/gemm';
import type { Random } from '../../math/random';
import { symmetricEigenvalues, topEigenvalues } from '../../math/spectrum/eigenvalues';
import { centredRows, covariance } from '../../math/spectrum/covariance';
import { fitPowerLaw, logVolume, RANKS } from '../../math/spectrum/power-law';
import type { Projection } from '../../math/spectrum/projection';
import { standardDeviation } from '../../math/statistics';
import type { Progress } from '../../shared/progress';

/** Standard errors of a cloud's measures. */
export interface Errors {
  readonly slope: number;
  readonly logVolume: number;
  readonly clusteringEntropy: number;
}

/** Groups of rows whose products are summed once; a half is four of them, and there are 70 such halves. */
const GROUPS = 8;

interface Request {
  readonly rows: Float32Array;
  readonly means: Float64Array;
  readonly projection: Projection;
  readonly resamples: number;
  readonly k: number;
  readonly gemm: Gemm;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/**
 * Standard errors by the delete-half jackknife (Shao & Wu 1989): the spread of each measure over random halves, drawn
 * without replacement. A bootstrap would put points on top of each other, whose neighbours are then at distance 0.
 * Memory: 8 · width² float64 for the groups' products.
 */
export async function* halfErrors(request: Request): AsyncGenerator<Progress, Errors> {
  const { resamples, random } = request;
  const groups = await groupProducts(request, random.fork('groups'));
  const values = { slope: [] as number[], logVolume: [] as number[], clusteringEntropy: [] as number[] };
  for (let draw = 0; draw < resamples; draw += 1) {
    const source = random.fork(`half/${draw}`);
    const spectrum = await halfSpectrum(request, groups, source.sample(GROUPS, GROUPS / 2));
    values.slope.push(fitPowerLaw(spectrum, RANKS).slope);
    values.logVolume.push(logVolume(spectrum, RANKS));
    values.clusteringEntropy.push(yield* halfEntropy(request, source, draw));
  }
  // Halves of n points vary about their mean as means of n points do: n/2 left for n/2 taken, a factor of 1.
  return {
    slope: standardDeviation(values.slope, 0),
    logVolume: standardDeviation(values.logVolume, 0),
    clusteringEntropy: standardDeviation(values.clusteringEntropy, 0),
  };
}

interface Group {
  readonly count: number;
  /** Σ x and Σ x·xᵀ of rows minus the mean of all. */
  readonly sum: Float64Array;
  readonly products: Float64Array;
}

async function groupProducts({ rows, means, gemm }: Request, random: Random): Promise<readonly Group[]> {
  const width = means.length;
  const count = rows.length / width;
  const order = random.permutation(count);
  const groups: Group[] = [];
  for (let g = 0; g < GROUPS; g += 1) {
    const members = order.slice(Math.round((g * count) / GROUPS), Math.round(((g + 1) * count) / GROUPS)).sort();
    const some = new Float32Array(members.length * width);
    members.forEach((row, i) => some.set(rows.subarray(row * width, (row + 1) * width), i * width));
    const block = centredRows(some, means, 0, members.length);
    const { data: products } = await gemm.multiply(block, block, { transposeA: true });
    const sum = new Float64Array(width);
    block.data.forEach((value, i) => (sum[i % width]! += value));
    groups.push({ count: members.length, sum, products });
  }
  return groups;
}

async function halfSpectrum(
  { gemm, means }: Request,
  groups: readonly Group[],
  chosen: Int32Array,
): Promise<Float64Array> {
  const width = means.length;
  const parts = Array.from(chosen, (g) => groups[g]!);
  const count = parts.reduce((total, part) => total + part.count, 0);
  const matrix = new Float64Array(width * width);
  const sum = new Float64Array(width);
  for (const part of parts) {
    for (let i = 0; i < matrix.length; i += 1) matrix[i]! += part.products[i]!;
    for (let i = 0; i < width; i += 1) sum[i]! += part.sum[i]!;
  }
  for (let i = 0; i < width; i += 1) {
    for (let j = 0; j < width; j += 1) {
      matrix[i * width + j] = (matrix[i * width + j]! - (sum[i]! * sum[j]!) / count) / (count - 1);
    }
  }
  return topEigenvalues(gemm, matrix, width, Math.min(width, RANKS.last));
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
