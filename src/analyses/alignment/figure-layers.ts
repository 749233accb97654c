import { percentile } from '../../math/statistics';
import type { ChartFigure, Series } from '../../shared/figure';
import { finite } from '../../shared/figure-parts';
import { capitalised, counted, layerName, layerRange, number } from '../../shared/words';
import { largest } from './aggregate';
import type { AlignmentFields, Interval, LayerRow } from './result';

/** What the number is called on axes and in sentences. */
export function scoreName({ metric }: Pick<AlignmentFields, 'metric'>): string {
  return { ridge: 'r', cka: 'CKA', 'debiased-cka': 'debiased CKA', rsa: 'RSA' }[metric];
}

/** "0.43 [0.40, 0.46]" */
export function withInterval(value: number, [low, high]: Interval): string {
  return Number.isFinite(low) ? `${number(value, 3)} [${number(low, 3)}, ${number(high, 3)}]` : number(value, 3);
}

/** Score of every layer with its interval, against ceiling, null and nuisance. */
export function layerCurve(fields: AlignmentFields): ChartFigure {
  const { layers, best, permutations, intervals } = fields;
  const series: Series[] = [
    ...(permutations.draws > 0 ? [nullBand(fields)] : []),
    ...ceilingBand(fields),
    ...nuisanceLines(fields),
    {
      name: 'score',
      mark: 'band',
      role: 'selected',
      ...xOf(layers),
      y: layers.map(({ score }) => finite(score)),
      low: layers.map(({ interval }) => finite(interval[0])),
      high: layers.map(({ interval }) => finite(interval[1])),
      interval: `95 %, bootstrap over ${intervals.over}`,
      text: layers.map((row) => explained(row, fields)),
    },
  ];
  const significance = Number.isFinite(fields.p)
    ? ` One-sided p = ${number(fields.p, 2)} (largest score over layers, ${counted(permutations.draws, 'permutation')}: ${permutations.how}).`
    : '';
  const nested =
    Number.isFinite(best.nestedScore) && layers.length > 1
      ? ` With the layer chosen on training rows only: ${number(best.nestedScore, 3)}.`
      : '';
  return {
    kind: 'chart',
    id: 'layers',
    title: 'Score by layer',
    summary: `${sentenceOfBest(fields)}${nested}${sentenceOfCeiling(fields)}${significance} ${methodOf(fields)}`,
    x: { label: 'Layer', type: 'linear' },
    y: { label: `Score (${scoreName(fields)})`, type: 'linear' },
    series,
  };
}

function sentenceOfBest({ best, dataset, layers, metric, units }: AlignmentFields): string {
  const value = withInterval(best.score, best.interval);
  if (!Number.isFinite(best.score)) {
    const onlySummaries = units.length > 0 && units.every(({ summary }) => summary);
    return `There is no score for ${dataset}: ${onlySummaries ? 'all its units are summary columns, which stay out of aggregates' : 'no unit could be scored'}.`;
  }
  const does = metric === 'ridge' ? 'predict' : 'resemble';
  if (best.layer === null) return `The chosen units ${does} ${dataset} with ${value}.`;
  if (layers.length === 1)
    return `${capitalised(layerName(best.layer))}, the only one, ${does}s ${dataset} with ${value}.`;
  const [low, high] = best.layerInterval;
  const between = Number.isFinite(low)
    ? ` (95 % of resamples: ${low < 0 ? layerRange(low, high) : `layer ${number(low)} to ${number(high)}`})`
    : '';
  return `${capitalised(layerName(best.layer))} ${does}s ${dataset} best${between}: ${value}.`;
}

/** Ratios are taken unit by unit: their average is not the ratio of the two averages. */
function sentenceOfCeiling({ ceiling, ceilings, best, aggregate }: AlignmentFields): string {
  if (!Number.isFinite(ceiling)) return '';
  const of = ceilings.without > 0 ? ` over the ${counted(ceilings.units, 'unit')} with one` : '';
  const share = Number.isFinite(best.normalised)
    ? `; r/ceiling, unit by unit, has the ${aggregate} ${number(best.normalised, 3)} at the best layer`
    : '';
  return ` The noise ceiling is ${number(ceiling, 3)}${of}${share}.`;
}

/** "6 units and 1 summary column apart": what an aggregate is made of. */
export function aggregated({
  units,
  summaryUnits,
}: Pick<AlignmentFields, 'summaryUnits'> & { readonly units: readonly unknown[] }): string {
  const own = counted(units.length - summaryUnits, 'unit');
  return summaryUnits === 0 ? own : `${own} (${counted(summaryUnits, 'summary column')} apart)`;
}

