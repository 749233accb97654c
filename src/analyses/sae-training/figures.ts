import type { AnalysisResult } from '../../shared/analysis';
import type { ChartFigure, Series } from '../../shared/figure';
import { decodeCurves } from './curves';
import type { CurvePoint, CURVE_COLUMNS } from './curves';
import { fieldsOf } from './result';
import type { SaeTrainingFields } from './result';
import { layerName } from '../../shared/words';

/** Points of a curve at most. */
const POINTS = 1000;

/** Loss, variance explained, features per token and dead features over the steps. */
export function saeTrainingFigures(result: AnalysisResult): ChartFigure[] {
  const all = decodeCurves(result.arrays['curves']!.data as Float64Array);
  const stride = Math.ceil(all.length / POINTS);
  const points = all.filter((_, i) => (all.length - 1 - i) % stride === 0);
  const { heldOut, dead, k, features } = fieldsOf(result);
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    chart(
      'variance-explained',
      'Variance explained on held-out documents',
      `Share of the variance of held-out activations that the SAE reconstructs: ${percent(heldOut.varianceExplained)} at the end, on ${heldOut.tokens} tokens. ${outlierSentence(heldOut)}`,
      'Variance explained',
      [line(points, 'varianceExplained', 'held out', 'selected'), ...outlierPoint(points, heldOut)],
    ),
    chart(
      'loss',
      'Loss',
      `Squared error of the training batches over the activations' variance, and the dead features' loss beside it.`,
      'Loss',
      [line(points, 'loss', 'reconstruction', 'selected'), line(points, 'auxiliary', 'dead features', 'control-1')],
    ),
    chart(
      'dead',
      'Dead features',
      `Share of the ${features} features that fired on none of the last tokens: ${percent(dead)} at the end.`,
      'Dead features',
      [line(points, 'dead', 'dead', 'selected')],
    ),
    chart(
      'l0',
      'Features per token',
      `Features above 0 per token in training, of at most ${k}: ${heldOut.l0.toFixed(1)} on held-out documents at the end.`,
      'Features per token',
      [line(points, 'l0', 'L0', 'selected')],
    ),
  ];
}

type HeldOut = SaeTrainingFields['heldOut'];

function outlierSentence({ tokens, withOutliers }: HeldOut): string {
  const outliers = withOutliers.tokens - tokens;
  if (outliers === 0) return 'None of these documents’ tokens was left out as an outlier.';
  return (
    `${outliers} token${outliers === 1 ? '' : 's'} of these documents with outlying norms are left out of that; ` +
    `with them it is ${(100 * withOutliers.varianceExplained).toFixed(1)} %.`
  );
}

/** A point at the end of the curve, where there are outliers. */
function outlierPoint(points: readonly CurvePoint[], { tokens, withOutliers }: HeldOut): Series[] {
  const last = points.at(-1);
  if (last === undefined || withOutliers.tokens === tokens) return [];
  const values = { x: [last.step], y: [withOutliers.varianceExplained] };
  return [{ name: 'with outliers', mark: 'points', role: 'control-1', ...values }];
}

/** One line for a table row or a lens. */
export function saeTrainingSummary(result: AnalysisResult): string {
  const { layer, features, k, heldOut, dead, trainTokens } = fieldsOf(result);
  const { tokens, withOutliers } = heldOut;
  const withThem =
    withOutliers.tokens > tokens ? ` (${withOutliers.varianceExplained.toFixed(3)} with outliers of the norm)` : '';
  return (
    `SAE of ${layerName(layer)}: ${features} features, k ${k}, ${trainTokens} tokens; on held-out documents variance explained ` +
    `${heldOut.varianceExplained.toFixed(3)}${withThem}, L0 ${heldOut.l0.toFixed(1)}; ${(100 * dead).toFixed(1)} % dead`
  );
}

function chart(id: string, title: string, summary: string, label: string, series: Series[]): ChartFigure {
  const axes = { x: { label: 'Step', type: 'linear' }, y: { label, type: 'linear' } } as const;
  return { kind: 'chart', id, title, summary, ...axes, series };
}

function line(
  points: readonly CurvePoint[],
  column: (typeof CURVE_COLUMNS)[number],
  name: string,
  role: Series['role'],
): Series {
  return { name, mark: 'line', role, x: points.map(({ step }) => step), y: points.map((point) => point[column]) };
}
