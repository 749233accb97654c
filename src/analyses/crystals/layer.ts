import { project, Scatter } from '../../math/crystals/discriminants';
import type { Discriminants } from '../../math/crystals/discriminants';
import { qualitiesOf, qualitiesUnder } from '../../math/crystals/qualities';
import type { Quality } from '../../math/crystals/qualities';
import { rowSquares } from '../../math/crystals/pair-blocks';
import { silhouetteOf } from '../../math/crystals/silhouette';
import { nullSummary } from '../../math/nulls';
import type { Random } from '../../math/random';
import { mean } from '../../math/statistics';
import { Cancelled } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import { distractorsOf } from './distractors';
import { measureSplit, partialSilhouette } from './held-out';
import type { LayerData, Measure, SplitMeasures } from './held-out';
import { meanOverSplits, qualityNull } from './nulls';
import type { Drawn } from './nulls';
import type { PairTable } from './pairs';
import type { DiscriminantFields, DistractorFields, Property, RelationFields, SilhouetteFields } from './result';

/** What is found at one layer. */
export interface LayerFields {
  readonly relations: readonly RelationFields[];
  readonly silhouette: SilhouetteFields;
  readonly lda: DiscriminantFields;
  readonly distractors: DistractorFields;
  /** Those that are drawn: of the first split, or of all pairs where there is none. */
  readonly directions: Discriminants;
  /** f64 [pairs, 2, dimensions]: inputs and outputs on the discriminant directions. */
  readonly points: Float64Array;
}

/**
 * Qualities, silhouettes, transfer and distractors of all relations at one layer.
 * @param roles of every split, of every pair
 * @throws Cancelled
 */
export async function* measureLayer(
  data: LayerData,
  roles: readonly Uint8Array[],
  measure: Measure,
  properties: Readonly<Record<Property, Float64Array>>,
  random: Random,
): AsyncGenerator<Progress, LayerFields> {
  const { table, labellings, gemm } = measure;
  const groups = table.names.length;
  const whole = yield* inSample(data, measure);
  const splits: SplitMeasures[] = [];
  for (const [i, own] of roles.entries()) {
    const phase = `Layer ${data.layer}, split ${i + 1} of ${roles.length}`;
    splits.push(yield* measureSplit(data, own, measure, phase));
  }
  const heldOut = {
    before: meanOverSplits(
      splits.map(({ before }) => before),
      labellings.length,
      groups,
    ),
    after: meanOverSplits(
      splits.map(({ after }) => after),
      labellings.length,
      groups,
    ),
  };
  const lengths = rowSquares(data.differences, data.width);
  const projected = await project(gemm, data.words, data.width, whole.directions);
  return {
    relations: table.names.map((name, relation) => ({
      name,
      layer: data.layer,
      pairs: table.labels.filter((label) => label === relation).length,
      unchanged: lengths.filter((length, pair) => length === 0 && table.labels[pair] === relation).length,
      before: whole.before[0]![relation]!,
      after: whole.after[0]![relation]!,
      heldOut: {
        pairs: testPairs(roles, table, relation),
        before: heldOut.before[0]![relation]!,
        after: heldOut.after[0]![relation]!,
        transfer: meanTransfer(splits, relation),
      },
      null: {
        before: qualityNull(whole.before, relation),
        after: qualityNull(whole.after, relation),
        heldOut: { before: qualityNull(heldOut.before, relation), after: qualityNull(heldOut.after, relation) },
      },
    })),
    silhouette: silhouetteFields(data.layer, whole, splits, measure),
    lda: {
      layer: data.layer,
      ...methodOf(whole.scatter),
      dimensions: whole.directions.count,
      ratios: Array.from(whole.directions.ratios),
      heldOut: splits.map(({ scatter, training, test, leftOut }) => ({
        ...methodOf(scatter),
        training,
        test,
        leftOut,
      })),
    },
    distractors: await distractorsOf(data, whole.directions, table, properties, gemm, random),
    directions: splits[0]?.directions ?? whole.directions,
    points: pointsOf(projected, whole.directions.count, measure.dimensions, table),
  };
}

