import type { NdArray } from '../../shared/analysis';
import { aggregateOf, largest, subjectsOf } from './aggregate';
import type { Average } from './aggregate';
import type { Recording, Target } from './data';
import type { Encoded } from './encode';
import type { Latency, LayerRow } from './result';

/** Targets by lag: units in the order of the recording, every one with all lags. */
interface LagAxis {
  /** Seconds, ascending as the recording has them. */
  readonly lags: readonly number[];
  /** Targets of the first lag: one for every unit. */
  readonly units: readonly Target[];
}

/**
 * Scores of word-locked responses lag by lag: the aggregate over units at every lag, and the lag at which it is largest,
 * by layer; the lag of every unit's largest score. `undefined` where responses have fewer than two lags.
 * @returns `scores` f64 [lags, layers, units]
 */
export function latencyOf(
  { scores }: Pick<Encoded, 'scores'>,
  { targets }: Pick<Recording, 'targets'>,
  rows: readonly LayerRow[],
  average: Average,
): { readonly fields: Latency; readonly scores: NdArray } | undefined {
  const axis = lagAxisOf(targets);
  if (axis === undefined) return undefined;
  const { lags, units } = axis;
  const subjects = subjectsOf(units);
  const layers = rows.length;
  // Targets are numbered unit by unit, the lags of a unit one after another.
  const byLag = new Float64Array(lags.length * layers * units.length);
  for (let l = 0; l < layers; l += 1) {
    targets.forEach((_, t) => {
      const [unit, lag] = [Math.floor(t / lags.length), t % lags.length];
      byLag[(lag * layers + l) * units.length + unit] = scores[l * targets.length + t]!;
    });
  }
  const at = (lag: number, l: number): Float64Array =>
    byLag.subarray((lag * layers + l) * units.length, (lag * layers + l + 1) * units.length);
  return {
    fields: {
      lags,
      layers: rows.map(({ layer }, l) => {
        const curve = lags.map((_, lag) => aggregateOf(at(lag, l), subjects, average));
        const peak = largest(curve);
        return { layer, scores: curve, peakLag: lags[peak] ?? NaN, score: curve[peak] ?? NaN };
      }),
      units: units.map(({ unit, id, subject }, u) => {
        const own = Float64Array.from({ length: lags.length * layers }, (_, i) => byLag[i * units.length + u]!);
        const peak = largest(own);
        return {
          id: unit ?? id,
          subject,
          peakLag: lags[Math.floor(peak / layers)] ?? NaN,
          layer: rows[peak % layers]?.layer ?? null,
          score: own[peak] ?? NaN,
        };
      }),
    },
    scores: { data: byLag, shape: [lags.length, layers, units.length] },
  };
}

function lagAxisOf(targets: readonly Target[]): LagAxis | undefined {
  const first = targets[0];
  if (first?.lag === undefined) return undefined;
  const lags = targets.filter(({ unit, subject }) => unit === first.unit && subject === first.subject);
  if (lags.length < 2) return undefined;
  return { lags: lags.map(({ lag }) => lag!), units: targets.filter((_, t) => t % lags.length === 0) };
}
