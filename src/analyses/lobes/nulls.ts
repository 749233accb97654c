import { balancedAccuracies } from '../../math/classification/balanced-accuracy';
import { splitRows, stratifiedSplit } from '../../math/classification/split';
import type { RowSplit } from '../../math/classification/split';
import { amiNull } from '../../math/clustering/mutual-information';
import { deciles, shuffleWithin } from '../../math/clustering/strata';
import { gaussianDecoder, nullSummary } from '../../math/nulls';
import type { NullSummary } from '../../math/nulls';
import { Cancelled } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { AffinityLabelling, Labelling } from './clustering';
import type { Kept } from './kept';
import type { AffinityFields, NullFields } from './result';
import type { Work } from './work';

/** Labellings that are fitted together on one decoder, at most. */
const FITTED_TOGETHER = 60;

/** Agreement with geometry of every labelling, with both nulls. */
export async function* agreement(
  { spec, context, random }: Work,
  labellings: readonly AffinityLabelling[],
  geometry: readonly Labelling[],
  counts: Int32Array,
): AsyncGenerator<Progress, AffinityFields['ami'][]> {
  const strata = deciles(counts);
  const found: AffinityFields['ami'][] = [];
  for (const [i, { affinity, lobes, labels }] of labellings.entries()) {
    if (context.signal.aborted) throw new Cancelled();
    const places = geometry.find((one) => one.lobes === lobes)!.labels;
    const nullOf = (kind: string, within?: Int32Array): NullSummary => {
      const stream = random(`ami/${kind}/${affinity}/${lobes}`);
      const drawn = amiNull(places, labels, { draws: spec.null, random: stream, strata: within });
      return nullSummary(drawn.value, drawn.null);
    };
    const anywhere = nullOf('permuted');
    found.push({
      value: anywhere.value,
      ...nullFields(anywhere),
      withinDeciles: nullFields(nullOf('deciles', strata)),
    });
    yield { phase: 'Lobes against geometry', done: i + 1, total: labellings.length, unit: 'labellings' };
  }
  return found;
}

export interface PositionResult {
  readonly split: RowSplit;
  readonly position: AffinityFields['position'][];
}

/** How well a feature's direction tells its lobe, for every labelling, with both nulls. */
export async function* predictability(
  work: Work,
  labellings: readonly AffinityLabelling[],
  kept: Kept,
  counts: Int32Array,
): AsyncGenerator<Progress, PositionResult> {
  const { spec, source } = work;
  const { width } = source;
  const labels = labellings.map((one) => one.labels);
  const split =
    spec.split === 'first' ? splitRows(kept.features.length) : stratifiedSplit(labels[0]!, work.random('split'));
  const x = rowsOf(source.decoder, width, kept.features);
  const fitted = fitter(work, split);
  const values = yield* fitted(x, labels, 'Lobes from position');
  const gaussian = yield* draws(work, 'position/gaussian', labels.length, 1, (draw) =>
    fitted(
      gaussianDecoder(kept.features.length, width, work.random(`position/gaussian/${draw}`)),
      labels,
      'Lobes from Gaussian decoders',
    ),
  );
  const strata = deciles(counts);
  const together = Math.max(1, Math.floor(FITTED_TOGETHER / labels.length));
  const permuted = yield* draws(work, 'position/deciles', labels.length, together, (draw, count) => {
    const shuffled = Array.from({ length: count }, (_, d) => {
      const stream = work.random(`position/deciles/${draw + d}`);
      return labels.map((one) => shuffleWithin(one, strata, stream));
    });
    return fitted(x, shuffled.flat(), 'Lobes permuted within deciles');
  });
  const position = labellings.map((_, i) => {
    const summary = nullSummary(values[i]!, gaussian[i]!);
    return {
      balancedAccuracy: values[i]!,
      ...nullFields(summary),
      withinDeciles: nullFields(nullSummary(values[i]!, permuted[i]!)),
    };
  });
  return { split, position };
}

type Fitter = (x: Float32Array, labels: readonly Int32Array[], phase: string) => AsyncGenerator<Progress, Float64Array>;

function fitter({ source, gemm, context }: Work, { train, test }: RowSplit): Fitter {
  return async function* (x, labels, phase) {
    const options = { width: source.width, train, test, gemm, signal: context.signal };
    const steps = balancedAccuracies(x, labels, options);
    let step = await steps.next();
    for (; step.done !== true; step = await steps.next()) yield { ...step.value, phase };
    return step.value;
  };
}

/**
 * All draws of one null, taken up where a cancelled run stopped.
 * @param together draws that one call of `draw` makes
 * @returns of every labelling its draws
 */
async function* draws(
  { spec, checkpoint, context }: Work,
  name: string,
  labellings: number,
  together: number,
  draw: (first: number, count: number) => AsyncGenerator<Progress, Float64Array>,
): AsyncGenerator<Progress, readonly Float64Array[]> {
  const known = await checkpoint.read(name);
  let drawn = known !== undefined && known.length % labellings === 0 ? known : new Float64Array(0);
  while (drawn.length < spec.null * labellings) {
    if (context.signal.aborted) throw new Cancelled();
    const first = drawn.length / labellings;
    const steps = draw(first, Math.min(together, spec.null - first));
    let step = await steps.next();
    for (; step.done !== true; step = await steps.next()) {
      yield { phase: step.value.phase, done: first, total: spec.null, unit: 'draws' };
    }
    drawn = Float64Array.from([...drawn, ...step.value]);
    await checkpoint.write(name, drawn);
  }
  return Array.from({ length: labellings }, (_, i) => drawn.filter((__, at) => at % labellings === i));
}

function rowsOf(decoder: Float32Array, width: number, kept: Int32Array): Float32Array {
  const rows = new Float32Array(kept.length * width);
  kept.forEach((feature, i) => {
    rows.set(decoder.subarray(feature * width, (feature + 1) * width), i * width);
  });
  return rows;
}

/** What `result.json` says of a null. */
export function nullFields({ nullMean, nullSd, z, p, draws: many, reason }: NullSummary): NullFields {
  return { nullMean, nullSd, z, ...(reason === undefined ? {} : { zReason: reason }), p, draws: many };
}
