/** Under a cloud: the points inside a lasso or a box, as a table to sort, copy and save. */
import type { CloudFigure, Grouping } from '../src/shared/figure';
import { toCsv, type FigureTable } from '../src/shared/csv';
import { count, counted } from '../src/shared/words';
import { button } from './controls';
import { element } from './dom';
import type { Host } from './host';
import { tableView } from './table';

/**
 * @param points indices into the figure
 * @param clear takes the selection back
 */
export function selectionView(
  figure: CloudFigure,
  grouping: Grouping,
  points: readonly number[],
  host: Host,
  clear: () => void,
): HTMLElement {
  const title = `${counted(points.length, figure.noun)} selected`;
  const table = selectionTable(figure, grouping, points);
  const ids = points.map((i) => figure.ids[i]!).join('\n');
  const copy = button({
    label: 'Copy ids',
    describe: `Copy ids of ${title}`,
    onPress: () => host.send({ type: 'copy', text: ids, what: `${counted(points.length, `${figure.noun} id`)}` }),
  });
  const save = button({
    label: 'Save CSV',
    describe: `Save CSV of ${title}`,
    onPress: () => host.send({ type: 'saveCsv', name: `${figure.id}-selection`, text: toCsv(table) }),
  });
  return element(
    'section',
    { class: 'selection', 'aria-label': `Selection in ${figure.title}` },
    element('p', { role: 'status' }, element('strong', {}, title), ` · ${perGroup(grouping, points)}`),
    tableView({
      table,
      caption: `${title} in ${figure.title}`,
      tools: [copy, save, button({ label: 'Clear selection', onPress: clear })],
      host,
      state: {},
      remember: () => undefined,
    }),
  );
}

function selectionTable(figure: CloudFigure, grouping: Grouping, points: readonly number[]): FigureTable {
  return {
    columns: [
      { label: figure.noun, type: 'number' },
      { label: grouping.name, type: 'text' },
      { label: 'About', type: 'text' },
    ],
    rows: points.map((i) => [figure.ids[i]!, grouping.groups[grouping.of[i]!]!, figure.text[i]!]),
  };
}

/** "lobe 1: 12, lobe 3: 2", the largest first. */
function perGroup({ groups, of }: Grouping, points: readonly number[]): string {
  const counts = new Map<number, number>();
  for (const i of points) counts.set(of[i]!, (counts.get(of[i]!) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([group, n]) => `${groups[group]!}: ${count(n)}`)
    .join(', ');
}
