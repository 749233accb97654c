import type { ChartFigure, Series } from '../../shared/figure';
import { counted, number } from '../../shared/words';
import type { AlignmentFields, Interval } from './result';

/** Score of every layer with its interval, against ceiling, null and nuisance. */
export function layerCurve(fields: AlignmentFields): ChartFigure {
  const { layers, best } = fields;
  const x = layers.map(({ layer }, i) => layer ?? i);
  const ends = (of: (row: (typeof layers)[number]) => Interval | undefined, end: 0 | 1): (number | null)[] =>
    layers.map((row) => finite(of(row)?.[end]));
  const curve: Series = {
    name: 'score',
    mark: 'band',
    role: 'selected',
    x,
    y: layers.map(({ score }) => finite(score)),
    low: ends(({ interval }) => interval, 0),
    high: ends(({ interval }) => interval, 1),
    interval: `95 % interval, bootstrap over ${fields.intervals.over}`,
  };
  return {
    kind: 'chart',
    id: 'layers',
    title: 'Score by layer',
    summary: `Best layer ${best.layer ?? 'unknown'}, ${number(best.score, 3)}.`,
    x: { label: 'Layer', type: 'linear' },
    y: { label: counted(1, 'score'), type: 'linear' },
    series: [curve],
  };
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
