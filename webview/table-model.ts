import { formatNumber } from '../src/shared/ticks';
import type { TableColumn } from '../src/shared/figure';
import type { FigureTable } from '../src/shared/csv';
import type { Sort } from './state';

export type Row = FigureTable['rows'][number];

/** Rows that one page shows. */
export const PAGE = 200;

/** Rows in order of one column; equal ones keep their order, missing values come last either way. */
export function sortRows(rows: FigureTable['rows'], sort: Sort | undefined): FigureTable['rows'] {
  if (sort === undefined) return rows;
  const sign = sort.direction === 'ascending' ? 1 : -1;
  return rows.toSorted((a, b) => {
    const [left, right] = [a[sort.column] ?? null, b[sort.column] ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * compare(left, right);
  });
}

/** The next order when a header is pressed: numbers begin with the largest, texts with A. */
export function nextSort(sort: Sort | undefined, column: number, type: TableColumn['type']): Sort {
  const first = type === 'number' ? 'descending' : 'ascending';
  if (sort?.column !== column) return { column, direction: first };
  return { column, direction: sort.direction === 'ascending' ? 'descending' : 'ascending' };
}

/** What a cell shows: missing values as "–", numbers to the column's digits. */
export function cellText(cell: Row[number], column: TableColumn): string {
  if (cell === null) return '–';
  return typeof cell === 'number' ? formatNumber(cell, column.digits ?? 15) : cell;
}

/** Characters from which a text column is broken into lines. */
const LONG = 40;

/** Whether a column holds texts to be read, which break into lines. */
export function isLong({ columns, rows }: FigureTable, column: number): boolean {
  return columns[column]!.type === 'text' && rows.some((row) => String(row[column] ?? '').length > LONG);
}

/** About how many characters a table is across with nothing broken, gaps included. */
export function tableWidth(table: FigureTable): number {
  const gap = 4;
  return table.columns.reduce((sum, column, i) => {
    const widest = table.rows.reduce((most, row) => Math.max(most, cellText(row[i] ?? null, column).length), 0);
    return sum + gap + Math.max(column.label.length, widest);
  }, 0);
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}
