import { bootstrapMeans, intervalOf } from '../../math/bootstrap';
import { empiricalP } from '../../math/permutation';
import { Random } from '../../math/random';
import { signatureOf, similarityOf } from '../../math/similarity/similarity';
import type { SimilarityMetric } from '../../math/similarity/similarity';
import type { AnalysisResult } from '../../shared/analysis';
import { Cancelled, UserError } from '../../shared/errors';
import { formatBytes } from '../../shared/progress';
import type { Progress } from '../../shared/progress';
import type { Checkpoint, RunContext } from '../contract';
import { largest, overSubjects } from './aggregate';
import type { Subjects } from './aggregate';
import type { LayerFeatures, Recording } from './data';
import { FEWEST_GROUPS } from './folds';
import { nullOfResponses } from './null';
import type { Null } from './null';
import { inPieces } from './pieces';
import type { PieceSet } from './pieces';
import type { AlignmentFields, LayerRow } from './result';
import { factsOf } from './facts';
import type { AlignmentSpec } from './spec';
import { placeOf } from './summarise';

interface SimilarityJob {
  readonly spec: AlignmentSpec;
  readonly context: RunContext;
  readonly features: LayerFeatures;
  readonly recording: Recording;
  readonly subjects: Subjects;
  readonly missing: number;
  readonly metric: SimilarityMetric;
  /** Where pieces of the work are kept; absent: they are not. */
  readonly checkpoint?: Checkpoint | undefined;
}

interface SimilarityScores {
  /** f64 [layers, subjects] */
  readonly scores: Float64Array;
  /** f64 [draws] per layer: means over subjects. */
  readonly nulls: readonly Float64Array[];
}

/** One subject's responses: complete rows, and as features of them its complete units. */
interface SubjectResponses {
  readonly subject: string;
  /** f64 [rows, units] */
  readonly data: Float64Array;
  readonly units: number;
}

const BASE_BYTES = 150e6;

/**
 * Similarity of every layer with all units of a subject together, without a fit: nothing is held out, and units have no
 * scores of their own.
 * @returns array `scores` f64 [layers, subjects]
 */
export async function* alignSimilarity(job: SimilarityJob): AsyncGenerator<Progress, AnalysisResult> {
  const { spec, context, features, recording, subjects, metric } = job;
  requireMemory(job);
  const responses = subjects.names.map((subject, s) => completeUnits(job, subject, subjects.members[s]!));
  const { draws, how } = yield* permutationsOf(job);
  const zscored = metric !== 'rsa' && spec.zscore;
  const signatures = responses.map(({ data }) => signatureOf(data, recording.rows, metric, zscored));
  const shuffledSignatures = draws.map((source) =>
    signatures.map((signature) => permuteSignature(signature, source, metric)),
  );
  const layers = features.layers.length;
  const count = subjects.names.length;
  const similarities: PieceSet<SimilarityScores> = {
    names: features.layers.map((layer) => `layer ${layer}`),
    sizes: features.layers.map(() => 1),
    async make(i) {
      if (context.signal.aborted) throw new Cancelled();
      const layer = signatureOf(await features.layer(i), recording.rows, metric, zscored);
      const own = Float64Array.from(signatures, (signature) => similarityOf(layer, signature));
      const null_ = shuffledSignatures.map((ofDraw) =>
        overSubjects(Float64Array.from(ofDraw, (signature) => similarityOf(layer, signature))),
      );
      return { arrays: { scores: own, null: Float64Array.from(null_) }, work: 1 };
    },
    async gather(read) {
      const scores = new Float64Array(layers * count);
      const nulls: Float64Array[] = [];
      for (let i = 0; i < layers; i += 1) {
        const { arrays } = await read(i);
        scores.set(arrays['scores']!, i * count);
        nulls.push(arrays['null'] as Float64Array);
      }
      return { scores, nulls };
    },
  };
  const host = { divided: context.divided, checkpoint: job.checkpoint, phase: 'Similarity', atOnce: 1 };
  const [{ scores, nulls }] = yield* inPieces([similarities], host);
  const fields = fieldsFor(job, responses, scores, nulls, how);
  return { fields: { ...fields }, arrays: { scores: { data: scores, shape: [layers, count] } } };
}

/** The null, under the same rules as that of the ridge; nothing is held out here, so that only groups and time matter. */
async function* permutationsOf({ spec, context, recording }: SimilarityJob): AsyncGenerator<Progress, Null> {
  yield { phase: 'Similarity of the responses', done: 0, total: 1, unit: 'steps' };
  const { groups, span } = recording;
  const enough = groups !== undefined && new Set(groups).size >= FEWEST_GROUPS;
  const together = { kind: 'kfold', gap: span, ...(enough && { groups }) } as const;
  return nullOfResponses(spec.permutations, recording, together, new Random(context.seed, 'alignment'), context);
}

