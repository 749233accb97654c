import { intervalOf } from '../../math/bootstrap';
import { empiricalP } from '../../math/permutation';
import { benjaminiHochberg, percentile } from '../../math/statistics';
import { aggregateOf, largest, normalise } from './aggregate';
import type { Average, Subjects } from './aggregate';
import type { LayerFeatures, Recording } from './data';
import type { Encoded } from './encode';
import type { NuisanceScores } from './nuisance';
import type { BestLayer, Interval, LayerRow, UnitRow } from './result';

/** Scores with what they are scores of. */
export interface Scored {
  readonly encoded: Encoded;
  readonly features: Pick<LayerFeatures, 'layers' | 'of'>;
  readonly recording: Recording;
  readonly subjects: Subjects;
  readonly average: Average;
  readonly folds: number;
}

const NO_INTERVAL: Interval = [NaN, NaN];

/** One row per layer: aggregate, interval, normalised aggregate, null band, R². */
export function layerRows({ encoded, features, recording, subjects, average }: Scored): LayerRow[] {
  const targets = recording.targets.length;
  const { aggregate, scores, resampled, nullAggregates, r2 } = encoded;
  return Array.from(aggregate, (score, i) => ({
    ...placeOf(features, i),
    score,
    interval: isInformative(resampled[i]!) ? intervalOf(resampled[i]!) : NO_INTERVAL,
    normalised: aggregateOf(
      normalise(scores.subarray(i * targets, (i + 1) * targets), recording.targets),
      subjects,
      average,
    ),
    r2: aggregateOf(r2.subarray(i * targets, (i + 1) * targets), subjects, average),
    ...(nullAggregates[i]!.length > 0 && { nullBand: intervalOf(nullAggregates[i]!) }),
  }));
}

/** Adds what each layer explains beyond the nuisance, aggregated as scores are. */
export function withUnique(
  rows: readonly LayerRow[],
  { recording, subjects, average }: Scored,
  nuisance: NuisanceScores | undefined,
): LayerRow[] {
  if (nuisance === undefined) return [...rows];
  const targets = recording.targets.length;
  const at = (values: Float64Array, i: number): number =>
    aggregateOf(values.subarray(i * targets, (i + 1) * targets), subjects, average);
  return rows.map((row, i) => ({ ...row, bothR2: at(nuisance.both, i), unique: at(nuisance.unique, i) }));
}

/** Draws that are all NaN carry no interval. */
function isInformative(draws: Float64Array): boolean {
  return draws.some((value) => !Number.isNaN(value));
}

/** Number and depth of the i-th layer; `null` for units of several layers. */
export function placeOf({ layers, of }: Scored['features'], i: number): Pick<LayerRow, 'layer' | 'depth'> {
  const layer = layers[i];
  return layer === undefined ? { layer: null, depth: null } : { layer, depth: (layer + 1) / of };
}

/** The layer of largest aggregate, how sure it is, and its score without the bias of a maximum. */
export function bestLayer(scored: Scored, rows: readonly LayerRow[]): BestLayer {
  const { aggregate, resampled } = scored.encoded;
  const best = largest(aggregate);
  const nested = nestedScore(scored);
  if (best < 0) {
    return {
      layer: null,
      depth: null,
      score: NaN,
      normalised: NaN,
      interval: NO_INTERVAL,
      layerInterval: NO_INTERVAL,
      nestedScore: NaN,
      nestedLayers: [],
    };
  }
  const { layer, depth, score, interval, normalised } = rows[best]!;
  const numbers = scored.features.layers;
  const chosen = Float64Array.from(resampled[0]!, (_, b) => {
    const i = largest(resampled.map((draws) => draws[b]!));
    return i < 0 ? NaN : (numbers[i] ?? NaN);
  });
  return { layer, depth, score, normalised, interval, layerInterval: intervalOf(chosen), ...nested };
}

/**
 * In every outer fold the layer of largest aggregated inner score is taken, and its score on the held-out rows; the mean
 * over folds per target is aggregated as scores are.
 */
function nestedScore({ encoded, features, recording, subjects, average, folds }: Scored): {
  nestedScore: number;
  nestedLayers: number[];
} {
  const targets = recording.targets.length;
  const layers = encoded.aggregate.length;
  const row = (data: Float64Array, i: number, f: number): Float64Array =>
    data.subarray((i * folds + f) * targets, (i * folds + f + 1) * targets);
  const sums = new Float64Array(targets);
  const counts = new Float64Array(targets);
  const nestedLayers: number[] = [];
  for (let f = 0; f < folds; f += 1) {
    const inner = Array.from({ length: layers }, (_, i) =>
      aggregateOf(row(encoded.innerScores, i, f), subjects, average),
    );
    const chosen = largest(inner);
    nestedLayers.push(features.layers[chosen] ?? NaN);
    if (chosen < 0) continue;
    row(encoded.foldScores, chosen, f).forEach((score, u) => {
      if (Number.isNaN(score)) return;
      sums[u]! += score;
      counts[u]! += 1;
    });
  }
  const scores = sums.map((sum, u) => sum / counts[u]!);
  return { nestedScore: aggregateOf(scores, subjects, average), nestedLayers };
}

/** p of the largest aggregate over layers against the largest of every draw; NaN without draws. */
export function aggregateP({ aggregate, nullAggregates }: Encoded): number {
  const draws = nullAggregates[0]!.length;
  const best = largest(aggregate);
  if (best < 0 || draws === 0) return NaN;
  const maxima = Float64Array.from({ length: draws }, (_, d) => {
    const i = largest(nullAggregates.map((of) => of[d]!));
    return i < 0 ? NaN : nullAggregates[i]![d]!;
  });
  return empiricalP(aggregate[best]!, maxima);
}

/** One row per target; p by the max-statistic over layers, q by FDR over the units that are no summary. */
export function unitRows({ encoded, features, recording, folds }: Scored): UnitRow[] {
  const { targets, responses, rows } = recording;
  const count = targets.length;
  const layers = encoded.aggregate.length;
  const best = targets.map((_, u) =>
    largest(Array.from({ length: layers }, (__, i) => encoded.scores[i * count + u]!)),
  );
  const draws = encoded.nullMax.length / count;
  const p = Float64Array.from(best, (i, u) => {
    if (i < 0 || draws === 0) return NaN;
    const null_ = Float64Array.from({ length: draws }, (_, d) => encoded.nullMax[d * count + u]!);
    return empiricalP(encoded.scores[i * count + u]!, null_);
  });
  const q = benjaminiHochberg(p.map((value, u) => (targets[u]!.summary ? NaN : value)));
  return targets.map((target, u) => {
    const i = best[u]!;
    const score = i < 0 ? NaN : encoded.scores[i * count + u]!;
    const overFolds = Array.from({ length: i < 0 ? 0 : folds }, (_, f) => (i * folds + f) * count + u);
    let n = 0;
    for (let row = 0; row < rows; row += 1) n += Number(!Number.isNaN(responses[row * count + u]!));
    return {
      id: target.id,
      subject: target.subject,
      summary: target.summary,
      ...(target.lag !== undefined && { lag: target.lag }),
      bestLayer: features.layers[i] ?? null,
      score,
      normalised: normalise([score], [target])[0]!,
      ceiling: target.ceiling,
      n,
      folds: overFolds.filter((at) => !Number.isNaN(encoded.foldScores[at]!)).length,
      alpha: percentile(
        overFolds.map((at) => encoded.alphas[at]!),
        50,
      ),
      p: p[u]!,
      q: q[u]!,
      ...(target.position && { position: target.position }),
      covariates: target.covariates,
      labels: target.labels,
    };
  });
}
