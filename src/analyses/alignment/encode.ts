import { bootstrapMeans, CorrelationBootstrap } from '../../math/bootstrap';
import type { EncoderPool, EncodingOptions, LayerEncoder, LayerScores } from '../../math/encoding/encoding';
import type { Gemm } from '../../math/gemm';
import type { FoldPlan } from '../../math/folds';
import { shuffled } from '../../math/permutation';
import type { Random } from '../../math/random';
import { Cancelled } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import { aggregateOf, overFolds, overSubjects, subjectScores } from './aggregate';
import type { Average, Subjects } from './aggregate';
import type { LayerFeatures, Recording } from './data';
import type { Clusters } from './clusters';
import { foldwiseEncoder } from './foldwise';
import { inLanes } from './lanes';

/** Everything that decides the scores of a set of layers. */
export interface EncodingJob {
  readonly features: LayerFeatures;
  readonly recording: Recording;
  readonly plan: FoldPlan;
  readonly options: EncodingOptions;
  readonly pool: EncoderPool;
  readonly gemm: Gemm;
  readonly subjects: Subjects;
  readonly average: Average;
  /** Resamples behind intervals. */
  readonly bootstrap: number;
  /** What is drawn where there is one subject. */
  readonly clusters: Clusters;
  /** Rows that responses are taken from, in every draw of the null; empty: no null. */
  readonly draws: readonly Int32Array[];
  readonly random: Random;
  readonly phase: string;
}

/** Scores of all layers; arrays in C order. */
export interface Encoded {
  /** f64 [layers, targets] */
  readonly scores: Float64Array;
  /** f64 [layers, folds, targets] */
  readonly foldScores: Float64Array;
  readonly alphas: Float64Array;
  readonly innerScores: Float64Array;
  /** R² = 1 − SSE/SST out of fold, mean over folds, f64 [layers, targets]. */
  readonly r2: Float64Array;
  /** f64 [layers, subjects] */
  readonly bySubject: Float64Array;
  /** f64 [layers] */
  readonly aggregate: Float64Array;
  /** Aggregates of resamples, f64 [bootstrap] per layer; the same resamples for all layers. */
  readonly resampled: readonly Float64Array[];
  /** Largest score over layers in every draw of the null, f64 [draws, targets]. */
  readonly nullMax: Float64Array;
  /** Aggregates of the null, f64 [draws] per layer. */
  readonly nullAggregates: readonly Float64Array[];
}

/** Numbers of permuted responses that are scored at once: 32 MB of float64. */
export const CHUNK_VALUES = 4e6;

/**
 * Encodes responses from every layer: scores, bootstrap of the aggregate, and the null from permuted responses, which go
 * through the same encoder as further targets: α and fits are chosen anew for each.
 * @throws UserError where a fold has too few rows; Cancelled
 */
export async function* encodeLayers(job: EncodingJob): AsyncGenerator<Progress, Encoded> {
  const { features, recording, plan, pool, subjects, draws, bootstrap, phase } = job;
  const layers = Math.max(1, features.layers.length);
  const targets = recording.targets.length;
  const folds = plan.outer.length;
  const encoded = {
    scores: new Float64Array(layers * targets),
    foldScores: new Float64Array(layers * folds * targets),
    alphas: new Float64Array(layers * folds * targets),
    innerScores: new Float64Array(layers * folds * targets),
    r2: new Float64Array(layers * targets),
    bySubject: new Float64Array(layers * subjects.names.length),
    aggregate: new Float64Array(layers),
    resampled: Array.from({ length: layers }, () => new Float64Array(bootstrap)),
    nullMax: new Float64Array(draws.length * targets).fill(NaN),
    nullAggregates: Array.from({ length: layers }, () => new Float64Array(draws.length)),
  };
  const encodeLayer = async (i: number): Promise<void> => {
    const encoder = await openLayer(job, i);
    try {
      const asked = { predictions: subjects.names.length === 1 };
      const scored = await encoder.score({ data: recording.responses, units: targets }, asked);
      store(encoded, scored, job, i);
      await resampleLayer(encoded.resampled[i]!, encoded, scored, job, i);
      await nullOf(encoder, encoded, job, i);
    } finally {
      encoder.release();
    }
  };
  const atOnce = pool.parallel(plan, features.width);
  yield* inLanes(layers, atOnce, encodeLayer, (done) => ({ phase, done, total: layers, unit: 'layers' }));
  return encoded;
}