interface InSample {
  readonly before: Drawn;
  readonly after: Drawn;
  readonly silhouette: { readonly before: number; readonly after: number };
  readonly silhouettes: Float64Array;
  readonly directions: Discriminants;
  readonly scatter: Scatter;
}

async function* inSample(
  { differences, width, layer }: LayerData,
  { table, labellings, dimensions, kind, silhouettePairs, gemm, signal }: Measure,
): AsyncGenerator<Progress, InSample> {
  const groups = table.names.length;
  const phase = `Layer ${layer}, differences`;
  const before = yield* qualitiesUnder(differences, width, labellings, groups, { gemm, signal, phase });
  const every = Int32Array.from(table.labels.keys());
  const scatter = await Scatter.of(gemm, differences, width, every, groups, kind);
  const after: Quality[][] = [];
  const silhouettes: number[] = [];
  let first: { readonly directions: Discriminants; readonly projected: Float64Array } | undefined;
  for (const [draw, labels] of labellings.entries()) {
    if (signal.aborted) throw new Cancelled();
    const directions = scatter.discriminants(labels, groups, dimensions);
    const projected = await project(gemm, differences, width, directions);
    first ??= { directions, projected };
    after.push(await qualitiesOf(projected, directions.count, labels, groups, gemm));
    silhouettes.push(await partialSilhouette(projected, directions.count, labels, groups, silhouettePairs, gemm));
    yield { phase: `Layer ${layer}, labels shuffled`, done: draw + 1, total: labellings.length, unit: 'labellings' };
  }
  const { directions, projected } = first!;
  return {
    before,
    after,
    silhouette: {
      before: await silhouetteOf(differences, width, table.labels, groups, gemm),
      after: await silhouetteOf(projected, directions.count, table.labels, groups, gemm),
    },
    silhouettes: Float64Array.from(silhouettes),
    directions,
    scatter,
  };
}

function silhouetteFields(
  layer: number,
  whole: InSample,
  splits: readonly SplitMeasures[],
  { labellings, silhouettePairs, table }: Measure,
): SilhouetteFields {
  const over = (value: (split: SplitMeasures) => number): number =>
    mean(splits.map(value).filter((one) => !Number.isNaN(one)));
  const draws = labellings.map((_, draw) => over(({ silhouettes }) => silhouettes[draw]!));
  return {
    layer,
    ...whole.silhouette,
    heldOut: {
      before: over(({ silhouette }) => silhouette.before),
      after: over(({ silhouette }) => silhouette.after),
    },
    null: {
      after: nullSummary(whole.silhouettes[0]!, whole.silhouettes.subarray(1)),
      heldOut: nullSummary(draws[0]!, draws.slice(1)),
      pairs: Math.min(silhouettePairs, table.labels.length),
    },
  };
}

function methodOf({ kind, shrinkage }: Pick<Scatter, 'kind' | 'shrinkage'>) {
  return { method: kind === 'plain' ? ('svd' as const) : ('shrinkage' as const), shrinkage };
}

function testPairs(roles: readonly Uint8Array[], { labels }: PairTable, relation: number): number {
  return roles.reduce(
    (sum, own) => sum + own.filter((role, pair) => role === 1 && labels[pair] === relation).length,
    0,
  );
}

function meanTransfer(splits: readonly SplitMeasures[], relation: number): RelationFields['heldOut']['transfer'] {
  const own = splits.map(({ transfer }) => transfer[relation]!).filter(({ before }) => !Number.isNaN(before.accuracy));
  return {
    before: mean(own.map(({ before }) => before.accuracy)),
    after: mean(own.map(({ after }) => after.accuracy)),
    chance: mean(own.map(({ before }) => before.chance)),
    candidates: own[0]?.before.candidates ?? 0,
  };
}

function pointsOf(projected: Float64Array, count: number, dimensions: number, table: PairTable): Float64Array {
  const points = new Float64Array(table.labels.length * 2 * dimensions).fill(NaN);
  table.labels.forEach((_, pair) => {
    [table.inputs[pair]!, table.outputs[pair]!].forEach((word, end) => {
      points.set(projected.subarray(word * count, (word + 1) * count), (pair * 2 + end) * dimensions);
    });
  });
  return points;
}
