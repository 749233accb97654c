import { Gemm } from '../../math/gemm';
import type { EncoderPool, EncodingOptions } from '../../math/encoding/encoding';
import { processPool } from '../../math/encoding/processes';
import type { FoldPlan } from '../../math/folds';
import { Random } from '../../math/random';
import type { AnalysisResult, NdArray } from '../../shared/analysis';
import { UserError } from '../../shared/errors';
import { formatBytes } from '../../shared/progress';
import type { Progress } from '../../shared/progress';
import type { Checkpoint, RunContext } from '../contract';
import { aggregateOf } from './aggregate';
import type { Subjects } from './aggregate';
import { clustersOf } from './clusters';
import type { Clusters } from './clusters';
import type { LayerFeatures, Recording } from './data';
import { factsOf } from './facts';
import { CHUNK_VALUES, encodingPieces } from './encode';
import type { Encoded, EncodingJob } from './encode';
import { foldsOf } from './folds';
import { latencyOf } from './latency';
import { besideNuisance, nuisanceAlone } from './nuisance';
import type { NuisanceScores } from './nuisance';
import { nullOfResponses } from './null';
import { inPieces } from './pieces';
import type { PieceHost } from './pieces';
import type { AlignmentFields, UnitSetRow } from './result';
import { alphasOf } from './spec';
import type { AlignmentSpec } from './spec';
import { compareSets, setRow } from './set-rows';
import { aggregateP, bestLayer, layerRows, unitRows, withUnique } from './summarise';
import type { UnitSet } from './unit-masks';
import { warnOfCeilings, warnOfScores } from './warnings';

/** What an alignment by ridge regression works on. */
export interface RidgeJob {
  readonly spec: AlignmentSpec;
  readonly context: RunContext;
  readonly features: LayerFeatures;
  readonly recording: Recording;
  readonly subjects: Subjects;
  readonly missing: number;
  /** Where pieces of the work are kept; absent: they are not. */
  readonly checkpoint?: Checkpoint | undefined;
  /** The units that `features` are, with `--units`. */
  readonly selected?: UnitSet;
  /** Random units in place of the selected ones, which are `features` then. */
  readonly controls: readonly Control[];
  /** Hands back the aggregates of all resamples too, as array `resampled` f64 [layers, bootstrap]. */
  readonly resamples?: boolean;
}

/** Features of one random set of units. */
export interface Control {
  readonly set: UnitSet;
  readonly features: LayerFeatures;
}

/** Node, a model's tokenizer and the analysis' own small arrays. */
const BASE_BYTES = 150e6;

/** Encoding scores of every layer. @throws UserError for folds or sizes that do not go together; Cancelled */
export async function* alignRidge(job: RidgeJob): AsyncGenerator<Progress, AnalysisResult> {
  const { spec, context, features, recording, subjects } = job;
  const folds = await foldsOf(spec.folds, recording, context);
  const random = new Random(context.seed, 'alignment');
  const null_ = nullOfResponses(spec.permutations, recording, folds, random, context);
  const pool = processPool({ threads: context.threads, memory: context.memory });
  const gemm = new Gemm(context.threads);
  try {
    yield requireMemory(pool, job, folds.plan);
    const encoding: EncodingJob = {
      features,
      recording,
      plan: folds.plan,
      options: optionsOf(spec, context),
      pool,
      gemm,
      subjects,
      average: spec.aggregate,
      bootstrap: spec.bootstrap,
      clusters: clustersOf(recording, folds.groups),
      draws: null_.draws,
      random,
    };
    const atOnce = pool.parallel(folds.plan, features.width);
    const host = { divided: context.divided, checkpoint: job.checkpoint, phase: 'Encoding', atOnce };
    return resultOf(job, encoding, { how: null_.how, ...(yield* computed(job, encoding, host)) });
  } finally {
    await pool.dispose();
    await gemm.dispose();
  }
}

/** All that is fitted, as one work in pieces: the layers, the random units without a null of their own, the nuisance. */
async function* computed(
  { controls, recording: { nuisance } }: RidgeJob,
  encoding: EncodingJob,
  host: PieceHost,
): AsyncGenerator<Progress, Omit<Computed, 'how'>> {
  const main = encodingPieces(encoding, 'layers');
  const random = controls.map(({ features }, i) =>
    encodingPieces({ ...encoding, features, draws: [] }, `random units, set ${i}`),
  );
  const sets = (encoded: readonly Encoded[]): UnitSetRow[] => controls.map(({ set }, i) => setRow(set, encoded[i]!));
  if (nuisance === undefined) {
    const [encoded, ...others] = yield* inPieces([main, ...random], host);
    return { encoded, sets: sets(others), nuisance: undefined };
  }
  const low = [nuisanceAlone(encoding, nuisance), besideNuisance(encoding, nuisance)] as const;
  const [encoded, alone, beside, ...others] = yield* inPieces([main, ...low, ...random], host);
  const { scores, r2 } = alone;
  return { encoded, sets: sets(others), nuisance: { columns: nuisance.columns, scores, r2, ...beside } };
}

/**
 * What `alignRidge` will need in memory, as a progress: nothing of the features is read.
 * @throws UserError where it exceeds the budget, or folds do not go with the rows
 */
export async function foreseeRidge(job: RidgeJob): Promise<Progress> {
  const { spec, context, recording } = job;
  const { plan } = await foldsOf(spec.folds, recording, context);
  const pool = processPool({ threads: context.threads, memory: context.memory });
  try {
    return requireMemory(pool, job, plan);
  } finally {
    await pool.dispose();
  }
}

