import { Gemm } from '../../math/gemm';
import { Random } from '../../math/random';
import type { AnalysisResult, NdArray } from '../../shared/analysis';
import { formatBytes } from '../../shared/progress';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { affinityLobes, geometryLobes, sizesOf } from './clustering';
import type { AffinityLabelling, Labelling } from './clustering';
import { Counting, writeSquare } from './counting';
import { hoverLines, topTokens, writeDetails } from './details';
import { documentTypes } from './document-types';
import { affinityHeatmap } from './heatmap';
import { keptFeatures, spread } from './kept';
import type { Kept } from './kept';
import { startMap } from './map';
import type { FeatureMap } from './map';
import { pairBytes } from './memory';
import { agreement, predictability } from './nulls';
import { openSource } from './open';
import type { AffinityFields, LobeFields, LobesFields, LobesResult } from './result';
import type { LobeSource } from './source';
import type { LobesSpec } from './spec';
import { warnOfDraws, warnOfFeatures, warnOfLobes } from './warnings';
import type { Work } from './work';

/** Most frequent features that stand for a lobe. */
const FEATURES_OF_LOBE = 8;

/**
 * Lobes of an SAE's features by co-firing, and whether they are places in space (definitions: SAE features, lobes). What
 * is done is kept in the checkpoint: a run that is cancelled while nulls or maps are made does not count again.
 * @returns arrays `labels`, `geometryLabels` i32 [features] (−1 = left out), those of further affinities and numbers
 *   beside them, `firingRate` f32 [features], `pca` f32 [features, 3], `umap2`, `umap3`; files `features.jsonl` and, when
 *   asked for, `cooccurrence.npy`
 * @throws UserError for input that does not go together; Cancelled
 */
export async function* mapLobes(spec: LobesSpec, context: RunContext): AsyncGenerator<Progress, AnalysisResult> {
  warnOfDraws(spec, context);
  const source = yield* openSource(spec, context);
  const gemm = new Gemm(context.threads);
  try {
    // Neither memory nor executor is among the settings: they decide how the numbers are made, not which.
    const names = source.documentNames;
    const checkpoint = await context.checkpoint(source.files, { ...spec, names });
    const random = (purpose: string): Random => new Random(context.seed, `lobes/${purpose}`);
    return yield* lobesOf({ spec, context, source, checkpoint, gemm, random });
  } finally {
    await gemm.dispose();
    await source.close();
  }
}

