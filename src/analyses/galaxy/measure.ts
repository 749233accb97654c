import { cloudEntropy, gaussianClouds } from '../../math/entropy/clustering-entropy';
import { paperCodeEntropy } from '../../math/entropy/entropy';
import type { Gemm } from '../../math/gemm';
import { nearestNeighbours } from '../../math/neighbours/nearest';
import type { Random } from '../../math/random';
import { zscoredColumns } from '../../math/similarity/gram';
import { covariance } from '../../math/spectrum/covariance';
import { fitPowerLaw, logVolume, PAPER_CODE_RANKS, RANKS } from '../../math/spectrum/power-law';
import { project, projectLeading, spectrumOf, spectrumOfCovariance } from '../../math/spectrum/projection';
import type { Projection } from '../../math/spectrum/projection';
import { wishartEigenvalues } from '../../math/spectrum/wishart';
import { mean, standardDeviation } from '../../math/statistics';
import type { Progress } from '../../shared/progress';
import { count as grouped, counted } from '../../shared/words';
import { coinciding, dominated, fewForRanks, fewInHalves } from './caveats';
import type { Cloud } from './clouds';
import { fewestInHalf, groupsOf, wholeCovariance } from './groups';
import type { Groups } from './groups';
import { halfWidths } from './halves';
import { describe } from './names';
import type { CloudFields, Interval, NullSpread } from './result';
import { distinctRows, sampleRows } from './sample-rows';
import type { GalaxySpec } from './spec';

/** Rows of the paper's code, drawn without replacement, and its components. */
const PAPER_CODE = { rows: 5000, components: 100 } as const;
/** Distinct points below which duplicates stay: too few to measure. */
const LEAST_DISTINCT = 20;

/** What a measurement is made with. */
export interface Tools {
  readonly spec: GalaxySpec;
  readonly gemm: Gemm;
  /** Of this cloud. */
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Takes what is to be said of this cloud, without its name. */
  readonly warn: (caveat: string) => void;
}

/** What was measured of a cloud: its numbers, its spectrum f64 [width] and where its points lie in three components. */
export interface Measured {
  readonly fields: CloudFields;
  readonly eigenvalues: Float64Array;
  readonly projection: Projection;
  /** Rows of the cloud that were projected, i32 [projection.count]; undefined where they are all. */
  readonly chosen: Int32Array | undefined;
  /** Mean spectrum of Gaussian clouds of the same total variance, the first 100 at most; empty without a null. */
  readonly reference: Float64Array;
  /** Distances to the k-th neighbour, f64 [projection.count]. */
  readonly distances: Float64Array;
}

