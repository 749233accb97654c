import { bootstrapMeans, CorrelationBootstrap } from '../../math/bootstrap';
import type { EncoderPool, EncodingOptions, LayerEncoder, LayerScores } from '../../math/encoding/encoding';
import type { Gemm } from '../../math/gemm';
import type { FoldPlan } from '../../math/folds';
import { shuffled } from '../../math/permutation';
import type { Random } from '../../math/random';
import { Cancelled } from '../../shared/errors';
import { aggregateOf, overFolds, overSubjects, subjectScores } from './aggregate';
import type { Average, Subjects } from './aggregate';
import type { LayerFeatures, Recording } from './data';
import type { Clusters } from './clusters';
import { foldwiseEncoder } from './foldwise';
import type { PieceSet } from './pieces';

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

/** Calls of the encoder with permuted responses that one piece makes: enough that opening the layer again costs little. */
const CHUNKS_OF_PIECE = 8;

/**
 * Encoding of every layer, in pieces: scores, bootstrap of the aggregate, and the null from permuted responses, which go
 * through the same encoder as further targets: α and fits are chosen anew for each. A layer of many permutations is
 * several pieces, each of as many, whatever the memory.
 * @param label tells its pieces apart from those of others
 */
export function encodingPieces(job: EncodingJob, label: string): PieceSet<Encoded> {
  const { features, recording, draws } = job;
  const chunk = Math.max(1, Math.floor(CHUNK_VALUES / (recording.rows * recording.targets.length)));
  const ofPiece = chunk * CHUNKS_OF_PIECE;
  const parts = Math.max(1, Math.ceil(draws.length / ofPiece));
  const layers = Math.max(1, features.layers.length);
  const places = Array.from({ length: layers * parts }, (_, i) => ({
    layer: Math.floor(i / parts),
    part: i % parts,
    from: (i % parts) * ofPiece,
    to: Math.min(draws.length, ((i % parts) + 1) * ofPiece),
  }));
  return {
    names: places.map(({ layer, from, to }) => `${label}, layer ${layer}, permutations ${from}–${to}`),
    sizes: places.map(() => 1 / parts),
    async make(index) {
      const { layer, part, from, to } = places[index]!;
      const encoder = await openLayer(job, layer);
      try {
        const own = part === 0 ? await scoresOf(encoder, job) : {};
        const null_ = await nullOf(encoder, job, from, to, chunk);
        return { arrays: { ...own, null: null_ }, work: 1 / parts };
      } finally {
        encoder.release();
      }
    },
    async gather(read) {
      const encoded = emptyFor(job, layers);
      for (const [i, { layer, part, from }] of places.entries()) {
        const { arrays } = await read(i);
        if (part === 0) store(encoded, arrays as unknown as LayerArraysOfPiece, job, layer);
        storeNull(encoded, arrays['null'] as Float64Array, job, layer, from);
      }
      return encoded;
    },
  };
}

/** Of a layer's piece: f64, as in `LayerScores`; `r2` [targets], `resampled` [bootstrap]. */
interface LayerArraysOfPiece {
  readonly foldScores: Float64Array;
  readonly alphas: Float64Array;
  readonly innerScores: Float64Array;
  readonly r2: Float64Array;
  readonly resampled: Float64Array;
}

