import type { AnalysisResult } from '../../shared/analysis';
import { largest } from './aggregate';
import type { Axis, ChartFigure, MapFigure, TableFigure } from '../../shared/figure';
import { finite } from '../../shared/figure-parts';
import { aggregate } from '../../shared/map-cells';
import { count, counted, layerName, number } from '../../shared/words';
import { scoreName } from './figure-layers';
import type { AlignmentFields, UnitRow } from './result';

/** Units whose names stand on the axis of the map. */
const NAMED_UNITS = 40;
/** Cells of the map per layer, and rows of the table, at most: keeps `figures.json` below 2 MB. */
const MAP_CELLS = 40_000;
const TABLE_ROWS = 2000;

/** How a unit is called where several subjects may share names; columns that contain others say so. */
export function unitName({ id, subject, summary }: Pick<UnitRow, 'id' | 'subject' | 'summary'>): string {
  return `${subject === '' ? id : `${subject} ${id}`}${summary ? ' (summary)' : ''}`;
}

/** Layer × unit; `undefined` for a single layer or unit, and where no unit has a score. */
export function unitMap(result: AnalysisResult, fields: AlignmentFields): MapFigure | undefined {
  const { layers, units } = fields;
  if (layers.length < 2 || units.length < 2) return undefined;
  const data = Float32Array.from(result.arrays['scores']!.data);
  const pixels = Math.max(1, Math.floor(MAP_CELLS / layers.length));
  const cells = aggregate({ data, rows: layers.length, columns: units.length }, 0, units.length, pixels);
  const known = data.filter((value) => !Number.isNaN(value));
  const end = known.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const shown = (values: ArrayLike<number | null>): (number | null)[] =>
    Array.from(values, (value) => (value === null ? null : finite(value)));
  const peak = largest(data);
  if (peak < 0) return undefined;
  const numbers = layers.map(({ layer }, i) => layer ?? i);
  const contiguous = numbers.every((layer, i) => layer === i);
  const named = units.length <= NAMED_UNITS;
  const x: Axis = { label: 'Unit', type: 'linear', ...(named && { names: units.map(unitName) }) };
  const y: Axis = { label: 'Layer', type: 'linear', ...(!contiguous && { names: numbers.map(String) }) };
  return {
    kind: 'map',
    id: 'unit-map',
    title: 'Score of every layer and unit',
    summary: `${counted(layers.length, 'layer')} of ${counted(units.length, 'unit')}; highest ${number(data[peak]!, 3)} at ${unitName(units[peak % units.length]!)}, ${layerName(numbers[Math.floor(peak / units.length)]!)}.${named ? '' : ' Units in the order of the data.'}`,
    x,
    y,
    value: scoreName(fields),
    rows: layers.length,
    columns: units.length,
    step: cells.step,
    min: shown(cells.min),
    max: shown(cells.max),
    scale: 'diverging',
    range: [-end, end],
    array: 'scores.npy',
  };
}

/** Selected units beside the random sets of every kind; `undefined` without `--units`. */
export function setChart(fields: AlignmentFields): ChartFigure | undefined {
  const { unitSets, setComparisons } = fields;
  const [selected] = unitSets;
  if (selected === undefined) return undefined;
  const kinds = setComparisons.map(({ control }) => control);
  const draws = unitSets.slice(1);
  const x = ['selected', ...kinds];
  const told = setComparisons.map(
    ({ control, median, p, sets }) =>
      `${control} ${number(median, 3)} (median of ${counted(sets, 'set')}, p = ${number(p, 2)})`,
  );
  return {
    kind: 'chart',
    id: 'unit-sets',
    title: 'Selected against random units',
    summary: `Score with ${counted(selected.k, 'unit')} as features: selected ${number(selected.score, 3)}${told.length === 0 ? '' : `; ${told.join('; ')}`}.`,
    x: { label: 'Units', type: 'category' },
    y: { label: `Score (${scoreName(fields)})`, type: 'linear' },
    series: [
      {
        name: 'score',
        mark: 'bar',
        role: 'selected',
        x,
        y: [finite(selected.score), ...setComparisons.map(({ median }) => finite(median))],
        low: [finite(selected.interval[0]), ...kinds.map(() => null)],
        high: [finite(selected.interval[1]), ...kinds.map(() => null)],
        interval: `95 %, bootstrap over ${fields.intervals.over}`,
      },
      {
        name: 'each random set',
        mark: 'points',
        role: 'control-2',
        x: draws.map(({ kind }) => kind),
        y: draws.map(({ score }) => finite(score)),
        beside: 'score',
        text: draws.map(({ seed, k }) => `set ${seed ?? 0} · ${counted(k, 'unit')}`),
      },
    ],
  };
}

/** Every unit with its best layer, score, ceiling and p. */
export function unitTable(fields: AlignmentFields): TableFigure | undefined {
  const { units, permutations, significant } = fields;
  if (units.length === 0) return undefined;
  const shown = ranked(units).slice(0, TABLE_ROWS);
  const rest =
    units.length > shown.length
      ? `The ${count(shown.length)} units of largest score of ${count(units.length)}`
      : 'All units';
  const told =
    significant === undefined
      ? 'no permutations, so no p'
      : `${count(significant.units)} of ${counted(units.filter(({ q }) => Number.isFinite(q)).length, 'unit')} with q < 0.05 (one-sided p by the largest score over layers, FDR over these units, ${counted(permutations.draws, 'permutation')})`;
  return {
    kind: 'table',
    id: 'units',
    title: 'Units',
    summary: `${rest}, by score: ${told}.`,
    columns: [
      { label: 'Unit', type: 'text' },
      { label: 'Subject', type: 'text' },
      { label: 'Best layer', type: 'number' },
      { label: `Score (${scoreName(fields)})`, type: 'number', digits: 4 },
      { label: 'Ceiling', type: 'number', digits: 3 },
      { label: 'Of ceiling', type: 'number', digits: 3 },
      { label: 'p', type: 'number', digits: 3 },
      { label: 'q (FDR)', type: 'number', digits: 3 },
      { label: 'Rows', type: 'number' },
      { label: 'Folds', type: 'number' },
      { label: 'α (median)', type: 'number', digits: 3 },
      { label: 'Summary column', type: 'text' },
    ],
    rows: shown.map((u) => {
      const unit = units[u]!;
      const { bestLayer, score, ceiling, normalised, p, q, n, folds, alpha, summary } = unit;
      return [
        unit.id,
        unit.subject,
        bestLayer,
        ...[score, ceiling, normalised, p, q].map(finite),
        n,
        folds,
        finite(alpha),
        summary ? 'yes' : 'no',
      ];
    }),
  };
}

/** What a point of a unit says of itself. */
export function explained({ n, folds, alpha, ceiling, p }: UnitRow): string {
  const parts = [counted(n, 'row'), counted(folds, 'fold')];
  if (Number.isFinite(alpha)) parts.push(`α ${number(alpha, 3)} (median)`);
  if (Number.isFinite(ceiling)) parts.push(`ceiling ${number(ceiling, 3)}`);
  if (Number.isFinite(p)) parts.push(`p ${number(p, 2)}`);
  return parts.join(' · ');
}

/** Indices by score, the largest first, those without one last. */
export function ranked(units: readonly UnitRow[]): number[] {
  const value = (u: number): number => (Number.isNaN(units[u]!.score) ? -Infinity : units[u]!.score);
  return units.map((_, u) => u).sort((a, b) => value(b) - value(a) || a - b);
}