function methodOf(fields: AlignmentFields): string {
  const { folds, alpha, aggregate, subjects } = fields;
  if (folds === undefined) return `Similarity of all units of a subject together, nothing fitted.`;
  const average =
    subjects.length > 1 ? `${aggregate} over units, mean over ${subjects.length} subjects` : `${aggregate} over units`;
  const penalty = alpha === 'ols' ? 'no penalty (least squares)' : `penalty by ${alpha ?? ''}`;
  return `Pearson r of held-out rows of ${aggregated(fields)}, ${folds.name}, ${penalty}; ${average}.`;
}

function explained({ normalised }: LayerRow, { rows, folds, alpha }: AlignmentFields): string {
  const share = Number.isFinite(normalised) ? `${number(100 * normalised, 3)} % of the ceiling · ` : '';
  const how = folds === undefined ? '' : ` · ${counted(folds.count, 'fold')} · α ${alpha ?? ''}`;
  return `${share}${counted(rows, 'row')}${how}`;
}

function nullBand({ layers, permutations }: AlignmentFields): Series {
  const ends = layers.map(({ nullBand: band }) => band ?? [NaN, NaN]);
  return {
    name: 'permuted responses',
    mark: 'band',
    role: 'muted',
    ...xOf(layers),
    y: ends.map(([low, high]) => finite((low + high) / 2)),
    low: ends.map(([low]) => finite(low)),
    high: ends.map(([, high]) => finite(high)),
    interval: `95 % of ${counted(permutations.draws, 'permutation')}`,
  };
}

function ceilingBand({ layers, ceiling, units }: AlignmentFields): Series[] {
  if (!Number.isFinite(ceiling)) return [];
  const known = units.filter(({ summary, ceiling: own }) => !summary && own > 0).map(({ ceiling: own }) => own);
  return [
    {
      name: 'noise ceiling',
      mark: 'band',
      role: 'control-1',
      ...xOf(layers),
      y: layers.map(() => ceiling),
      low: layers.map(() => percentile(known, 25)),
      high: layers.map(() => percentile(known, 75)),
      interval: 'quartiles of the units',
    },
  ];
}

function nuisanceLines({ layers, nuisance }: AlignmentFields): Series[] {
  if (nuisance === undefined) return [];
  return [
    {
      name: 'nuisance alone',
      mark: 'line',
      role: 'control-2',
      ...xOf(layers),
      y: layers.map(() => finite(nuisance.score)),
      text: layers.map(() => `${nuisance.columns.join(', ')} · R² ${number(nuisance.r2, 3)}`),
    },
  ];
}

/** R² of the nuisance, of both bands, and what each layer adds; `undefined` without nuisance. */
export function uniqueVariance({ layers, nuisance }: AlignmentFields): ChartFigure | undefined {
  if (nuisance === undefined) return undefined;
  const line = (name: string, role: Series['role'], of: (row: LayerRow) => number | undefined): Series => ({
    name,
    mark: 'line',
    role,
    ...xOf(layers),
    y: layers.map((row) => finite(of(row))),
  });
  return {
    kind: 'chart',
    id: 'unique-variance',
    title: 'Beyond the nuisance',
    summary: `${nuisance.columns.join(', ')} alone explain R² ${number(nuisance.r2, 3)}; ${sentenceOfUnique(layers)} (banded ridge, out of fold).`,
    x: { label: 'Layer', type: 'linear' },
    y: { label: 'R² out of fold', type: 'linear' },
    series: [
      line('both', 'condition-2', ({ bothR2 }) => bothR2),
      line('unique to the layer', 'selected', ({ unique }) => unique),
      line('nuisance alone', 'control-2', () => nuisance.r2),
    ],
  };
}

/** What the best layer adds, which may be less than nothing out of fold. */
function sentenceOfUnique(layers: readonly LayerRow[]): string {
  const most = layers[largest(layers.map(({ unique }) => unique ?? NaN))];
  if (most?.unique === undefined) return 'what a layer adds could not be computed';
  const added = number(most.unique, 3);
  if (most.layer === null) return `the chosen units add ${added}`;
  if (most.unique <= 0) return `no layer adds to them; nearest comes ${layerName(most.layer)} with ${added}`;
  return `${layerName(most.layer)} adds the most, ${added}`;
}

function xOf(layers: readonly LayerRow[]): { x: number[] } {
  return { x: layers.map(({ layer }, i) => layer ?? i) };
}