async function openLayer({ features, recording, plan, options, pool }: EncodingJob, i: number): Promise<LayerEncoder> {
  const values = await features.layer(i);
  if (recording.runs.length === 0) return pool.layer(values, features.width, plan, options);
  return foldwiseEncoder(pool, Float32Array.from(values), features.width, plan, recording, options);
}

function store(
  encoded: Encoded,
  scored: LayerScores,
  { recording, plan, subjects, average }: EncodingJob,
  i: number,
): void {
  const targets = recording.targets.length;
  const folds = plan.outer.length;
  encoded.foldScores.set(scored.scores, i * folds * targets);
  encoded.alphas.set(scored.alphas, i * folds * targets);
  encoded.innerScores.set(scored.innerScores, i * folds * targets);
  const scores = overFolds(scored.scores, folds, targets);
  encoded.scores.set(scores, i * targets);
  encoded.r2.set(r2Of(scored, folds, targets), i * targets);
  const bySubject = subjectScores(scores, subjects, average);
  encoded.bySubject.set(bySubject, i * bySubject.length);
  encoded.aggregate[i] = overSubjects(bySubject);
}

/** R² = 1 − SSE/SST of each fold against its training mean, mean over folds. @returns f64 [targets] */
function r2Of({ sse, sst }: LayerScores, folds: number, targets: number): Float64Array {
  const ofFolds = sse.map((error, i) => (sst[i]! > 0 ? 1 - error / sst[i]! : NaN));
  return overFolds(ofFolds, folds, targets);
}

/** Over subjects where there are several; otherwise over stimuli with the predictions fixed. */
async function resampleLayer(
  out: Float64Array,
  { bySubject }: Encoded,
  { predictions }: LayerScores,
  { recording, plan, subjects, average, clusters, bootstrap, random, gemm, options }: EncodingJob,
  i: number,
): Promise<void> {
  // The same label for all layers: the same resamples, so that layers can be compared within one.
  const stream = random.fork('bootstrap');
  const count = subjects.names.length;
  if (count !== 1) {
    out.set(bootstrapMeans(bySubject.subarray(i * count, (i + 1) * count), bootstrap, stream));
    return;
  }
  const targets = recording.targets.length;
  const held = new CorrelationBootstrap(
    {
      responses: recording.responses,
      predictions: predictions!,
      targets,
      folds: plan.outer.map(({ test }) => test),
      clusterOf: clusters.of,
      clusters: clusters.count,
    },
    gemm,
  );
  const steps = held.draws(bootstrap, stream, (scores, b) => {
    out[b] = aggregateOf(scores, subjects, average);
  });
  while ((await steps.next()).done !== true) if (options.signal.aborted) throw new Cancelled();
}

async function nullOf(
  encoder: LayerEncoder,
  encoded: Encoded,
  { recording, plan, subjects, average, draws }: EncodingJob,
  i: number,
): Promise<void> {
  const targets = recording.targets.length;
  const folds = plan.outer.length;
  const each = Math.max(1, Math.floor(CHUNK_VALUES / (recording.rows * targets)));
  for (let from = 0; from < draws.length; from += each) {
    const some = draws.slice(from, from + each);
    const data = shuffled(recording.responses, targets, some);
    const scored = await encoder.score({ data, units: some.length * targets });
    const scores = overFolds(scored.scores, folds, some.length * targets);
    some.forEach((_, d) => {
      const ofDraw = scores.subarray(d * targets, (d + 1) * targets);
      encoded.nullAggregates[i]![from + d] = aggregateOf(ofDraw, subjects, average);
      const largest = encoded.nullMax.subarray((from + d) * targets, (from + d + 1) * targets);
      for (let u = 0; u < targets; u += 1) {
        if (!(largest[u]! >= ofDraw[u]!)) largest[u] = Number.isNaN(ofDraw[u]!) ? largest[u]! : ofDraw[u]!;
      }
    });
  }
}
