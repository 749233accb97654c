import { Gemm } from '../../math/gemm';
import type { EncoderPool, EncodingOptions } from '../../math/encoding/encoding';
import { processPool } from '../../math/encoding/processes';
import type { FoldPlan } from '../../math/folds';
import { Random } from '../../math/random';
import type { AnalysisResult, NdArray } from '../../shared/analysis';
import { UserError } from '../../shared/errors';
import { formatBytes } from '../../shared/progress';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { aggregateOf } from './aggregate';
import type { Subjects } from './aggregate';
import { clustersOf } from './clusters';
import type { Clusters } from './clusters';
import type { LayerFeatures, Recording } from './data';
import { factsOf } from './facts';
import { CHUNK_VALUES, encodeLayers } from './encode';
import type { Encoded, EncodingJob } from './encode';
import { foldsOf } from './folds';
import { latencyOf } from './latency';
import { encodeNuisance } from './nuisance';
import type { NuisanceScores } from './nuisance';
import { nullOfResponses } from './null';
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
      phase: 'Encoding',
    };
    const encoded = yield* encodeLayers(encoding);
    const sets = yield* encodeControls(job, encoding);
    const nuisance = recording.nuisance === undefined ? undefined : yield* encodeNuisance(encoding, recording.nuisance);
    return resultOf(job, encoding, { encoded, how: null_.how, sets, nuisance });
  } finally {
    await pool.dispose();
    await gemm.dispose();
  }
}

/** The same scores of every control; without a null of their own. */
async function* encodeControls(
  { controls }: RidgeJob,
  encoding: EncodingJob,
): AsyncGenerator<Progress, readonly UnitSetRow[]> {
  const rows: UnitSetRow[] = [];
  for (const [i, { set, features }] of controls.entries()) {
    yield { phase: 'Random units', done: i, total: controls.length, unit: 'sets' };
    const phase = `Random units, set ${i + 1} of ${controls.length}`;
    const encoded = yield* encodeLayers({ ...encoding, features, draws: [], phase });
    rows.push(setRow(set, encoded));
  }
  return rows;
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
