import type { Projection } from '../../math/spectrum/projection';
import { counted, percent } from '../../shared/words';
import type { Cloud } from './clouds';

/** Rows that a warning names. */
const NAMED = 5;
/** Share of the variance from which one direction is most of the cloud. */
const MOST = 0.5;
/** Share from which a direction matters that few points alone make. */
const MUCH = 0.1;
/** Points that are few: this share of all, and as many at most. */
const FEW = { share: 0.001, points: 20 } as const;

/**
 * What is to be said of a cloud whose first principal component is most of it, or is made by a few points, as attention sinks
 * and other massive activations are; undefined for others.
 * @param total variance of the cloud, in all directions
 * @param chosen rows of the cloud that are projected (default: all)
 */
export function dominated(
  { kind }: Pick<Cloud, 'kind'>,
  { points, count, eigenvalues }: Projection,
  total: number,
  chosen: Int32Array | undefined,
): string | undefined {
  const share = eigenvalues[0]! / total;
  const d = eigenvalues.length;
  const weights = Float64Array.from({ length: count }, (_, row) => points[row * d]! ** 2);
  const makers = halfOf(weights);
  const few = makers.length <= Math.max(1, Math.min(FEW.points, FEW.share * count));
  if (share <= MOST && !(few && share > MUCH)) return undefined;
  const what = `the first principal component holds ${percent(share)} of the variance`;
  const by = few
    ? `, and ${counted(makers.length, 'point')} (${named(makers, chosen)}) ${makers.length === 1 ? 'makes' : 'make'} half of it`
    : '';
  const remedy =
    kind === 'features'
      ? 'measure without those features'
      : 'measure without those tokens (attention sinks are at separators and at the start of texts), or other --layers';
  return `${what}${by}: slope, volume and clustering entropy tell of that direction more than of the rest; ${remedy}`;
}

/** The fewest points that hold half of a total, the largest first. */
function halfOf(weights: Float64Array): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const order = Array.from(weights.keys()).sort((a, b) => weights[b]! - weights[a]!);
  let sum = 0;
  const end = order.findIndex((i) => (sum += weights[i]!) >= total / 2);
  return order.slice(0, end + 1);
}

/** What is to be said where points coincide with others. @param distances of every point to its k-th neighbour */
export function coinciding(
  { kind }: Pick<Cloud, 'kind'>,
  distances: Float64Array,
  chosen: Int32Array | undefined,
): string {
  const at = Array.from(distances.keys()).filter((i) => distances[i] === 0);
  const remedy =
    kind === 'features'
      ? 'remove duplicates'
      : 'the same words from the start of a text have the same activation, so remove texts that begin alike';
  return (
    `${counted(at.length, 'point')} (${named(at, chosen)}) coincide with others, so their neighbours are at distance 0 ` +
    `and the entropy is not known; ${remedy}, or measure with a larger --neighbour`
  );
}

/** What is to be said where halves are too few points for an interval. */
export function fewInHalves({ count, eigenvalues }: Projection): string {
  return (
    `half of ${count} points are no more than their ${eigenvalues.length} components, so the clustering entropy has no interval; ` +
    'give more points, or fewer --components'
  );
}

/** What is to be said where halves have fewer eigenvalues than slope and volume are made of. */
export function fewForRanks(count: number, ranks: number): string {
  return `half of ${count} points have fewer than the ${ranks} eigenvalues of slope and volume, which have no intervals; give more points`;
}

function named(rows: readonly number[], chosen: Int32Array | undefined): string {
  const first = rows.slice(0, NAMED).map((i) => chosen?.[i] ?? i);
  return `${rows.length === 1 ? 'row' : 'rows'} ${first.join(', ')}${rows.length > NAMED ? ', …' : ''}`;
}