async function* lobesOf(work: Work): AsyncGenerator<Progress, LobesResult> {
  const { spec, context, source } = work;
  const { features, blocks } = source;
  const counting = new Counting(work);
  const bytes = formatBytes(pairBytes(source, context.memory));
  yield {
    phase: `Co-occurrence of ${features} features (pairs: ${bytes} in memory)`,
    done: 0,
    total: blocks,
    unit: 'blocks',
  };
  const counts = yield* counting.own();
  const kept = keptFeatures(counts, blocks, spec);
  warnOfFeatures(kept, features, blocks, context);
  const labellings = yield* affinityLobes(work, counting, kept);
  const heatmap = yield* affinityHeatmap(work, counting, kept, labellings[0]!, counts);
  if (!spec.saveCooccurrence) counting.release();
  const geometry = yield* geometryLobes(work, kept);
  warnOfLobes(labellings, geometry, sizesOf, context);
  const types = source.heldOut === undefined ? undefined : yield* documentTypes(work, source.heldOut, labellings, kept);
  const drawing = yield* startMap(work);
  try {
    const keptCounts = kept.features.map((feature) => counts[feature]!);
    const ami = yield* agreement(work, labellings, geometry, keptCounts);
    const { split, position } = yield* predictability(work, labellings, kept, keptCounts);
    const map = yield* drawing.finish();
    const hover = yield* hoverLines(source, counts);
    const square = spec.saveCooccurrence ? yield* counting.cooccurrence() : undefined;
    const affinities = labellings.map(({ affinity, lobes, labels, eigenvalues }, i): AffinityFields => ({
      name: affinity,
      lobes,
      labels: arrayName('labels', affinity, lobes, spec),
      sizes: sizesOf(labels, lobes),
      eigenvalues: [...eigenvalues],
      ami: ami[i]!,
      position: position[i]!,
      ...(types === undefined ? {} : { documentTypes: types.tests[i]! }),
    }));
    const { layer, documents, fit } = source.fields;
    const fields: LobesFields = {
      source: source.kind,
      name: source.name,
      ...(layer === undefined ? {} : { layer }),
      features,
      width: source.width,
      kept: kept.features.length,
      leftOut: kept.leftOut,
      blocks,
      heldOutBlocks: source.heldOut?.blocks ?? 0,
      ...(documents === undefined ? {} : { documents }),
      ...(fit === undefined ? {} : { fit }),
      lobes: spec.lobes[0]!,
      numbers: spec.lobes,
      draws: spec.null,
      split: { kind: spec.split, train: split.train.length, test: split.test.length },
      affinities,
      geometry: geometry.map(({ lobes, labels }) => ({
        lobes,
        labels: arrayName('geometryLabels', undefined, lobes, spec),
        sizes: sizesOf(labels, lobes),
      })),
      documentTypes: types?.table ?? [],
      lobeTable: lobeTable(labellings[0]!, kept, counts, source),
      heatmap: { side: heatmap.side, bounds: heatmap.bounds },
      map: { pcaShares: map.pcaShares, umap: map.umap2 !== undefined },
    };
    return {
      fields: { ...fields },
      hover,
      arrays: {
        ...labelArrays(labellings, geometry, kept, work),
        firingRate: { data: Float32Array.from(counts, (n) => n / blocks), shape: [features] },
        heatmap: { data: heatmap.cells, shape: [heatmap.side, heatmap.side] },
        ...mapArrays(map, features),
      },
      files: {
        'features.jsonl': (path) => writeDetails(path, { source, kept, counts, labellings, geometry }, context.signal),
        ...(square === undefined ? {} : { 'cooccurrence.npy': (path) => writeSquare(path, square) }),
      },
    };
  } catch (error) {
    drawing.stop();
    throw error;
  }
}

/** `labels`, `labels-5`, `labels-jaccard`, `labels-jaccard-5`: the main affinity and number go without. */
export function arrayName(
  base: string,
  affinity: string | undefined,
  lobes: number,
  { affinity: asked, lobes: numbers }: Pick<LobesSpec, 'affinity' | 'lobes'>,
): string {
  const main = asked === 'all' ? 'phi' : asked;
  return [
    base,
    ...(affinity === undefined || affinity === main ? [] : [affinity]),
    ...(lobes === numbers[0] ? [] : [lobes]),
  ].join('-');
}

function labelArrays(
  labellings: readonly AffinityLabelling[],
  geometry: readonly Labelling[],
  kept: Kept,
  { spec, source: { features } }: Work,
): Record<string, NdArray> {
  const array = (labels: Int32Array): NdArray => ({
    data: spread(labels, kept.features, features),
    shape: [features],
  });
  return Object.fromEntries([
    ...labellings.map(({ affinity, lobes, labels }) => [arrayName('labels', affinity, lobes, spec), array(labels)]),
    ...geometry.map(({ lobes, labels }) => [arrayName('geometryLabels', undefined, lobes, spec), array(labels)]),
  ]) as Record<string, NdArray>;
}

function mapArrays({ pca, umap2, umap3 }: FeatureMap, features: number): Record<string, NdArray> {
  return {
    pca: { data: pca, shape: [features, 3] },
    ...(umap2 === undefined ? {} : { umap2: { data: umap2, shape: [features, 2] } }),
    ...(umap3 === undefined ? {} : { umap3: { data: umap3, shape: [features, 3] } }),
  };
}

function lobeTable(
  { labels, lobes }: Labelling,
  kept: Kept,
  counts: Int32Array,
  { blocks, texts }: LobeSource,
): LobeFields[] {
  return Array.from({ length: lobes }, (_, lobe) => {
    const members = [...kept.features].filter((__, i) => labels[i] === lobe);
    const frequent = [...members].sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, FEATURES_OF_LOBE);
    return {
      lobe,
      size: members.length,
      meanRate: members.reduce((sum, feature) => sum + counts[feature]! / blocks, 0) / members.length,
      features: frequent.map((feature) => ({
        feature,
        rate: counts[feature]! / blocks,
        tokens: topTokens(texts, feature),
      })),
    };
  });
}
