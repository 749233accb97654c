import type { EncoderPool, EncodingOptions, LayerEncoder, LayerScores } from '../../math/encoding/encoding';
import type { FoldPlan } from '../../math/folds';
import { zscoreRuns } from '../../math/timeseries/fir';
import type { Recording } from './data';

/**
 * Encoder of a time series: features are z-scored within each run by the fold's own training rows, after the FIR delays
 * (definitions, Time series). One encoder per outer fold, since each has features of its own.
 * @param features f32 [rows, width], delayed
 */
export async function foldwiseEncoder(
  pool: EncoderPool,
  features: Float32Array,
  width: number,
  plan: FoldPlan,
  { runs }: Pick<Recording, 'runs'>,
  options: EncodingOptions,
): Promise<LayerEncoder> {
  const encoders: LayerEncoder[] = [];
  for (const fold of plan.outer) {
    const scaled = zscoreRuns(features, width, runs, fold.train);
    encoders.push(await pool.layer(scaled, width, { ...plan, outer: [fold] }, options));
  }
  return {
    async score(targets, asked) {
      const parts: LayerScores[] = [];
      for (const encoder of encoders) parts.push(await encoder.score(targets, asked));
      return merged(parts, plan, targets.units);
    },
    release: () => encoders.forEach((encoder) => encoder.release()),
  };
}

/** Folds one after the other; a row is predicted by the one fold that holds it out. */
function merged(parts: readonly LayerScores[], plan: FoldPlan, units: number): LayerScores {
  const joined = (of: (part: LayerScores) => Float64Array): Float64Array => {
    const out = new Float64Array(parts.length * units);
    parts.forEach((part, fold) => out.set(of(part), fold * units));
    return out;
  };
  const all = {
    scores: joined((part) => part.scores),
    alphas: joined((part) => part.alphas),
    innerScores: joined((part) => part.innerScores),
    innerErrors: joined((part) => part.innerErrors),
    sse: joined((part) => part.sse),
    sst: joined((part) => part.sst),
  };
  if (parts[0]?.predictions === undefined) return all;
  const predictions = new Float64Array(plan.rows * units).fill(NaN);
  parts.forEach((part, fold) => {
    for (const row of plan.outer[fold]!.test) {
      predictions.set(part.predictions!.subarray(row * units, (row + 1) * units), row * units);
    }
  });
  return { ...all, predictions };
}