function emptyFor({ recording, plan, subjects, bootstrap, draws }: EncodingJob, layers: number): Encoded {
  const targets = recording.targets.length;
  const folds = plan.outer.length;
  return {
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
}

async function openLayer({ features, recording, plan, options, pool }: EncodingJob, i: number): Promise<LayerEncoder> {
  const values = await features.layer(i);
  if (recording.runs.length === 0) return pool.layer(values, features.width, plan, options);
  return foldwiseEncoder(pool, Float32Array.from(values), features.width, plan, recording, options);
}

async function scoresOf(
  encoder: LayerEncoder,
  job: EncodingJob,
): Promise<Record<keyof LayerArraysOfPiece, Float64Array>> {
  const { recording, plan, subjects } = job;
  const targets = recording.targets.length;
  const asked = { predictions: subjects.names.length === 1 };
  const scored = await encoder.score({ data: recording.responses, units: targets }, asked);
  const { scores: foldScores, alphas, innerScores } = scored;
  const r2 = r2Of(scored, plan.outer.length, targets);
  return { foldScores, alphas, innerScores, r2, resampled: await resampled(scored, job) };
}

function store(encoded: Encoded, piece: LayerArraysOfPiece, job: EncodingJob, i: number): void {
  const { recording, plan, subjects, average } = job;
  const targets = recording.targets.length;
  const folds = plan.outer.length;
  encoded.foldScores.set(piece.foldScores, i * folds * targets);
  encoded.alphas.set(piece.alphas, i * folds * targets);
  encoded.innerScores.set(piece.innerScores, i * folds * targets);
  encoded.r2.set(piece.r2, i * targets);
  encoded.resampled[i]!.set(piece.resampled);
  const scores = overFolds(piece.foldScores, folds, targets);
  encoded.scores.set(scores, i * targets);
  const bySubject = subjectScores(scores, subjects, average);
  encoded.bySubject.set(bySubject, i * bySubject.length);
  encoded.aggregate[i] = overSubjects(bySubject);
}

/** Draws from `from` on. @param scores f64 [draws, targets] */
function storeNull(
  encoded: Encoded,
  scores: Float64Array,
  { recording, subjects, average }: EncodingJob,
  i: number,
  from: number,
): void {
  const targets = recording.targets.length;
  for (let d = 0; d * targets < scores.length; d += 1) {
    const ofDraw = scores.subarray(d * targets, (d + 1) * targets);
    encoded.nullAggregates[i]![from + d] = aggregateOf(ofDraw, subjects, average);
    const largest = encoded.nullMax.subarray((from + d) * targets, (from + d + 1) * targets);
    for (let u = 0; u < targets; u += 1) {
      if (!(largest[u]! >= ofDraw[u]!)) largest[u] = Number.isNaN(ofDraw[u]!) ? largest[u]! : ofDraw[u]!;
    }
  }
}

/** R² = 1 − SSE/SST of each fold against its training mean, mean over folds. @returns f64 [targets] */
function r2Of({ sse, sst }: LayerScores, folds: number, targets: number): Float64Array {
  const ofFolds = sse.map((error, i) => (sst[i]! > 0 ? 1 - error / sst[i]! : NaN));
  return overFolds(ofFolds, folds, targets);
}

/**
 * Aggregates of resamples: over subjects where there are several; otherwise over stimuli with the predictions fixed.
 * @returns f64 [bootstrap]
 */
async function resampled({ scores, predictions }: LayerScores, job: EncodingJob): Promise<Float64Array> {
  const { recording, plan, subjects, average, clusters, bootstrap, random, gemm, options } = job;
  // The same label for all layers: the same resamples, so that layers can be compared within one.
  const stream = random.fork('bootstrap');
  const targets = recording.targets.length;
  if (subjects.names.length !== 1) {
    const bySubject = subjectScores(overFolds(scores, plan.outer.length, targets), subjects, average);
    return bootstrapMeans(bySubject, bootstrap, stream);
  }
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
  const out = new Float64Array(bootstrap);
  const steps = held.draws(bootstrap, stream, (drawn, b) => {
    out[b] = aggregateOf(drawn, subjects, average);
  });
  while ((await steps.next()).done !== true) if (options.signal.aborted) throw new Cancelled();
  return out;
}

/** Scores of permuted responses. @param chunk draws that are scored at once. @returns f64 [to − from, targets] */
async function nullOf(
  encoder: LayerEncoder,
  { recording, plan, draws }: EncodingJob,
  from: number,
  to: number,
  chunk: number,
): Promise<Float64Array> {
  const targets = recording.targets.length;
  const out = new Float64Array((to - from) * targets);
  for (let first = from; first < to; first += chunk) {
    const some = draws.slice(first, Math.min(to, first + chunk));
    const data = shuffled(recording.responses, targets, some);
    const scored = await encoder.score({ data, units: some.length * targets });
    out.set(overFolds(scored.scores, plan.outer.length, some.length * targets), (first - from) * targets);
  }
  return out;
}
