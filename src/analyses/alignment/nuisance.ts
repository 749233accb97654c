import type { Columns } from '../../math/encoding/encoding';
import { zscoreRuns } from '../../math/timeseries/fir';
import type { Piece } from '../contract';
import { overFolds } from './aggregate';
import type { Recording } from './data';
import { encodingPieces } from './encode';
import type { Encoded, EncodingJob } from './encode';
import type { PieceSet } from './pieces';

type Nuisance = NonNullable<Recording['nuisance']>;

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

/** Low-level predictors alone, as a set of layers without a null and without intervals. */
export function nuisanceAlone(job: EncodingJob, { columns, data }: Nuisance): PieceSet<Encoded> {
  const alone: EncodingJob = {
    ...job,
    features: { layers: [], of: job.features.of, width: columns.length, layer: () => Promise.resolve(data) },
    options: withoutPca(job.options),
    draws: [],
    bootstrap: 0,
  };
  return encodingPieces(alone, 'nuisance alone');
}

/**
 * Banded ridge of every layer beside the nuisance, a layer a piece. Bands are fitted in this process, one layer at a time.
 * @returns R² of both bands, and R²(both) − R²(nuisance), mean over folds, f64 [layers, targets]
 */
export function besideNuisance(
  job: EncodingJob,
  { columns, data }: Nuisance,
): PieceSet<Pick<NuisanceScores, 'both' | 'unique'>> {
  const targets = job.recording.targets.length;
  const layers = Math.max(1, job.features.layers.length);
  const band: Columns = { data, width: columns.length };
  let before: Promise<unknown> = Promise.resolve();
  return {
    names: Array.from({ length: layers }, (_, i) => `beside the nuisance, layer ${i}`),
    sizes: Array.from({ length: layers }, () => 1),
    make(index) {
      const made = before.then(() => besideIn(job, band, index));
      before = made.catch(() => undefined);
      return made;
    },
    async gather(read) {
      const both = new Float64Array(layers * targets);
      const unique = new Float64Array(layers * targets);
      for (let i = 0; i < layers; i += 1) {
        const { arrays } = await read(i);
        both.set(arrays['both']!, i * targets);
        unique.set(arrays['unique']!, i * targets);
      }
      return { both, unique };
    },
  };
}

async function besideIn(job: EncodingJob, band: Columns, layer: number): Promise<Piece> {
  const { features, recording, plan, pool, options } = job;
  const targets = recording.targets.length;
  const folds = plan.outer.length;
  const values: Columns = { data: await features.layer(layer), width: features.width };
  const both = new Float64Array(folds * targets);
  const unique = new Float64Array(folds * targets);
  for (const [f, fold] of plan.outer.entries()) {
    const one = { ...plan, outer: [fold] };
    const [x, z] = recording.runs.length === 0 ? [values, band] : [perRun(values, job, f), perRun(band, job, f)];
    const scored = await pool.banded(x, z, one, options, { data: recording.responses, units: targets });
    both.set(scored.both, f * targets);
    unique.set(scored.unique, f * targets);
  }
  const arrays = { both: overFolds(both, folds, targets), unique: overFolds(unique, folds, targets) };
  return { arrays, work: 1 };
}

function withoutPca({ alpha, alphas, signal }: EncodingJob['options']): EncodingJob['options'] {
  return { alpha, alphas, signal };
}

function perRun({ data, width }: Columns, { recording, plan }: EncodingJob, fold: number): Columns {
  return { data: zscoreRuns(Float32Array.from(data), width, recording.runs, plan.outer[fold]!.train), width };
}
