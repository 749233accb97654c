import { intervalOf } from '../../math/bootstrap';
import { empiricalP } from '../../math/permutation';
import { percentile } from '../../math/statistics';
import type { Encoded } from './encode';
import type { SetComparison, UnitSetRow } from './result';
import type { UnitSet } from './unit-masks';

/** A set of units with its score. */
export function setRow({ kind, seed, units }: UnitSet, { aggregate, resampled }: Encoded): UnitSetRow {
  return {
    kind,
    ...(seed !== undefined && { seed }),
    k: units.length,
    score: aggregate[0]!,
    interval: intervalOf(resampled[0]!),
  };
}

/** The selected units' score among those of each kind of random units. */
export function compareSets(selected: number, controls: readonly UnitSetRow[]): SetComparison[] {
  return [...new Set(controls.map(({ kind }) => kind))].map((kind) => {
    const scores = Float64Array.from(
      controls.filter((row) => row.kind === kind),
      ({ score }) => score,
    );
    const median = percentile(scores, 50);
    return {
      control: kind,
      sets: scores.length,
      median,
      range: [percentile(scores, 0), percentile(scores, 100)],
      difference: selected - median,
      p: empiricalP(selected, scores),
    };
  });
}
