/**
 * Depth at which the scores of one unit lie: Σ depth·w/Σ w with w = r − min r over the layers with a score (definitions,
 * Hierarchy). NaN where all scores are equal or there are none.
 * @param scores f64 [layers], NaN = none
 * @param depths f64 [layers]
 */
export function centroidOf(scores: Float64Array, depths: Float64Array): number {
  const least = scores.reduce((lowest, score) => (score < lowest ? score : lowest), Infinity);
  let moment = 0;
  let weight = 0;
  scores.forEach((score, i) => {
    if (Number.isNaN(score)) return;
    moment += depths[i]! * (score - least);
    weight += score - least;
  });
  return moment / weight;
}

/** Index of the largest score, the first of equal ones; −1 where all are NaN. */
export function bestLayerOf(scores: Float64Array): number {
  return scores.reduce(
    (best, score, i) => (!Number.isNaN(score) && (best < 0 || score > scores[best]!) ? i : best),
    -1,
  );
}

/**
 * Layers used (definitions, Hierarchy): the smallest depth whose score reaches 95 % of the peak. NaN where the peak is
 * not positive, as a share of it means nothing then.
 * @param curve f64 [layers], in order of depth; NaN = none
 * @param depths f64 [layers]
 */
export function layersUsed(curve: Float64Array, depths: Float64Array, share = 0.95): number {
  const best = bestLayerOf(curve);
  if (best < 0 || !(curve[best]! > 0)) return NaN;
  return depths[curve.findIndex((score) => score >= share * curve[best]!)]!;
}
