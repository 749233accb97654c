import type { Gemm } from '../gemm';
import type { Random } from '../random';

export interface KMeans {
  /** i32 [points] */
  readonly labels: Int32Array;
  /** f64 [clusters, dimensions] */
  readonly centres: Float64Array;
  /** Sum of squared distances to the points' centres. */
  readonly inertia: number;
}

export interface KMeansOptions {
  readonly gemm: Gemm;
  readonly random: Random;
  /** Starts from new centres, of which the least inertia counts. */
  readonly restarts?: number;
  readonly iterations?: number;
  /** Stop where the centres' summed squared shifts fall below this share of the mean variance of a dimension. */
  readonly tolerance?: number;
}

/** Points in rows, f64 [count, dimensions], with their squared norms. */
interface Points {
  readonly data: Float64Array;
  readonly count: number;
  readonly dimensions: number;
  readonly norms: Float64Array;
}

/**
 * k-means by Lloyd's iterations from greedy k-means++ centres (Arthur & Vassilvitskii 2007, with 2 + ⌊ln k⌋ trials per centre),
 * step for step as scikit-learn's `KMeans`: centred data, the same stopping rule, empty clusters moved to the farthest
 * points. Yields the restarts that are done.
 * @param x f64 [count, dimensions]
 * @param clusters at most count
 */
export async function* kMeans(
  x: Float64Array,
  dimensions: number,
  clusters: number,
  options: KMeansOptions,
): AsyncGenerator<number, KMeans> {
  const { restarts = 10, iterations = 300, tolerance = 1e-4 } = options;
  const { centred, means, meanVariance } = centre(x, dimensions);
  const points = pointsOf(centred, dimensions);
  let best: KMeans | undefined;
  for (let restart = 0; restart < restarts; restart++) {
    const start = await plusPlus(points, clusters, options);
    const lloyd = lloydIterations(points, start, options.gemm, { iterations, limit: tolerance * meanVariance });
    let found = await lloyd.next();
    while (found.done !== true) {
      yield restart;
      found = await lloyd.next();
    }
    const better = best === undefined || found.value.inertia < best.inertia;
    if (better && !(best && sameClustering(found.value.labels, best.labels))) best = found.value;
  }
  const centres = best!.centres.map((value, e) => value + means[e % dimensions]!);
  return { ...best!, centres };
}

function centre(
  x: Float64Array,
  dimensions: number,
): { centred: Float64Array; means: Float64Array; meanVariance: number } {
  const count = x.length / dimensions;
  const means = new Float64Array(dimensions);
  for (let e = 0; e < x.length; e++) means[e % dimensions]! += x[e]! / count;
  const centred = x.map((value, e) => value - means[e % dimensions]!);
  const meanVariance = centred.reduce((sum, value) => sum + value * value, 0) / x.length;
  return { centred, means, meanVariance };
}

function pointsOf(data: Float64Array, dimensions: number): Points {
  const count = data.length / dimensions;
  const norms = new Float64Array(count);
  for (let e = 0; e < data.length; e++) norms[Math.floor(e / dimensions)]! += data[e]! ** 2;
  return { data, count, dimensions, norms };
}

/** Squared distances of every point to some centres, f64 [points, centres], from ‖x‖² + ‖c‖² − 2xc, not below 0. */
async function squaredDistances(points: Points, centres: Float64Array, gemm: Gemm): Promise<Float64Array> {
  const { data, count, dimensions, norms } = points;
  const clusters = centres.length / dimensions;
  const { norms: centreNorms } = pointsOf(centres, dimensions);
  const { data: products } = await gemm.multiply(
    { data, dims: [count, dimensions] },
    { data: centres, dims: [clusters, dimensions] },
    { transposeB: true },
  );
  for (let p = 0; p < count; p++) {
    for (let c = 0; c < clusters; c++) {
      const squared = norms[p]! + centreNorms[c]! - 2 * products[p * clusters + c]!;
      products[p * clusters + c] = squared > 0 ? squared : 0;
    }
  }
  return products;
}

/** Greedy k-means++: each further centre is the best of some points drawn with probability ∝ their squared distance. */
async function plusPlus(points: Points, clusters: number, { gemm, random }: KMeansOptions): Promise<Float64Array> {
  const { data, count, dimensions } = points;
  const trials = 2 + Math.floor(Math.log(clusters));
  const centres = new Float64Array(clusters * dimensions);
  const rows = (ids: readonly number[]): Float64Array => {
    const out = new Float64Array(ids.length * dimensions);
    ids.forEach((id, r) => {
      out.set(data.subarray(id * dimensions, (id + 1) * dimensions), r * dimensions);
    });
    return out;
  };
  centres.set(rows([random.below(count)]));
  const closest = await squaredDistances(points, centres.slice(0, dimensions), gemm);
  for (let c = 1; c < clusters; c++) {
    const candidates = drawProportional(closest, trials, random);
    const distances = await squaredDistances(points, rows(candidates), gemm);
    const potentials = new Float64Array(trials);
    for (let p = 0; p < count; p++) {
      for (let t = 0; t < trials; t++) potentials[t]! += Math.min(closest[p]!, distances[p * trials + t]!);
    }
    const best = potentials.indexOf(Math.min(...potentials));
    for (let p = 0; p < count; p++) closest[p] = Math.min(closest[p]!, distances[p * trials + best]!);
    centres.set(rows([candidates[best]!]), c * dimensions);
  }
  return centres;
}