/** Pairs of stimuli are numbered as signatures hold them: upper triangle row by row, with the diagonal for `cka`. */
function permuteSignature(signature: Float64Array, source: Int32Array, metric: SimilarityMetric): Float64Array {
  const n = source.length;
  const first = metric === 'cka' ? 0 : 1;
  const startOf = (i: number): number => i * n - (i * (i - 1)) / 2 - first * i;
  const out = new Float64Array(signature.length);
  let at = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + first; j < n; j += 1) {
      const [a, b] = source[i]! < source[j]! ? [source[i]!, source[j]!] : [source[j]!, source[i]!];
      out[at++] = signature[startOf(a) + b - a - first]!;
    }
  }
  return out;
}

function completeUnits(
  { recording, context, metric }: SimilarityJob,
  subject: string,
  members: Int32Array,
): SubjectResponses {
  const { rows, responses, targets } = recording;
  const whole = members.filter((u) => {
    for (let row = 0; row < rows; row += 1) if (Number.isNaN(responses[row * targets.length + u]!)) return false;
    return true;
  });
  const who = subject === '' ? '' : ` of subject ${subject}`;
  if (whole.length === 0) {
    throw new UserError(
      `No unit${who} has a response to every stimulus, which similarity needs`,
      'Use --metric ridge, which fits each unit on the rows that it has.',
    );
  }
  if (metric === 'rsa' && whole.length < 2) {
    throw new UserError(
      `RSA correlates patterns over units, and there is one unit${who}`,
      'Use --metric cka, or ridge, which scores each unit.',
    );
  }
  const left = members.length - whole.length;
  if (left > 0)
    context.warn(`${left} of ${members.length} units${who} miss responses and are left out of the similarity.`);
  const data = new Float64Array(rows * whole.length);
  for (let row = 0; row < rows; row += 1) {
    whole.forEach((u, i) => (data[row * whole.length + i] = responses[row * targets.length + u]!));
  }
  return { subject, data, units: whole.length };
}

/** Pairs of stimuli, per subject and draw. */
function requireMemory({ spec, context, features, recording, subjects }: SimilarityJob): void {
  const pairs = (recording.rows * (recording.rows + 1)) / 2;
  const signatures = subjects.names.length * (1 + spec.permutations) + 4;
  const need = BASE_BYTES + 8 * (pairs * signatures + 2 * recording.rows * features.width);
  if (need <= context.memory) return;
  throw new UserError(
    `Similarity of ${recording.rows} stimuli with ${spec.permutations} permutations needs about ${formatBytes(need)}, but the memory budget is ${formatBytes(context.memory)}`,
    'Ask for fewer permutations (--permutations), or raise the budget (--memory).',
  );
}

function fieldsFor(
  { spec, context, features, recording, subjects, missing, metric }: SimilarityJob,
  responses: readonly SubjectResponses[],
  scores: Float64Array,
  nulls: readonly Float64Array[],
  how: string,
): AlignmentFields {
  const count = subjects.names.length;
  const rowOf = (i: number): Float64Array => scores.subarray(i * count, (i + 1) * count);
  const resampled = features.layers.map((_, i) =>
    count > 1 ? bootstrapMeans(rowOf(i), spec.bootstrap, new Random(context.seed, 'bootstrap')) : new Float64Array(0),
  );
  const layers = features.layers.map((_, i): LayerRow => {
    return {
      ...placeOf(features, i),
      score: overSubjects(rowOf(i)),
      interval: intervalOf(resampled[i]!),
      normalised: NaN,
      ...(nulls[i]!.length > 0 && { nullBand: intervalOf(nulls[i]!) }),
    };
  });
  const best = largest(layers.map(({ score }) => score));
  const maxima = Float64Array.from(nulls[0]!, (_, d) => Math.max(...nulls.map((of) => of[d]!)));
  const chosen = Array.from(resampled[0]!, (_, b) => features.layers[largest(resampled.map((of) => of[b]!))] ?? NaN);
  const row = layers[best];
  const why = 'nothing is fitted: there are no folds to choose a layer in';
  const reason = 'one subject: resampled stimuli would repeat, and repeated stimuli are alike by construction';
  return {
    ...factsOf(recording),
    metric,
    ...(metric !== 'rsa' && { zscore: spec.zscore }),
    width: features.width,
    modelLayers: features.of,
    ...(spec.features === undefined && { pooling: spec.pooling }),
    columns: 'subjects',
    subjects: responses.map(({ subject, units }) => ({ subject, units })),
    summaryUnits: recording.targets.filter(({ summary }) => summary).length,
    aggregate: 'mean',
    intervals: {
      over: count > 1 ? 'subjects' : `nothing (${reason})`,
      count,
      resamples: count > 1 ? spec.bootstrap : 0,
    },
    layers,
    best: {
      layer: row?.layer ?? null,
      depth: row?.depth ?? null,
      score: row?.score ?? NaN,
      normalised: NaN,
      interval: row?.interval ?? [NaN, NaN],
      layerInterval: intervalOf(chosen),
      nestedScore: NaN,
      nestedScoreReason: why,
      nestedLayers: [],
    },
    ceiling: NaN,
    ceilings: { units: 0, without: recording.targets.length },
    p: maxima.length === 0 || row === undefined ? NaN : empiricalP(row.score, maxima),
    permutations: { draws: maxima.length, how },
    unitSets: [],
    setComparisons: [],
    units: [],
    missing,
  };
}