function optionsOf({ alpha, alphas, pca }: AlignmentSpec, { signal }: RunContext): EncodingOptions {
  return { alpha, alphas: alphasOf(alphas), ...(pca !== undefined && { pca }), signal };
}

/** The need in words, as the first progress. @throws UserError where it exceeds the budget */
function requireMemory(pool: EncoderPool, { spec, context, features, recording }: RidgeJob, plan: FoldPlan): Progress {
  const targets = recording.targets.length;
  const layers = Math.max(1, features.layers.length);
  const ownBytes =
    8 * targets * (3 * layers * plan.outer.length + spec.permutations + 8 * recording.rows) +
    8 * layers * (spec.bootstrap + spec.permutations);
  const columns =
    targets * Math.max(1, Math.min(spec.permutations, Math.floor(CHUNK_VALUES / (recording.rows * targets))));
  const need = BASE_BYTES + ownBytes + pool.memory(plan, features.width, columns);
  if (need > context.memory) {
    throw new UserError(
      `Fitting ${recording.rows} rows × ${features.width} features × ${targets} units needs about ${formatBytes(need)}, but the memory budget is ${formatBytes(context.memory)}`,
      'Raise it (--memory), or use fewer principal components (--pca), rows or units.',
    );
  }
  return {
    phase: `Memory: about ${formatBytes(need)} of ${formatBytes(context.memory)}`,
    done: 0,
    total: layers,
    unit: 'layers',
  };
}

/** All that was computed. */
interface Computed {
  readonly encoded: Encoded;
  /** What the null does, in words. */
  readonly how: string;
  readonly sets: readonly UnitSetRow[];
  readonly nuisance: NuisanceScores | undefined;
}

function resultOf(job: RidgeJob, encoding: EncodingJob, { encoded, how, sets, nuisance }: Computed): AnalysisResult {
  const { spec, context, features, recording, subjects, missing, selected } = job;
  const { plan, clusters, average, draws } = encoding;
  const { targets } = recording;
  const folds = plan.outer.length;
  const scored = { encoded, features, recording, subjects, average, folds };
  const layers = withUnique(layerRows(scored), scored, nuisance);
  const units = unitRows(scored);
  const latency = latencyOf(encoded, recording, layers, average);
  warnOfScores(encoded.foldScores, folds, recording, subjects, context);
  const counted = units.filter(({ summary }) => !summary);
  const without = counted.filter(({ ceiling }) => !(ceiling > 0)).length;
  warnOfCeilings(without, counted.length, context);
  const ceilings = Float64Array.from(targets, ({ ceiling }) => (ceiling > 0 ? ceiling : NaN));
  const fields: AlignmentFields = {
    ...factsOf(recording),
    metric: 'ridge',
    width: features.width,
    modelLayers: features.of,
    ...(spec.features === undefined && { pooling: spec.pooling }),
    alpha: spec.alpha,
    ...(spec.alpha !== 'ols' && { alphas: Array.from(encoding.options.alphas) }),
    ...(spec.pca !== undefined && { pca: spec.pca }),
    folds: { name: plan.name, count: folds, heldOut: plan.outer.map(({ test }) => test.length) },
    columns: 'units',
    subjects: subjects.names.map((subject, s) => ({ subject, units: subjects.members[s]!.length })),
    summaryUnits: targets.length - counted.length,
    aggregate: spec.aggregate,
    intervals: intervalsOver(subjects, clusters, spec.bootstrap),
    layers,
    best: bestLayer(scored, layers),
    ceiling: aggregateOf(ceilings, subjects, average),
    ceilings: { units: counted.length - without, without },
    p: aggregateP(encoded),
    permutations: { draws: draws.length, how },
    ...(draws.length > 0 && {
      significant: { units: counted.filter(({ q }) => q < 0.05).length, of: counted.length },
    }),
    ...(nuisance && {
      nuisance: {
        columns: nuisance.columns,
        score: aggregateOf(nuisance.scores, subjects, average),
        r2: aggregateOf(nuisance.r2, subjects, average),
      },
    }),
    unitSets: selected === undefined ? [] : [setRow(selected, encoded), ...sets],
    setComparisons: selected === undefined ? [] : compareSets(encoded.aggregate[0]!, sets),
    units,
    ...(latency && { latency: latency.fields }),
    missing,
  };
  const shape = [layers.length, folds, targets.length];
  return {
    fields: { ...fields },
    arrays: {
      scores: { data: encoded.scores, shape: [layers.length, targets.length] },
      foldScores: { data: encoded.foldScores, shape },
      alphas: { data: encoded.alphas, shape },
      ...(job.resamples === true && { resampled: resampledOf(encoded) }),
      ...(latency && { lagScores: latency.scores }),
      ...(nuisance && { unique: { data: nuisance.unique, shape: [layers.length, targets.length] } }),
      ...surfaceOf(recording),
    },
  };
}

function resampledOf({ resampled }: Encoded): NdArray {
  const draws = resampled[0]!.length;
  const data = new Float64Array(resampled.length * draws);
  resampled.forEach((own, i) => data.set(own, i * draws));
  return { data, shape: [resampled.length, draws] };
}

/** The surface that units lie on, for figures. */
function surfaceOf({ surface }: Recording): AnalysisResult['arrays'] {
  if (surface === undefined) return {};
  const { vertices, faces } = surface;
  return {
    surfaceVertices: { data: vertices, shape: [vertices.length / 3, 3] },
    surfaceFaces: { data: faces, shape: [faces.length / 3, 3] },
  };
}

function intervalsOver({ names }: Subjects, clusters: Clusters, resamples: number): AlignmentFields['intervals'] {
  if (names.length === 1) return { over: clusters.what, count: clusters.count, resamples };
  return { over: 'subjects', count: names.length, resamples };
}
