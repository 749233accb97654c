/** A table that sorts, pages and copies. */
import { counted } from '../src/shared/words';
import { toTsv, type FigureTable } from '../src/shared/csv';
import { button, setDisabled } from './controls';
import { element } from './dom';
import type { Host } from './host';
import type { FigureState, Sort } from './state';
import { cellText, isLong, nextSort, PAGE, sortRows } from './table-model';

interface TableOptions {
  readonly table: FigureTable;
  readonly caption: string;
  /** Buttons beside "Copy table". */
  readonly tools?: readonly HTMLElement[];
  readonly host: Host;
  readonly state: FigureState;
  readonly remember: (changes: FigureState) => void;
}

/** The table with its controls. A selection copies as tab-separated values, the button copies all rows as sorted. */
export function tableView({ table, caption, tools = [], host, state, remember }: TableOptions): HTMLElement {
  let sort = valid(state.sort, table);
  let rows = sortRows(table.rows, sort);
  let page = Math.min(state.page ?? 0, Math.max(0, Math.ceil(rows.length / PAGE) - 1));

  const body = element('tbody');
  const classes = table.columns.map(({ type }, i) => (isLong(table, i) ? `${type} long` : type));
  const headers = table.columns.map((column, index) => {
    const control = element('button', { type: 'button', class: 'sort' }, column.label);
    control.addEventListener('click', () => {
      sort = nextSort(sort, index, column.type);
      rows = sortRows(table.rows, sort);
      page = 0;
      remember({ sort, page });
      show();
    });
    return element('th', { scope: 'col', class: column.type }, control);
  });
  const range = element('span', { role: 'status' });
  const turn = (by: number): void => {
    page += by;
    remember({ page });
    show();
    scroller.scrollTop = 0;
  };
  const previous = button({ label: 'Previous rows', onPress: () => turn(-1) });
  const next = button({ label: 'Next rows', onPress: () => turn(1) });
  const copy = button({ label: 'Copy table', onPress: () => copyAll() });

  function show(): void {
    headers.forEach((header, index) => {
      header.setAttribute('aria-sort', sort?.column === index ? sort.direction : 'none');
    });
    const shown = rows.slice(page * PAGE, (page + 1) * PAGE);
    body.replaceChildren(
      ...shown.map((row) =>
        element(
          'tr',
          {},
          ...row.map((cell, i) => element('td', { class: classes[i]! }, cellText(cell, table.columns[i]!))),
        ),
      ),
    );
    const last = page * PAGE + shown.length;
    range.textContent =
      rows.length > PAGE ? `Rows ${page * PAGE + 1}–${last} of ${rows.length}` : counted(rows.length, 'row');
    setDisabled(previous, page === 0);
    setDisabled(next, last >= rows.length);
  }

  function copyAll(): void {
    const text = toTsv([table.columns.map((column) => column.label), ...rows]);
    host.send({ type: 'copy', text, what: `${caption} (${counted(rows.length, 'row')})` });
  }

  const grid = element(
    'table',
    {},
    element('caption', { class: 'visually-hidden' }, caption),
    element('thead', {}, element('tr', {}, ...headers)),
    body,
  );
  const scroller = element('div', { class: 'scroller', tabindex: '0', role: 'group', 'aria-label': caption }, grid);
  grid.addEventListener('copy', (event) => copySelection(event, grid));
  show();
  const pager = rows.length > PAGE ? [previous, next] : [];
  return element(
    'div',
    { class: 'table' },
    scroller,
    element('div', { class: 'pager' }, copy, ...tools, ...pager, range),
  );
}

/** Whole selected cells as rows of tab-separated values; a selection inside one cell copies as it is. */
function copySelection(event: ClipboardEvent, grid: HTMLTableElement): void {
  const selection = document.getSelection();
  if (selection === null || event.clipboardData === null) return;
  const rows = [...grid.rows]
    .map((row) => [...row.cells].filter((cell) => selection.containsNode(cell, true)).map((cell) => cell.textContent))
    .filter((row) => row.length > 0);
  if (rows.flat().length < 2) return;
  event.preventDefault();
  event.clipboardData.setData('text/plain', toTsv(rows));
}

function valid(sort: Sort | undefined, table: FigureTable): Sort | undefined {
  return sort !== undefined && sort.column < table.columns.length ? sort : undefined;
}
