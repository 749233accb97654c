import type { Axis, ChartFigure, Series } from '../../shared/figure';
import { CONDITION_ROLES, finite } from '../../shared/figure-parts';
import { capitalised, counted, layerName, layerOrNone, number } from '../../shared/words';
import { aggregated, scoreName, withInterval } from '../alignment/figure-layers';
import type { LayerRow } from '../alignment/result';
import type { ContextFields } from './result';
import { inWords, labelsOf } from './words';

/** The axis of all curves: lengths at equal distances, `full` behind the numbers. */
export const LENGTH_AXIS: Axis = { label: 'Context (tokens)', type: 'category' };

/** Score against length: the best layer with its interval, and some others. */
export function lengthCurves(fields: ContextFields): ChartFigure {
  const { byLength, best, byLayer, lengths, dataset, intervals } = fields;
  const index = bestIndex(fields);
  const rows = byLength.map(({ layers }) => layers[index]!);
  const plateau = byLayer[index]?.plateau ?? null;
  const reached =
    plateau === null || plateau === best.length ? '' : ` It reaches 95 % of that with ${inWords(plateau)}.`;
  const gain = byLength.find(({ length }) => length === best.length)!.gains[index]!;
  const against =
    best.length === lengths[0]
      ? ''
      : `; with ${inWords(lengths[0]!)} ${number(rows[0]!.score, 3)}, a gain of ${withInterval(gain.score, gain.interval)}`;
  const told = Number.isFinite(best.score)
    ? `${capitalised(layerOrNone(best.layer))} predicts ${dataset} best with ${inWords(best.length)}: ${withInterval(best.score, best.interval)}${against}.${reached}`
    : `There is no score for ${dataset}.`;
  return {
    kind: 'chart',
    id: 'lengths',
    title: 'Score by context length',
    summary: `${told} ${aggregated(fields)}; ${counted(byLayer.length, 'layer')}, of which the best and some others are drawn.`,
    x: LENGTH_AXIS,
    y: { label: `Score (${scoreName(fields)})`, type: 'linear' },
    series: [
      {
        name: `${layerName(rows[0]!.layer ?? index)} (best)`,
        mark: 'band',
        role: 'selected',
        x: labelsOf(lengths),
        y: rows.map(({ score }) => finite(score)),
        low: rows.map(({ interval }) => finite(interval[0])),
        high: rows.map(({ interval }) => finite(interval[1])),
        interval: `95 %, bootstrap over ${intervals.over}`,
      },
      ...linesOf(fields, ({ score }) => score),
    ],
  };
}

/** What layers explain beyond the nuisance, against length; `undefined` without nuisance. */
export function uniqueCurves(fields: ContextFields): ChartFigure | undefined {
  const { byLength, nuisance, lengths } = fields;
  if (nuisance === undefined) return undefined;
  const index = bestIndex(fields);
  const unique = byLength.map(({ layers }) => layers[index]!.unique);
  const values = unique.map((value) => number(value ?? NaN, 3)).join(', ');
  return {
    kind: 'chart',
    id: 'unique-variance',
    title: 'Beyond the nuisance by context length',
    summary: `R² out of fold that a layer adds to ${nuisance.columns.join(', ')}: ${layerName(byLength[0]!.layers[index]!.layer ?? index)} with ${labelsOf(lengths).join(', ')} tokens ${values}.`,
    x: LENGTH_AXIS,
    y: { label: 'Unique R² out of fold', type: 'linear' },
    series: [
      {
        name: `${layerName(byLength[0]!.layers[index]!.layer ?? index)} (best)`,
        mark: 'line',
        role: 'selected',
        x: labelsOf(lengths),
        y: unique.map(finite),
      },
      ...linesOf(fields, (row) => row.unique ?? NaN),
    ],
  };
}

/** The best layer of every length with the interval of its choice; `undefined` for a single layer. */
export function bestLayers(fields: ContextFields): ChartFigure | undefined {
  const { byLength, lengths, intervals } = fields;
  if (byLength[0]!.layers.length < 2) return undefined;
  const [first, last] = [byLength[0]!, byLength.at(-1)!];
  return {
    kind: 'chart',
    id: 'best-layer',
    title: 'Best layer by context length',
    summary: `${capitalised(layerOrNone(first.best.layer))} with ${inWords(first.length)}, ${layerOrNone(last.best.layer)} with ${inWords(last.length)}.`,
    x: LENGTH_AXIS,
    y: { label: 'Best layer', type: 'linear' },
    series: [
      {
        name: 'best layer',
        mark: 'band',
        role: 'selected',
        x: labelsOf(lengths),
        y: byLength.map(({ best }) => best.layer),
        low: byLength.map(({ best }) => finite(best.layerInterval[0])),
        high: byLength.map(({ best }) => finite(best.layerInterval[1])),
        interval: `95 % of resamples, bootstrap over ${intervals.over}`,
        text: byLength.map(({ best }) => `score ${withInterval(best.score, best.interval)}`),
      },
    ],
  };
}

/** Place of the best layer among those that were scored. */
export function bestIndex({ byLayer, best }: ContextFields): number {
  return Math.max(
    0,
    byLayer.findIndex(({ layer }) => layer === best.layer),
  );
}

/** Layers from first to last beside the best, as evenly as there are lines. */
function linesOf(fields: ContextFields, of: (row: LayerRow) => number): Series[] {
  const { byLayer, byLength, lengths } = fields;
  const best = bestIndex(fields);
  const last = byLayer.length - 1;
  const even = CONDITION_ROLES.map((_, i) => Math.round((i * last) / (CONDITION_ROLES.length - 1)));
  return [...new Set(even)]
    .filter((i) => i !== best)
    .map((i, line) => ({
      name: layerName(byLayer[i]!.layer ?? i),
      mark: 'line',
      role: CONDITION_ROLES[line]!,
      x: labelsOf(lengths),
      y: byLength.map(({ layers }) => finite(of(layers[i]!))),
    }));
}
