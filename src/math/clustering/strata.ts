import type { Random } from '../random';
import { percentile } from '../statistics';

const DECILES = 10;

/**
 * Decile of every value, 0…9: how many of the nine inner decile edges (linear interpolation) are at most the value, as
 * `numpy.digitize(values, numpy.percentile(values, [10, …, 90]))`. Equal values share a decile, so ties make deciles unequal.
 */
export function deciles(values: ArrayLike<number>): Int32Array {
  const all = Float64Array.from(values);
  const edges = Array.from({ length: DECILES - 1 }, (_, i) => percentile(all, (100 / DECILES) * (i + 1)));
  return Int32Array.from(all, (value) => edges.reduce((below, edge) => below + Number(edge <= value), 0));
}

/** Labels that changed places at random among the entries of their own stratum (Fisher–Yates in each); any integers. */
export function shuffleWithin(labels: Int32Array, strata: Int32Array, random: Random): Int32Array {
  return shuffleMembers(labels, membersOf(strata), random);
}

/** The entries of every stratum, strata in ascending order. */
export function membersOf(strata: Int32Array): readonly Int32Array[] {
  const members = new Map<number, number[]>();
  strata.forEach((stratum, i) => {
    const known = members.get(stratum);
    if (known === undefined) members.set(stratum, [i]);
    else known.push(i);
  });
  return [...members.entries()].sort(([a], [b]) => a - b).map(([, entries]) => Int32Array.from(entries));
}

/** As `shuffleWithin`, with the strata's entries known: one of many draws. */
export function shuffleMembers(labels: Int32Array, members: readonly Int32Array[], random: Random): Int32Array {
  const out = labels.slice();
  for (const places of members) {
    for (let i = places.length - 1; i > 0; i -= 1) {
      const j = random.below(i + 1);
      const held = out[places[i]!]!;
      out[places[i]!] = out[places[j]!]!;
      out[places[j]!] = held;
    }
  }
  return out;
}
