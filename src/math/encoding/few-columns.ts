import { Cancelled } from '../../shared/errors';
import type { Split } from '../folds';
import type { Dense, Gemm } from '../gemm';
import type { EncodingOptions } from './encoding';
import { inPositions } from './fold';
import { leftOutErrors, leaveOneOutErrors } from './pair-errors';
import { partialSet, partialTargets } from './partial';
import type { PartialSet, PartialTargets } from './partial';
import type { CentredRows } from './training-set';

/** What banded ridge finds for a batch of targets on one fold. */
export interface BandedFit {
  /** ŷ of the test rows, f64 [targets, test] */
  readonly predicted: Float64Array;
  /** α of each band in use, f64 [targets]; NaN under `ols` */
  readonly featureAlphas: Float64Array;
  readonly nuisanceAlphas: Float64Array;
}

/** Bytes of one batch of targets, over all αₓ. */
const BATCH_BYTES = 2 ** 26;

/** Banded ridge with few nuisance columns: a factorisation of the features per training set, none per αₙ. Not for `ols`. */
export async function fitFewColumns(
  gemm: Gemm,
  low: CentredRows,
  high: CentredRows,
  split: Split,
  inner: readonly Split[],
  responses: Dense,
  { alpha, alphas, signal }: EncodingOptions,
): Promise<BandedFit> {
  const whole = await partialSet(gemm, low, high, alphas);
  const errorsOf =
    alpha === 'loo'
      ? await leaveOneOutErrors(gemm, whole)
      : await leftOutErrors(gemm, low, high, inPositions(split.train, inner), alphas, signal);
  const [targets, training] = responses.dims as [number, number];
  const fit: BandedFit = {
    predicted: new Float64Array(targets * split.test.length),
    featureAlphas: new Float64Array(targets),
    nuisanceAlphas: new Float64Array(targets),
  };
  const everyRow = Int32Array.from(split.train, (_, i) => i);
  const atOnce = Math.max(1, Math.floor(BATCH_BYTES / (8 * alphas.length * training)));
  for (let from = 0; from < targets; from += atOnce) {
    if (signal.aborted) throw new Cancelled();
    const to = Math.min(targets, from + atOnce);
    const batch = { data: responses.data.subarray(from * training, to * training), dims: [to - from, training] };
    const found = await partialTargets(gemm, whole, batch, everyRow);
    const best = leastPairs(await errorsOf(batch, found), alphas.length);
    fit.predicted.set(await predictions(gemm, whole, found, best), from * split.test.length);
    best.forEach((pair, target) => {
      fit.nuisanceAlphas[from + target] = alphas[Math.floor(pair / alphas.length)]!;
      fit.featureAlphas[from + target] = alphas[pair % alphas.length]!;
    });
  }
  return fit;
}

/** Number αₙ · alphas + αₓ of the pair of least error per target, the first of equals. */
function leastPairs(errors: Float64Array, alphas: number): Int32Array {
  const pairs = alphas * alphas;
  const best = new Int32Array(errors.length / pairs);
  best.forEach((_, target) => {
    const own = errors.subarray(target * pairs, (target + 1) * pairs);
    for (let pair = 1; pair < pairs; pair++) if (own[pair]! < own[best[target]!]!) best[target] = pair;
  });
  return best;
}

/** ŷ of the rows outside at each target's pair, f64 [targets, outside]. */
async function predictions(
  gemm: Gemm,
  { set, count, values, outside }: PartialSet,
  { means, x, products }: PartialTargets,
  best: Int32Array,
): Promise<Float64Array> {
  const { alphas } = set.factors;
  const targets = best.length;
  const chosen = new Float64Array(targets * set.order);
  best.forEach((pair, target) => {
    const line = (pair % alphas.length) * targets + target;
    chosen.set(x.data.subarray(line * set.order, (line + 1) * set.order), target * set.order);
  });
  const { data } = await gemm.multiply({ data: chosen, dims: [targets, set.order] }, set.beyond!);
  best.forEach((pair, target) => {
    const own = data.subarray(target * set.outside, (target + 1) * set.outside);
    for (let i = 0; i < own.length; i++) own[i]! += means[target]!;
    const [low, high] = [Math.floor(pair / alphas.length), pair % alphas.length];
    for (let j = 0; j < count; j++) {
      const column = high * count + j;
      const u = products[column * targets + target]! / (values[column]! + alphas[low]!);
      for (let i = 0; i < own.length; i++) own[i]! += u * outside[column * set.outside + i]!;
    }
  });
  return data;
}
