/** Statistics in float64 over flat typed arrays. */

type Values = ArrayLike<number>;

/** Arithmetic mean; NaN of nothing. */
export function mean(values: Values): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Standard deviation with ddof 0 or 1, in two passes; NaN where `values` has no more than `ddof` entries. */
export function standardDeviation(values: Values, ddof: 0 | 1): number {
  if (values.length <= ddof) return NaN;
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - centre) ** 2;
  return Math.sqrt(squares / (values.length - ddof));
}

/** Standard error of the mean, ddof 1; NaN for fewer than two values. */
export function standardError(values: Values): number {
  return standardDeviation(values, 1) / Math.sqrt(values.length);
}

/** Indices of `values` from smallest to largest, equal ones in order; NaN last. */
export function argsort(values: Values): Uint32Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i);
  return order.sort((i, j) => compare(values[i]!, values[j]!) || i - j);
}

function compare(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** Ranks from 1, equal values sharing their average rank, as `scipy.stats.rankdata`. Values must not be NaN. */
export function averageRanks(values: Values): Float64Array {
  const order = argsort(values);
  const ranks = new Float64Array(values.length);
  let start = 0;
  while (start < order.length) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end += 1;
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Pearson correlation; NaN where either side is constant. @throws RangeError for unequal lengths */
export function pearson(x: Values, y: Values): number {
  if (x.length !== y.length) throw new RangeError(`${x.length} values cannot be correlated with ${y.length}`);
  const meanX = mean(x);
  const meanY = mean(y);
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    const dx = x[i]! - meanX;
    const dy = y[i]! - meanY;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

/**
 * Spearman correlation with average ranks, over the pairs in which neither value is NaN; ±∞ rank at the ends.
 * @throws RangeError for unequal lengths
 */
export function spearman(x: Values, y: Values): number {
  if (x.length !== y.length) throw new RangeError(`${x.length} values cannot be correlated with ${y.length}`);
  const kept = Uint32Array.from({ length: x.length }, (_, i) => i).filter(
    (i) => !Number.isNaN(x[i]!) && !Number.isNaN(y[i]!),
  );
  return pearson(
    averageRanks(Float64Array.from(kept, (i) => x[i]!)),
    averageRanks(Float64Array.from(kept, (i) => y[i]!)),
  );
}

/**
 * Benjamini–Hochberg adjusted p-values (1995) over the finite entries, which are the family; NaN stays NaN. As
 * `scipy.stats.false_discovery_control`.
 */
export function benjaminiHochberg(p: Float64Array): Float64Array {
  const order = argsort(p).filter((i) => Number.isFinite(p[i]!));
  const q = new Float64Array(p.length).fill(NaN);
  let smallest = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const i = order[rank - 1]!;
    smallest = Math.min(smallest, (p[i]! * order.length) / rank);
    q[i] = smallest;
  }
  return q;
}

/**
 * Percentile with linear interpolation, as `numpy.percentile`, over the values that are not NaN.
 * @param percent 0…100
 */
export function percentile(values: Values, percent: number): number {
  const sorted = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (sorted.length === 0) return NaN;
  const position = (percent / 100) * (sorted.length - 1);
  const low = sorted[Math.floor(position)]!;
  const high = sorted[Math.min(sorted.length - 1, Math.floor(position) + 1)]!;
  const share = position - Math.floor(position);
  if (low === high || share === 0) return low;
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}

/** Dice overlap 2|A ∩ B| / (|A| + |B|) of two sets given as masks (non-zero = in); NaN when both are empty. */
export function dice(a: Values, b: Values): number {
  let both = 0;
  let sizes = 0;
  for (let i = 0; i < a.length; i++) {
    both += Number(a[i] !== 0 && b[i] !== 0);
    sizes += Number(a[i] !== 0) + Number(b[i] !== 0);
  }
  return (2 * both) / sizes;
}
