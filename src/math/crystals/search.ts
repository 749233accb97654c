import { Cancelled } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import { kMeans } from '../clustering/kmeans';
import { symmetricEigen } from '../eigen';
import type { Gemm } from '../gemm';
import type { Random } from '../random';
import { gather, qualitiesOf } from './qualities';
import type { Quality } from './qualities';
import { rowSquares } from './pair-blocks';

/** Differences that are clustered at most; of more, so many are drawn at random. */
export const MOST_DIFFERENCES = 10_000;
/** Differences of one cluster that share no point, at most: those nearest to its centre. */
const MOST_DISJOINT = 40;
const ITERATIONS = 30;
const RESTARTS = 2;
/** Variances below this share of the largest are rounding. */
const NO_VARIANCE = 1e-12;

/** A cluster of differences, as far as it is made of different points. */
export interface CrystalCluster extends Quality {
  /** Differences in the cluster. */
  readonly size: number;
  /** From and to, pair after pair: differences that share no point, the nearest to the centre first. The qualities are theirs. */
  readonly pairs: Int32Array;
}

/** Points in their principal axes, and the variance (ddof 1) along each. */
export interface PrincipalPoints {
  /** f64 [n, axes] */
  readonly points: Float64Array;
  readonly variances: Float64Array;
}

/** Points turned into their principal axes from their Gram matrix; distances stay. @param rows f64 [n, width], n ≥ 3 */
export async function principalPoints(gemm: Gemm, rows: Float64Array, width: number): Promise<PrincipalPoints> {
  const n = rows.length / width;
  const centre = new Float64Array(width);
  rows.forEach((value, i) => (centre[i % width]! += value / n));
  const centred = { data: rows.map((value, i) => value - centre[i % width]!), dims: [n, width] };
  const gram = (await gemm.multiply(centred, centred, { transposeB: true })).data;
  const { values, vectors } = symmetricEigen(gram, n);
  const axes = values.filter((value) => value > NO_VARIANCE * values[0]!).length;
  const points = new Float64Array(n * axes);
  for (let axis = 0; axis < axes; axis += 1) {
    const scale = Math.sqrt(values[axis]!);
    for (let i = 0; i < n; i += 1) points[i * axes + axis] = vectors[axis * n + i]! * scale;
  }
  return { points, variances: values.slice(0, axes).map((value) => value / (n - 1)) };
}

/**
 * Clusters the differences of points by k-means, and measures every cluster by differences of it that share no point
 * (b − a and c − a are alike for any outlying a). A difference points up the first axis, so that one and its opposite are
 * not two.
 * @param points f64 [n, axes], in principal axes
 * @param normalised whether differences are brought to length 1 for the clustering
 * @returns the clusters with at least two such differences, the tightest (by parallelogram quality) first
 * @throws Cancelled
 */
export async function* crystalClusters(
  points: Float64Array,
  axes: number,
  {
    clusters,
    normalised,
    gemm,
    random,
    signal,
    phase,
  }: {
    readonly clusters: number;
    readonly normalised: boolean;
    readonly gemm: Gemm;
    readonly random: Random;
    readonly signal: AbortSignal;
    readonly phase: string;
  },
): AsyncGenerator<Progress, CrystalCluster[]> {
  const ends = chosenPairs(points.length / axes, random);
  const count = ends.length / 2;
  const vectors = new Float64Array(count * axes);
  for (let i = 0; i < count; i += 1) {
    if (points[ends[2 * i]! * axes]! > points[ends[2 * i + 1]! * axes]!) {
      [ends[2 * i], ends[2 * i + 1]] = [ends[2 * i + 1]!, ends[2 * i]!];
    }
    const [a, b] = [ends[2 * i]! * axes, ends[2 * i + 1]! * axes];
    for (let k = 0; k < axes; k += 1) vectors[i * axes + k] = points[b + k]! - points[a + k]!;
  }
  const clustered = normalised ? unit(vectors, axes) : vectors;
  const options = { gemm, random, restarts: RESTARTS, iterations: ITERATIONS };
  const steps = kMeans(clustered, axes, Math.min(clusters, count), options);
  let step = await steps.next();
  while (step.done !== true) {
    if (signal.aborted) throw new Cancelled();
    yield { phase, done: step.value, total: RESTARTS, unit: 'restarts' };
    step = await steps.next();
  }
  const { labels, centres } = step.value;
  const found: CrystalCluster[] = [];
  for (let cluster = 0; cluster * axes < centres.length; cluster += 1) {
    const members = Int32Array.from(labels.keys()).filter((i) => labels[i] === cluster);
    const own = disjoint(members, clustered, centres.subarray(cluster * axes, (cluster + 1) * axes), ends);
    if (own.length < 2) continue;
    const [quality] = await qualitiesOf(gather(vectors, axes, own), axes, new Int32Array(own.length), 1, gemm);
    const pairs = Int32Array.from([...own].flatMap((i) => [ends[2 * i]!, ends[2 * i + 1]!]));
    found.push({ ...quality!, size: members.length, pairs });
  }
  return found.sort((a, b) => b.parallelogram - a.parallelogram);
}

/** All pairs of points, or some at random: from and to, pair after pair. */
function chosenPairs(n: number, random: Random): Int32Array {
  const all = new Int32Array(n * (n - 1));
  let at = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) {
      all[at] = i;
      all[at + 1] = j;
      at += 2;
    }
  }
  const pairs = all.length / 2;
  if (pairs <= MOST_DIFFERENCES) return all;
  return Int32Array.from([...random.sample(pairs, MOST_DIFFERENCES)].flatMap((i) => [all[2 * i]!, all[2 * i + 1]!]));
}

function unit(vectors: Float64Array, axes: number): Float64Array {
  const lengths = rowSquares(vectors, axes).map(Math.sqrt);
  return vectors.map((value, i) => value / (lengths[Math.floor(i / axes)]! || 1));
}

/** Members that share no point, greedily from the one nearest to the centre. */
function disjoint(members: Int32Array, vectors: Float64Array, centre: Float64Array, ends: Int32Array): Int32Array {
  const axes = centre.length;
  const distances = new Map<number, number>();
  for (const i of members) {
    let sum = 0;
    for (let k = 0; k < axes; k += 1) sum += (vectors[i * axes + k]! - centre[k]!) ** 2;
    distances.set(i, sum);
  }
  const used = new Set<number>();
  const chosen: number[] = [];
  for (const i of members.toSorted((a, b) => distances.get(a)! - distances.get(b)!)) {
    if (chosen.length === MOST_DISJOINT) break;
    const [a, b] = [ends[2 * i]!, ends[2 * i + 1]!];
    if (used.has(a) || used.has(b)) continue;
    used.add(a).add(b);
    chosen.push(i);
  }
  return Int32Array.from(chosen);
}
