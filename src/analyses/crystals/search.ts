import { readDecoder } from '../../data/sae/decoder';
import type { DecoderMatrix } from '../../data/sae/decoder';
import { openSae } from '../../data/sae/open';
import { crystalClusters, MOST_DIFFERENCES, principalPoints } from '../../math/crystals/search';
import type { CrystalCluster } from '../../math/crystals/search';
import { gaussianCloud } from '../../math/gaussian-cloud';
import { Gemm } from '../../math/gemm';
import { nullSummary } from '../../math/nulls';
import { Random } from '../../math/random';
import { mean } from '../../math/statistics';
import type { AnalysisResult } from '../../shared/analysis';
import { UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import { count, counted } from '../../shared/words';
import type { RunContext } from '../contract';
import {
  featuresOfLobe,
  LEAST_FEATURES,
  liveFeatures,
  mostActive,
  randomFeatures,
  readLobes,
  tokensOf,
} from './features';
import type { ClusterFields, Quadruple, SearchResult } from './result';
import type { CrystalsSpec } from './spec';

/** Clusters that are reported, and parallelograms of each. */
const SHOWN_CLUSTERS = 20;
const SHOWN_QUADRUPLES = 5;
/** Differences without common features from which a cluster can be the tightest: fewer are alike by chance. */
const ENOUGH = 5;

/**
 * Searches the decoder of a sparse autoencoder for parallelograms of features: pairwise differences of some features are
 * clustered, and every cluster is ranked against the same search on Gaussian clouds of equal covariance.
 * @returns array `points` f64 [features searched, axes], in their principal axes
 * @throws UserError for a decoder or lobes that do not go together; Cancelled
 */
export async function* crystalsOfDecoder(
  spec: CrystalsSpec,
  context: RunContext,
): AsyncGenerator<Progress, AnalysisResult> {
  yield { phase: 'Reading the decoder', done: 0, total: 1, unit: 'file' };
  const { data, width, features } = await decoderOf(spec, context);
  const random = new Random(context.seed, 'crystals/search');
  const live = liveFeatures(data, width);
  if (live.length < features)
    context.warn(`${counted(features - live.length, 'feature')} without a direction left out.`);
  const chosen = await chosenFeatures(spec, features, live, random, context);
  const pairs = (chosen.length * (chosen.length - 1)) / 2;
  if (pairs > MOST_DIFFERENCES) {
    context.warn(`${count(MOST_DIFFERENCES)} of ${count(pairs)} differences are searched, drawn at random.`);
  }
  const gemm = new Gemm(context.threads);
  try {
    const some = rowsOf(data, width, chosen);
    const { points, variances } = await principalPoints(gemm, some, width);
    const axes = variances.length;
    const clusters: ClusterFields[] = [];
    const tightest: SearchResult['tightest'][number][] = [];
    for (const normalised of [true, false]) {
      const kind = normalised ? 'directions' : 'differences';
      const settings = { clusters: spec.clusters, normalised, gemm, signal: context.signal };
      const own = yield* crystalClusters(points, axes, {
        ...settings,
        random: random.fork(`${kind}/decoder`),
        phase: `Clusters of ${kind}`,
      });
      const clouds: CrystalCluster[][] = [];
      for (let cloud = 0; cloud < spec.clouds; cloud += 1) {
        const source = random.fork(`${kind}/cloud/${cloud}`);
        const phase = `Clusters of ${kind}, Gaussian cloud ${cloud + 1} of ${spec.clouds}`;
        const made = await gaussianCloud(gemm, chosen.length, variances, source);
        clouds.push(yield* crystalClusters(made, axes, { ...settings, random: source, phase }));
      }
      tightest.push({ normalised, ...nullSummary(tightestOf(own), clouds.map(tightestOf)) });
      const measured = own.map((cluster) => clusterFields(cluster, normalised, clouds, chosen, points, axes));
      clusters.push(...ranked(measured).slice(0, SHOWN_CLUSTERS));
    }
    const without = tightest.filter(({ value }) => Number.isNaN(value));
    if (without.length > 0) {
      const kinds = without.map(({ normalised }) => (normalised ? 'directions' : 'differences as they are'));
      context.warn(
        `No cluster of ${kinds.join(' or of ')} has ${ENOUGH} differences that share no feature, so there is no tightest one: search more features (--count), or in fewer --clusters.`,
      );
    }
    const named = new Set(clusters.flatMap(({ quadruples }) => quadruples.flatMap((one) => one.features)));
    const fields: SearchResult = {
      kind: 'search',
      features,
      searched: [...chosen],
      differences: Math.min(pairs, MOST_DIFFERENCES),
      clusters,
      tightest,
      tokens: spec.featuresOf === undefined ? {} : await tokensOf(spec.featuresOf, named),
    };
    return { fields: { ...fields }, arrays: { points: { data: points, shape: [chosen.length, axes] } } };
  } finally {
    await gemm.dispose();
  }
}

/** f64 [chosen, width] */
function rowsOf(data: Float32Array, width: number, chosen: Int32Array): Float64Array {
  const rows = new Float64Array(chosen.length * width);
  chosen.forEach((row, i) => rows.set(data.subarray(row * width, (row + 1) * width), i * width));
  return rows;
}

async function chosenFeatures(
  { featuresOf, lobe, pick, count: wanted }: CrystalsSpec,
  features: number,
  live: Int32Array,
  random: Random,
  context: RunContext,
): Promise<Int32Array> {
  if (live.length < LEAST_FEATURES) {
    throw new UserError(
      `The decoder has ${counted(live.length, 'feature')}`,
      `A search needs ${LEAST_FEATURES} or more.`,
    );
  }
  if (featuresOf === undefined) return randomFeatures(live, wanted, random.fork('features'));
  const lobes = await readLobes(featuresOf, features);
  for (const file of lobes.files) context.recordInput(file, 'lobes');
  const own = featuresOfLobe(lobes, lobe, live);
  if (own.length < wanted) context.warn(`${counted(own.length, 'feature')} to search, fewer than --count ${wanted}.`);
  return pick === 'random' ? randomFeatures(own, wanted, random.fork('features')) : mostActive(own, wanted, lobes);
}

async function decoderOf({ sae, decoder }: CrystalsSpec, context: RunContext): Promise<DecoderMatrix> {
  if (sae === undefined) {
    context.recordInput(decoder!, 'decoder');
    return readDecoder(decoder!);
  }
  const { files, features, width, decoder: data } = await openSae(sae);
  for (const file of files) context.recordInput(file, 'sae');
  return { features, width, data };
}

function tightestOf(clusters: readonly CrystalCluster[]): number {
  const large = clusters.filter(({ pairs }) => pairs.length >= 2 * ENOUGH);
  return large.length === 0 ? NaN : Math.max(...large.map(({ parallelogram }) => parallelogram));
}

/** Least matched by the clouds first; of equals those that are tightest beyond what clouds have. */
function ranked(clusters: readonly ClusterFields[]): ClusterFields[] {
  const excess = ({ parallelogram, expected }: ClusterFields): number =>
    parallelogram - (Number.isNaN(expected) ? 0 : expected);
  return clusters.toSorted((a, b) => a.p - b.p || excess(b) - excess(a));
}

function clusterFields(
  { cosine, parallelogram, size, pairs }: CrystalCluster,
  normalised: boolean,
  clouds: readonly (readonly CrystalCluster[])[],
  chosen: Int32Array,
  points: Float64Array,
  axes: number,
): ClusterFields {
  // Few differences are alike by chance far more often than many, and a search takes the best of all.
  const peers = clouds.flatMap((cloud) =>
    cloud
      .filter((other) => other.pairs.length >= pairs.length)
      .map((other) => other.parallelogram)
      .slice(0, 1),
  );
  const asTight = peers.filter((other) => other >= parallelogram).length;
  return {
    normalised,
    size,
    disjoint: pairs.length / 2,
    cosine,
    parallelogram,
    expected: mean(peers),
    p: (1 + asTight) / (1 + clouds.length),
    quadruples: quadruplesOf(pairs, chosen, points, axes),
  };
}

/** The best parallelograms of two differences of a cluster. */
function quadruplesOf(pairs: Int32Array, chosen: Int32Array, points: Float64Array, axes: number): Quadruple[] {
  const found: Quadruple[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    for (let j = i + 2; j < pairs.length; j += 2) {
      const corners = [pairs[i]!, pairs[i + 1]!, pairs[j]!, pairs[j + 1]!] as const;
      let [first, second, product] = [0, 0, 0];
      for (let k = 0; k < axes; k += 1) {
        const at = (corner: number): number => points[corners[corner]! * axes + k]!;
        const [v, w] = [at(1) - at(0), at(3) - at(2)];
        first += v * v;
        second += w * w;
        product += v * w;
      }
      const [v, w] = [Math.sqrt(first), Math.sqrt(second)];
      found.push({
        features: corners.map((corner) => chosen[corner]!) as unknown as Quadruple['features'],
        cosine: product / (v * w),
        parallelogram: 1 - Math.sqrt(Math.max(0, first + second - 2 * product)) / (v + w),
      });
    }
  }
  return found.sort((a, b) => b.parallelogram - a.parallelogram).slice(0, SHOWN_QUADRUPLES);
}
