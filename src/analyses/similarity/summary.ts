import { averageLinkage, leavesOf } from '../../math/clustering/linkage';
import { classicalMds } from '../../math/projection/classical-mds';
import type { NdArray } from '../../shared/analysis';
import type { PairFields, SummaryFields } from './result';

/** How alike any two of several models are, as a tree and a map. */
export interface Summary {
  readonly fields: SummaryFields;
  /** f64 [models, models], 1 on the diagonal. */
  readonly matrix: NdArray;
}

/**
 * One number per pair of models, the mean similarity of best matches in both directions, and what it says of all:
 * average linkage and classical MDS of 1 − similarity. A pair without a number is as far as none alike (distance 1).
 */
export function summarise(pairs: readonly PairFields[], models: number): Summary {
  const data = new Float64Array(models * models);
  for (let i = 0; i < models; i += 1) data[i * models + i] = 1;
  for (const { a, b, similarity } of pairs) {
    data[a * models + b] = similarity;
    data[b * models + a] = similarity;
  }
  // Debiased CKA and RSA may be negative, and rounding may lead beyond 1.
  const distances = data.map((similarity) => (Number.isNaN(similarity) ? 1 : Math.max(0, 1 - similarity)));
  const clustering = averageLinkage(distances, models);
  const { points, explained } = classicalMds(distances, models);
  const axis = (of: 0 | 1): number[] => Array.from({ length: models }, (_, m) => points[2 * m + of]!);
  return {
    fields: {
      clustering,
      order: Array.from(leavesOf(clustering)),
      map: { x: axis(0), y: axis(1), explained: Array.from(explained) },
    },
    matrix: { data, shape: [models, models] },
  };
}
