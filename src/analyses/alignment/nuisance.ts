import type { Columns } from '../../math/encoding/encoding';
import { zscoreRuns } from '../../math/timeseries/fir';
import type { Progress } from '../../shared/progress';
import { overFolds } from './aggregate';
import type { Recording } from './data';
import type { EncodingJob } from './encode';
import { encodeLayers } from './encode';
import { waitFor } from './waiting';

/** What low-level predictors explain alone, and what each layer adds. */
export interface NuisanceScores {
  readonly columns: readonly string[];
  /** Pearson r of the nuisance alone, f64 [targets]. */
  readonly scores: Float64Array;
  /** R² out of fold of the nuisance alone, mean over folds, f64 [targets]. */
  readonly r2: Float64Array;
  /** R² of both bands, and R²(both) − R²(nuisance), mean over folds, f64 [layers, targets]. */
  readonly both: Float64Array;
  readonly unique: Float64Array;
}

/** Banded ridge of every layer beside the nuisance. @throws UserError where a fold has too few rows; Cancelled */
export async function* encodeNuisance(
  job: EncodingJob,
  { columns, data }: NonNullable<Recording['nuisance']>,
): AsyncGenerator<Progress, NuisanceScores> {
  const { features, recording, plan, pool, options } = job;
  const width = columns.length;
  const alone = yield* encodeLayers({
    ...job,
    features: { layers: [], of: features.of, width, layer: () => Promise.resolve(data) },
    options: withoutPca(options),
    draws: [],
    bootstrap: 0,
    phase: 'Nuisance alone',
  });
  const targets = recording.targets.length;
  const layers = Math.max(1, features.layers.length);
  const folds = plan.outer.length;
  const both = new Float64Array(layers * targets);
  const unique = new Float64Array(layers * targets);
  const band: Columns = { data, width };
  for (let i = 0; i < layers; i += 1) {
    const progress = { phase: 'Beside the nuisance', done: i, total: layers, unit: 'layers' };
    yield progress;
    const values: Columns = { data: await features.layer(i), width: features.width };
    const bothOfFolds = new Float64Array(folds * targets);
    const uniqueOfFolds = new Float64Array(folds * targets);
    for (const [f, fold] of plan.outer.entries()) {
      const one = { ...plan, outer: [fold] };
      const scaled = recording.runs.length === 0 ? [values, band] : [values, band].map((of) => perRun(of, job, f));
      const scored = yield* waitFor(
        pool.banded(scaled[0]!, scaled[1]!, one, options, { data: recording.responses, units: targets }),
        progress,
      );
      bothOfFolds.set(scored.both, f * targets);
      uniqueOfFolds.set(scored.unique, f * targets);
    }
    both.set(overFolds(bothOfFolds, folds, targets), i * targets);
    unique.set(overFolds(uniqueOfFolds, folds, targets), i * targets);
  }
  return { columns, scores: alone.scores, r2: alone.r2, both, unique };
}

function withoutPca({ alpha, alphas, signal }: EncodingJob['options']): EncodingJob['options'] {
  return { alpha, alphas, signal };
}

function perRun({ data, width }: Columns, { recording, plan }: EncodingJob, fold: number): Columns {
  return { data: zscoreRuns(Float32Array.from(data), width, recording.runs, plan.outer[fold]!.train), width };
}
