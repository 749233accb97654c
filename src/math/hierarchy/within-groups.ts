import type { Random } from '../random';
import { averageRanks, mean } from '../statistics';

/** Pearson and Spearman correlation of two variables over units, with p by permutation within groups of units. */
export interface GroupedCorrelation {
  readonly pearson: number;
  readonly pearsonP: number;
  readonly spearman: number;
  readonly spearmanP: number;
}

/** Sums in another order must not make an equal distance a smaller one. */
const ROUNDING = 1e-12;

/**
 * Correlations of x and y over all units, and two-sided p: y changes places among the units of each group. Differences
 * between groups stay in every draw, so that the null need not be centred on 0: p = (1 + #{|null − c| ≥ |r − c|})/(1 +
 * draws) with c the mean correlation over all permutations within groups, which is known exactly.
 * @param x f64 [units], @param y f64 [units], finite; NaN where either is constant
 * @param groups the group (subject) of every unit
 */
export function correlateWithinGroups(
  x: Float64Array,
  y: Float64Array,
  groups: readonly string[],
  draws: number,
  random: Random,
): GroupedCorrelation {
  const members = membersOf(groups);
  const values = productOf(x, y, members);
  const ranks = productOf(averageRanks(x), averageRanks(y), members);
  const reached = { values: 0, ranks: 0 };
  for (let d = 0; d < draws; d += 1) {
    const source = within(members, x.length, random);
    reached.values += Number(values.distance(source) >= values.observed - ROUNDING);
    reached.ranks += Number(ranks.distance(source) >= ranks.observed - ROUNDING);
  }
  const pOf = (count: number, r: number): number => (Number.isNaN(r) ? NaN : (1 + count) / (1 + draws));
  return {
    pearson: values.r,
    pearsonP: pOf(reached.values, values.r),
    spearman: ranks.r,
    spearmanP: pOf(reached.ranks, ranks.r),
  };
}

/** How many different orders permutations within groups have; Infinity where they cannot be counted. */
export function ordersWithin(groups: readonly string[]): number {
  return membersOf(groups).reduce((product, { length }) => product * factorial(length), 1);
}

function factorial(n: number): number {
  let product = 1;
  for (let i = 2; i <= n && Number.isFinite(product); i += 1) product *= i;
  return product;
}

/** A correlation of which permutations change the sum of products alone. */
interface Product {
  readonly r: number;
  /** |r − c| */
  readonly observed: number;
  /** The same where unit i takes the y of unit `source[i]`. */
  distance(source: Int32Array): number;
}

function productOf(x: Float64Array, y: Float64Array, members: readonly Int32Array[]): Product {
  const dx = deviations(x);
  const dy = deviations(y);
  const norm = Math.sqrt(squares(dx) * squares(dy));
  const centre = members.reduce((sum, of) => sum + sumAt(dx, of) * (sumAt(dy, of) / of.length), 0) / norm;
  const at = (source: ArrayLike<number>): number =>
    dx.reduce((sum, value, i) => sum + value * dy[source[i]!]!, 0) / norm;
  const r = Math.max(-1, Math.min(1, at(dx.map((_, i) => i))));
  return { r, observed: Math.abs(r - centre), distance: (source) => Math.abs(at(source) - centre) };
}

function within(members: readonly Int32Array[], units: number, random: Random): Int32Array {
  const source = new Int32Array(units);
  for (const of of members) random.permutation(of.length).forEach((from, to) => (source[of[to]!] = of[from]!));
  return source;
}

function membersOf(groups: readonly string[]): Int32Array[] {
  const members = new Map<string, number[]>();
  groups.forEach((group, i) => {
    const known = members.get(group);
    if (known === undefined) members.set(group, [i]);
    else known.push(i);
  });
  return [...members.values()].map((of) => Int32Array.from(of));
}

/** Exactly zero for a constant, whose mean rounding would set apart from it. */
function deviations(values: Float64Array): Float64Array {
  const centre = values.every((value) => value === values[0]) ? (values[0] ?? NaN) : mean(values);
  return values.map((value) => value - centre);
}

function squares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

function sumAt(values: Float64Array, at: Int32Array): number {
  return at.reduce((sum, i) => sum + values[i]!, 0);
}