/** Indices drawn with probability proportional to weights; the last index where all are 0. */
function drawProportional(weights: Float64Array, draws: number, random: Random): number[] {
  const cumulative = new Float64Array(weights.length);
  let sum = 0;
  weights.forEach((weight, i) => {
    sum += weight;
    cumulative[i] = sum;
  });
  return Array.from({ length: draws }, () => {
    const target = random.uniform() * sum;
    let [low, high] = [0, weights.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cumulative[middle]! < target) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

async function* lloydIterations(
  points: Points,
  start: Float64Array,
  gemm: Gemm,
  { iterations, limit }: { readonly iterations: number; readonly limit: number },
): AsyncGenerator<undefined, KMeans> {
  let centres = start;
  let labels = new Int32Array(points.count).fill(-1);
  let settled = false;
  for (let iteration = 0; iteration < iterations && !settled; iteration++) {
    const assigned = await assign(points, centres, gemm);
    const moved = newCentres(points, assigned, centres);
    const shift = moved.reduce((sum, value, e) => sum + (value - centres[e]!) ** 2, 0);
    centres = moved;
    const same = assigned.labels.every((label, p) => label === labels[p]);
    labels = assigned.labels;
    if (same) return { labels, centres, inertia: inertiaOf(points, labels, centres) };
    settled = shift <= limit;
    yield;
  }
  ({ labels } = await assign(points, centres, gemm));
  return { labels, centres, inertia: inertiaOf(points, labels, centres) };
}

interface Assignment {
  readonly labels: Int32Array<ArrayBuffer>;
  /** f64 [points]: squared distance to the nearest centre. */
  readonly distances: Float64Array;
}

async function assign(points: Points, centres: Float64Array, gemm: Gemm): Promise<Assignment> {
  const clusters = centres.length / points.dimensions;
  const all = await squaredDistances(points, centres, gemm);
  const labels = new Int32Array(points.count);
  const distances = new Float64Array(points.count);
  for (let p = 0; p < points.count; p++) {
    let nearest = 0;
    for (let c = 1; c < clusters; c++) {
      if (all[p * clusters + c]! < all[p * clusters + nearest]!) nearest = c;
    }
    labels[p] = nearest;
    distances[p] = all[p * clusters + nearest]!;
  }
  return { labels, distances };
}

/** Means of the clusters; an empty one moves to the farthest point, which leaves its own cluster's mean. */
function newCentres(
  { data, count, dimensions }: Points,
  { labels, distances }: Assignment,
  centres: Float64Array,
): Float64Array {
  const clusters = centres.length / dimensions;
  const sums = new Float64Array(centres.length);
  const sizes = new Int32Array(clusters);
  const add = (p: number, cluster: number, sign: 1 | -1): void => {
    sizes[cluster]! += sign;
    for (let d = 0; d < dimensions; d++) sums[cluster * dimensions + d]! += sign * data[p * dimensions + d]!;
  };
  for (let p = 0; p < count; p++) add(p, labels[p]!, 1);
  const empty = Array.from({ length: clusters }, (_, c) => c).filter((c) => sizes[c] === 0);
  if (empty.length > 0) {
    const farthest = Array.from({ length: count }, (_, p) => p).sort((a, b) => distances[b]! - distances[a]!);
    empty.forEach((cluster, e) => {
      if (distances[farthest[e]!] === 0) return;
      add(farthest[e]!, labels[farthest[e]!]!, -1);
      add(farthest[e]!, cluster, 1);
    });
  }
  return sums.map((sum, e) => {
    const size = sizes[Math.floor(e / dimensions)]!;
    return size > 0 ? sum / size : centres[e]!;
  });
}

function inertiaOf({ data, count, dimensions }: Points, labels: Int32Array, centres: Float64Array): number {
  let sum = 0;
  for (let p = 0; p < count; p++) {
    for (let d = 0; d < dimensions; d++)
      sum += (data[p * dimensions + d]! - centres[labels[p]! * dimensions + d]!) ** 2;
  }
  return sum;
}

/** Whether two labellings differ in nothing but the names of their clusters. */
function sameClustering(a: Int32Array, b: Int32Array): boolean {
  const names = new Map<number, number>();
  return a.every((label, p) => {
    const name = names.get(label);
    if (name === undefined) names.set(label, b[p]!);
    return name === undefined || name === b[p];
  });
}
