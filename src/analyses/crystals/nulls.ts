import type { Quality } from '../../math/crystals/qualities';
import { nullSummary } from '../../math/nulls';
import { mean } from '../../math/statistics';
import type { QualityNull } from './result';

/** Qualities of every relation under the relation labels as they are (first) and under every shuffle of them. */
export type Drawn = readonly (readonly Quality[])[];

/** The mean over splits of every labelling's qualities, splits in which a relation has none left out. */
export function meanOverSplits(splits: readonly Drawn[], labellings: number, relations: number): Quality[][] {
  const over = (measure: (quality: Quality) => number, draw: number, relation: number): number =>
    mean(splits.map((drawn) => measure(drawn[draw]![relation]!)).filter((value) => !Number.isNaN(value)));
  return Array.from({ length: labellings }, (_, draw) =>
    Array.from({ length: relations }, (__, relation) => ({
      cosine: over(({ cosine }) => cosine, draw, relation),
      parallelogram: over(({ parallelogram }) => parallelogram, draw, relation),
    })),
  );
}

/** Where a relation's qualities lie among those under shuffled labels. */
export function qualityNull([actual, ...draws]: Drawn, relation: number): QualityNull {
  const among = (measure: (quality: Quality) => number) =>
    nullSummary(
      measure(actual![relation]!),
      draws.map((drawn) => measure(drawn[relation]!)),
    );
  return {
    cosine: among(({ cosine }) => cosine),
    parallelogram: among(({ parallelogram }) => parallelogram),
  };
}