/** The shape of one cloud (definitions, galaxy): spectrum, volume, entropies, each beside its null. */
export async function* measureCloud(cloud: Cloud, tools: Tools): AsyncGenerator<Progress, Measured> {
  const { spec, gemm, random, signal, warn } = tools;
  const { rows, width } = cloud;
  const count = rows.length / width;
  yield { phase: `Spectrum of ${describe(cloud)}`, done: 0, total: 1, unit: 'spectrum' };
  const groups = spec.resamples > 0 ? await groupsOf(gemm, rows, width, random.fork('groups')) : undefined;
  const whole = groups === undefined ? covariance(gemm, rows, count, width) : wholeCovariance(groups);
  const spectrum = await spectrumOfCovariance(gemm, await whole);
  const some = worthMeasuring(cloud, tools);
  const { rows: sample, chosen } = sampleRows(rows, width, spec.maxPoints, random.fork('points'), some);
  const own = sample === rows ? spectrum : await spectrumOf(gemm, sample, width);
  const projection = await project(gemm, sample, own, spec.components, random.fork('axes'));
  const search = { gemm, signal, k: spec.neighbour };
  const entropies = yield* cloudEntropy(projection.points, projection.eigenvalues, search);
  const sink = dominated(cloud, projection, sumOf(own.eigenvalues), chosen);
  if (sink !== undefined) warn(sink);
  const known = Number.isFinite(entropies.clustering);
  if (!known) warn(coinciding(cloud, entropies.distances, chosen));
  const inHalves = Math.floor(projection.count / 2) > projection.eigenvalues.length;
  if (spec.resamples > 0 && !inHalves) warn(fewInHalves(projection));
  const clouds = random.fork('null');
  const draws = yield* gaussianClouds(projection.count, projection.eigenvalues, spec.null, clouds, search);
  const isotropic = Array.from({ length: spec.null }, (_, draw) =>
    wishartEigenvalues(count, width, RANKS.last, random.fork(`wishart/${draw}`)),
  );
  const slopes = Float64Array.from(isotropic, (values) => fitPowerLaw(values, RANKS).slope);
  const law = fitPowerLaw(spectrum.eigenvalues, RANKS);
  const paper = fitPowerLaw(spectrum.eigenvalues, PAPER_CODE_RANKS);
  const gaussian = spreadOf(draws);
  const headline = entropies.clustering - gaussian.mean;
  const volume = logVolume(spectrum.eigenvalues, RANKS);
  // Halves of a rank below those of the whole are other sums: their spread says nothing of it.
  const ranksInHalves = fewestInHalf(count) > law.ranks.last;
  if (spec.resamples > 0 && !ranksInHalves) warn(fewForRanks(count, law.ranks.last));
  const widths = groups === undefined ? undefined : yield* halfWidths(halves(groups, projection, tools));
  const around = (value: number, half: number, holds: boolean): Interval =>
    holds ? [value - half, value + half] : [NaN, NaN];
  const fields: CloudFields = {
    layer: cloud.layer,
    kind: cloud.kind,
    name: cloud.name,
    points: count,
    width,
    slope: law.slope,
    slopeError: law.error,
    intercept: law.intercept,
    ranks: [law.ranks.first, law.ranks.last],
    slopePaperCode: paper.slope,
    slopePaperCodeError: paper.error,
    logVolume: volume,
    logVolumePaperCode: logVolume(spectrum.eigenvalues, PAPER_CODE_RANKS),
    entropyPoints: projection.count,
    components: projection.eigenvalues.length,
    entropy: entropies.entropy,
    entropyPaperCode: yield* paperCode(rows, width, tools),
    gaussianEntropy: entropies.gaussian,
    clusteringEntropyRaw: entropies.clustering,
    clusteringEntropy: headline,
    null: {
      draws: spec.null,
      slope: spreadOf(slopes),
      clusteringEntropy: gaussian,
      p:
        spec.null === 0 || !known
          ? NaN
          : (1 + draws.filter((draw) => draw >= entropies.clustering).length) / (1 + spec.null),
    },
    ...(widths !== undefined && {
      intervals: {
        slope: around(law.slope, widths.slope, ranksInHalves),
        logVolume: around(volume, widths.logVolume, ranksInHalves),
        clusteringEntropy: around(headline, widths.clusteringEntropy, inHalves),
      },
    }),
  };
  const reference = meanSpectrum(isotropic, spectrum.eigenvalues);
  const { eigenvalues } = spectrum;
  return { fields, eigenvalues, projection, chosen, reference, distances: entropies.distances };
}

/**
 * Rows that entropies are measured on, undefined for all: the embedding of a token is one point however often the token occurs.
 */
function worthMeasuring(cloud: Cloud, { spec, warn }: Tools): Int32Array | undefined {
  if (cloud.kind !== 'activations' || cloud.layer !== -1) return undefined;
  const count = cloud.rows.length / cloud.width;
  const distinct = distinctRows(cloud.rows, cloud.width);
  const enough = Math.max(LEAST_DISTINCT, 2 * (spec.neighbour + 1));
  if (distinct.length === count || distinct.length < enough) return undefined;
  warn(
    `${grouped(count)} tokens are ${counted(distinct.length, 'distinct point')}, for a token's embedding is the same wherever it occurs; entropies are measured on the distinct ones, spectrum, slope and volume on all`,
  );
  return distinct;
}

/** Standard normal clouds have a variance of 1 in every direction; scaled to the total of the data. */
function meanSpectrum(draws: readonly Float64Array[], eigenvalues: Float64Array): Float64Array {
  const scale = mean(eigenvalues) / Math.max(1, draws.length);
  const sums = new Float64Array(draws[0]?.length ?? 0);
  for (const draw of draws) draw.forEach((value, i) => (sums[i]! += value * scale));
  return sums;
}

function halves(
  groups: Groups,
  projection: Projection,
  { spec, gemm, random, signal }: Tools,
): Parameters<typeof halfWidths>[0] {
  const { resamples, neighbour: k } = spec;
  return { groups, projection, resamples, k, gemm, random: random.fork('halves'), signal };
}

/** The estimate of the paper's code, without its bootstrap: resampling with replacement makes duplicate points. */
async function* paperCode(
  rows: Float32Array,
  width: number,
  { gemm, random, signal }: Tools,
): AsyncGenerator<Progress, number> {
  const { rows: sample } = sampleRows(rows, width, PAPER_CODE.rows, random.fork('paper-code'));
  const scaled = zscoredColumns(sample, sample.length / width, width);
  const axes = random.fork('paper-axes');
  const { points, eigenvalues } = await projectLeading(gemm, scaled, width, PAPER_CODE.components, axes);
  const { distances } = yield* nearestNeighbours(points, eigenvalues.length, 1, { gemm, signal });
  return paperCodeEntropy(distances, eigenvalues, 1);
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function spreadOf(values: Float64Array): NullSpread {
  if (values.length === 0) return { mean: NaN, sd: NaN };
  return { mean: mean(values), sd: standardDeviation(values, 0) };
}
