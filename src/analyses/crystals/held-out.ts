import { project, Scatter } from '../../math/crystals/discriminants';
import type { Discriminants, ScatterKind } from '../../math/crystals/discriminants';
import { gather, qualitiesOf, qualitiesUnder } from '../../math/crystals/qualities';
import type { Quality } from '../../math/crystals/qualities';
import { silhouetteOf } from '../../math/crystals/silhouette';
import { transferOf } from '../../math/crystals/transfer';
import type { Transfer } from '../../math/crystals/transfer';
import { LEFT_OUT, TEST, TRAINING } from '../../math/crystals/word-splits';
import type { Gemm } from '../../math/gemm';
import { Cancelled } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { Drawn } from './nulls';
import type { PairTable } from './pairs';
import type { BeforeAfter } from './result';

/** One layer's words and differences. */
export interface LayerData {
  readonly layer: number;
  readonly width: number;
  /** f64 [words, width] */
  readonly words: Float64Array;
  /** f64 [pairs, width] */
  readonly differences: Float64Array;
}

export interface Measure {
  readonly table: PairTable;
  /** Relation labels as they are, then their shuffles. */
  readonly labellings: readonly Int32Array[];
  readonly dimensions: number;
  readonly kind: ScatterKind;
  /** Pairs at most over which the null of silhouettes is drawn. */
  readonly silhouettePairs: number;
  readonly gemm: Gemm;
  readonly signal: AbortSignal;
}

/** What one split gives. */
export interface SplitMeasures {
  readonly before: Drawn;
  readonly after: Drawn;
  readonly silhouette: BeforeAfter<number>;
  /** After, over fewer pairs: as the labels are, then under every shuffle. */
  readonly silhouettes: Float64Array;
  /** Of every relation. */
  readonly transfer: readonly BeforeAfter<Transfer>[];
  readonly scatter: Pick<Scatter, 'kind' | 'shrinkage'>;
  /** Under the labels as they are. */
  readonly directions: Discriminants;
  readonly training: number;
  readonly test: number;
  readonly leftOut: number;
}

/**
 * Discriminant directions from the training pairs of a split, qualities on its test pairs.
 * @param roles of every pair: TRAINING, TEST or LEFT_OUT
 * @throws Cancelled
 */
export async function* measureSplit(
  data: LayerData,
  roles: Uint8Array,
  measure: Measure,
  phase: string,
): AsyncGenerator<Progress, SplitMeasures> {
  const { gemm, signal, labellings, table, kind } = measure;
  const { differences, width } = data;
  const groups = table.names.length;
  const training = indicesOf(roles, TRAINING);
  const test = indicesOf(roles, TEST);
  const rows = gather(differences, width, test);
  const scatter = await Scatter.of(gemm, differences, width, training, groups, kind);
  // A relation without training pairs cannot be found on its test pairs.
  const trained = new Set(training.map((pair) => table.labels[pair]!));
  const testLabels = labellings.map((labels) =>
    test.map((pair) => (trained.has(table.labels[pair]!) ? labels[pair]! : -1)),
  );
  const before = yield* qualitiesUnder(rows, width, testLabels, groups, { gemm, signal, phase });
  const after: Quality[][] = [];
  const silhouettes: number[] = [];
  let first: { readonly directions: Discriminants; readonly projected: Float64Array } | undefined;
  for (const [draw, labels] of labellings.entries()) {
    if (signal.aborted) throw new Cancelled();
    const directions = scatter.discriminants(labels, groups, measure.dimensions);
    const projected = await project(gemm, rows, width, directions);
    first ??= { directions, projected };
    after.push(await qualitiesOf(projected, directions.count, testLabels[draw]!, groups, gemm));
    silhouettes.push(
      await partialSilhouette(projected, directions.count, testLabels[draw]!, groups, measure.silhouettePairs, gemm),
    );
    yield { phase, done: draw + 1, total: labellings.length, unit: 'labellings' };
  }
  const { directions, projected } = first!;
  const all = Int32Array.from(testLabels[0]!);
  return {
    before,
    after,
    silhouette: {
      before: await partialSilhouette(rows, width, all, groups, Infinity, gemm),
      after: await partialSilhouette(projected, directions.count, all, groups, Infinity, gemm),
    },
    silhouettes: Float64Array.from(silhouettes),
    transfer: await transfers(data, roles, directions, measure),
    scatter,
    directions,
    training: training.length,
    test: test.length,
    leftOut: indicesOf(roles, LEFT_OUT).length,
  };
}

/** Silhouette of the rows that are in a group, or of `most` of them, evenly spaced. */
export function partialSilhouette(
  rows: Float64Array,
  width: number,
  labels: Int32Array,
  groups: number,
  most: number,
  gemm: Gemm,
): Promise<number> {
  const grouped = Int32Array.from(labels.keys()).filter((i) => labels[i]! >= 0);
  const step = Math.max(1, grouped.length / most);
  const which = Int32Array.from({ length: Math.min(most, grouped.length) }, (_, i) => grouped[Math.floor(i * step)]!);
  return silhouetteOf(
    gather(rows, width, which),
    width,
    which.map((i) => labels[i]!),
    groups,
    gemm,
  );
}

async function transfers(
  { words, width }: LayerData,
  roles: Uint8Array,
  directions: Discriminants,
  { table, gemm }: Measure,
): Promise<BeforeAfter<Transfer>[]> {
  const projected = await project(gemm, words, width, directions);
  const found: BeforeAfter<Transfer>[] = [];
  for (let relation = 0; relation < table.names.length; relation += 1) {
    const own = Int32Array.from(table.labels.keys()).filter((pair) => table.labels[pair] === relation);
    const pairs = {
      inputs: own.map((pair) => table.inputs[pair]!),
      outputs: own.map((pair) => table.outputs[pair]!),
      training: indicesOf(
        own.map((pair) => roles[pair]!),
        TRAINING,
      ),
      test: indicesOf(
        own.map((pair) => roles[pair]!),
        TEST,
      ),
    };
    found.push({
      before: await transferOf(words, width, pairs, gemm),
      after: await transferOf(projected, directions.count, pairs, gemm),
    });
  }
  return found;
}

function indicesOf(roles: ArrayLike<number>, role: number): Int32Array {
  return Int32Array.from({ length: roles.length }, (_, i) => i).filter((i) => roles[i] === role);
}
