import { percentile } from '../../math/statistics';
import type { ChartFigure, Series } from '../../shared/figure';
import { counted, number } from '../../shared/words';
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
  const { layers, best, ceiling, permutations, intervals } = fields;
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
  const ceilings = Number.isFinite(ceiling)
    ? ` The noise ceiling is ${number(ceiling, 3)}, so that the best layer reaches ${number(100 * best.normalised, 3)} % of it.`
    : '';
  const significance = Number.isFinite(fields.p)
    ? ` p = ${number(fields.p, 2)} (largest score over layers, ${counted(permutations.draws, 'permutation')}: ${permutations.how}).`
    : '';
  const nested = Number.isFinite(best.nestedScore)
    ? ` With the layer chosen on training rows only: ${number(best.nestedScore, 3)}.`
    : '';
  return {
    kind: 'chart',
    id: 'layers',
    title: 'Score by layer',
    summary: `${sentenceOfBest(fields)}${nested}${ceilings}${significance} ${methodOf(fields)}`,
    x: { label: 'Layer', type: 'linear' },
    y: { label: `Score (${scoreName(fields)})`, type: 'linear' },
    series,
  };
}

function sentenceOfBest({ best, dataset }: AlignmentFields): string {
  const value = withInterval(best.score, best.interval);
  if (best.layer === null) return `The chosen units predict ${dataset} with ${value}.`;
  const [low, high] = best.layerInterval;
  const between = Number.isFinite(low) ? ` (95 % of resamples: layer ${number(low)} to ${number(high)})` : '';
  return `Layer ${best.layer} predicts ${dataset} best${between}: ${value}.`;
}

function methodOf(fields: AlignmentFields): string {
  const { folds, alpha, aggregate, subjects, units } = fields;
  if (folds === undefined) return `Similarity of all units of a subject together, nothing fitted.`;
  const average =
    subjects.length > 1 ? `${aggregate} over units, mean over ${subjects.length} subjects` : `${aggregate} over units`;
  return `Pearson r of held-out rows of ${counted(units.length, 'unit')}, ${folds.name}, penalty by ${alpha ?? ''}; ${average}.`;
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
  const most = layers.reduce((best, row) => ((row.unique ?? -Infinity) > (best.unique ?? -Infinity) ? row : best));
  const where = most.layer === null ? '' : `layer ${most.layer} `;
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
    summary: `${nuisance.columns.join(', ')} alone explain R² ${number(nuisance.r2, 3)}; ${where}adds the most, ${number(most.unique ?? NaN, 3)} (banded ridge, out of fold).`,
    x: { label: 'Layer', type: 'linear' },
    y: { label: 'R² out of fold', type: 'linear' },
    series: [
      line('both', 'condition-2', ({ bothR2 }) => bothR2),
      line('unique to the layer', 'selected', ({ unique }) => unique),
      line('nuisance alone', 'control-2', () => nuisance.r2),
    ],
  };
}

function xOf(layers: readonly LayerRow[]): { x: number[] } {
  return { x: layers.map(({ layer }, i) => layer ?? i) };
}

/** For figures: `null` leaves a gap. */
export function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? Number(value.toPrecision(6)) : null;
}
