import type { Random } from '../random';
import { logGamma } from '../special';
import { membersOf, shuffleMembers } from './strata';

/** Two labellings counted against each other. */
interface Labelling {
  /** Cluster of every entry, numbered from 0. */
  readonly clusters: Int32Array;
  readonly sizes: Int32Array;
}

/** AMI between two labellings, and between shuffles of the second and the first. */
export interface MutualInformationNull {
  readonly value: number;
  /** f64 [draws] */
  readonly null: Float64Array;
}

/**
 * Adjusted mutual information of two labellings of the same entries (Vinh, Epps & Bailey 2010), arithmetic average,
 * natural logarithm: scikit-learn's `adjusted_mutual_info_score`, with its values for the limits (both sides one cluster:
 * 1; one side: 0). Labels are any integers.
 * @throws RangeError for unequal lengths
 */
export function adjustedMutualInformation(a: Int32Array, b: Int32Array): number {
  const adjustment = new Adjustment(a, b);
  return adjustment.score(adjustment.b.clusters);
}

/**
 * AMI beside its permutation null: the labels of `b` change places at random, within `strata` where given (firing-rate
 * deciles), everywhere otherwise. Cluster sizes stay as they are, so that expectation and entropies are computed once.
 * @throws RangeError for unequal lengths
 */
export function amiNull(
  a: Int32Array,
  b: Int32Array,
  {
    draws,
    random,
    strata,
  }: { readonly draws: number; readonly random: Random; readonly strata?: Int32Array | undefined },
): MutualInformationNull {
  const adjustment = new Adjustment(a, b);
  const { clusters } = adjustment.b;
  const members = membersOf(strata ?? new Int32Array(b.length));
  const shuffles = Float64Array.from({ length: draws }, () =>
    adjustment.score(shuffleMembers(clusters, members, random)),
  );
  return { value: adjustment.score(clusters), null: shuffles };
}

/** What two labellings' cluster sizes fix: everything but the mutual information itself. */
class Adjustment {
  readonly b: Labelling;
  private readonly a: Labelling;
  private readonly expected: number;
  private readonly entropies: number;
  private readonly table: Int32Array;
  /** x ln x for x = 0…n. */
  private readonly xLogX: Float64Array;

  constructor(a: Int32Array, b: Int32Array) {
    if (a.length !== b.length) throw new RangeError(`${a.length} labels cannot be compared with ${b.length}`);
    this.a = labelling(a);
    this.b = labelling(b);
    this.xLogX = Float64Array.from({ length: a.length + 1 }, (_, x) => (x === 0 ? 0 : x * Math.log(x)));
    this.entropies = (this.entropy(this.a) + this.entropy(this.b)) / 2;
    this.expected = expectedMutualInformation(this.a.sizes, this.b.sizes, a.length);
    this.table = new Int32Array(this.a.sizes.length * this.b.sizes.length);
  }

  /** @param clusters the second labelling's, in any order */
  score(clusters: Int32Array): number {
    const [rows, columns] = [this.a.sizes.length, this.b.sizes.length];
    if (rows <= 1 || columns <= 1) return rows === columns ? 1 : 0;
    const range = awayFromZero(this.entropies - this.expected);
    return awayFromZero(this.information(clusters) - this.expected) / range;
  }

  /** Σ n_ij/n · ln(n · n_ij/(a_i b_j)). */
  private information(clusters: Int32Array): number {
    const columns = this.b.sizes.length;
    const n = clusters.length;
    this.table.fill(0);
    let sum = 0;
    for (let i = 0; i < n; i += 1) {
      const count = ++this.table[this.a.clusters[i]! * columns + clusters[i]!]!;
      sum += this.xLogX[count]! - this.xLogX[count - 1]!;
    }
    // Never negative but for rounding.
    return Math.max(0, sum / n - Math.log(n) + this.entropy(this.a) + this.entropy(this.b));
  }

  private entropy({ sizes, clusters }: Labelling): number {
    let sum = 0;
    for (const size of sizes) sum += this.xLogX[size]!;
    return Math.log(clusters.length) - sum / clusters.length;
  }
}

/**
 * Mutual information expected of labellings with these cluster sizes under random assignment (hypergeometric model):
 * Σ over sizes a, b and overlaps m of m/n · ln(n·m/(a·b)) · P(m). Clusters of equal sizes share one sum.
 * @param sizesA cluster sizes, adding up to n, as `sizesB`
 */
export function expectedMutualInformation(sizesA: Int32Array, sizesB: Int32Array, n: number): number {
  if (sizesA.length <= 1 || sizesB.length <= 1) return 0;
  const logFactorial = Float64Array.from({ length: n + 1 }, (_, x) => logGamma(x + 1));
  const log = Float64Array.from({ length: n + 1 }, (_, x) => Math.log(x));
  let expected = 0;
  for (const [a, timesA] of occurrences(sizesA)) {
    for (const [b, timesB] of occurrences(sizesB)) {
      expected += timesA * timesB * expectedOfPair(a, b, n, logFactorial, log);
    }
  }
  return expected;
}

function expectedOfPair(a: number, b: number, n: number, logFactorial: Float64Array, log: Float64Array): number {
  const fixed = logFactorial[a]! + logFactorial[b]! + logFactorial[n - a]! + logFactorial[n - b]! - logFactorial[n]!;
  const offset = log[n]! - log[a]! - log[b]!;
  let sum = 0;
  for (let m = Math.max(1, a + b - n); m <= Math.min(a, b); m += 1) {
    const logProbability =
      fixed - logFactorial[m]! - logFactorial[a - m]! - logFactorial[b - m]! - logFactorial[n - a - b + m]!;
    sum += (m / n) * (offset + log[m]!) * Math.exp(logProbability);
  }
  return sum;
}

/** Distinct sizes with how often each occurs, sizes in the order of their first cluster. */
function occurrences(sizes: Int32Array): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  for (const size of sizes) times.set(size, (times.get(size) ?? 0) + 1);
  return times;
}

function labelling(labels: Int32Array): Labelling {
  const numberOf = new Map([...new Set(labels)].sort((x, y) => x - y).map((label, number) => [label, number]));
  const clusters = labels.map((label) => numberOf.get(label)!);
  const sizes = new Int32Array(numberOf.size);
  for (const cluster of clusters) sizes[cluster]! += 1;
  return { clusters, sizes };
}

/** Keeps 0/0 at 1 where expectation and entropy coincide (a perfect match), as scikit-learn does; the sign stays. */
function awayFromZero(value: number): number {
  return value < 0 ? Math.min(value, -Number.EPSILON) : Math.max(value, Number.EPSILON);
}
