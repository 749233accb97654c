import type { ChartFigure, Role, Series } from '../../shared/figure';
import { count } from '../../shared/words';
import { deficitAxis, selectedOf, short } from './figure-parts';
import type { MassiveRow } from './figure-parts';
import type { AblationFields } from './result';

/** Deficits of the selected units, of them without massive units, and of the massive ones alone. */
export function massiveUnits(
  metric: 'accuracy' | 'loss',
  rows: readonly MassiveRow[],
  fields: AblationFields,
): ChartFigure {
  const { mainFraction: fraction, shareMassive } = fields;
  const { massive, size } = fields.sweeps.find((sweep) => sweep.fraction === fraction)!;
  const bars = (name: string, role: Role, of: (row: MassiveRow) => number): Series => ({
    name,
    mark: 'bar',
    role,
    x: rows.map((row) => row.name),
    y: rows.map((row) => short(of(row))),
  });
  return {
    kind: 'chart',
    id: metric === 'accuracy' ? 'massive-units' : 'massive-units-text',
    title: metric === 'accuracy' ? 'Deficit owed to massive units' : 'Rise in loss owed to massive units',
    summary:
      `${count(massive)} of the ${count(size)} selected units are massive: among the three largest mean |activation| of their layer. ` +
      shareMassive,
    x: { label: 'Task', type: 'category' },
    y: deficitAxis(metric),
    series: [
      bars(`selected (${count(size)})`, 'selected', (row) => selectedOf(row, fraction).deficit),
      bars(`selected without massive (${count(size - massive)})`, 'condition-1', (row) => row.massive.without),
      bars(`massive alone (${count(massive)})`, 'condition-2', (row) => row.massive.alone),
    ],
  };
}
