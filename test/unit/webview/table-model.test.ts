import { describe, expect, it } from 'vitest';
import { cellText, nextSort, sortRows } from '../../../webview/table-model';

const rows = [
  ['unit 10', 3],
  ['unit 9', null],
  ['unit 2', 7],
  ['unit 1', 3],
] as const;

describe('a table', () => {
  it('keeps the given order until a column is chosen', () => {
    expect(sortRows(rows, undefined)).toBe(rows);
  });

  it('sorts numbers by value with missing ones last, and keeps the order of equals', () => {
    const first = (direction: 'ascending' | 'descending'): unknown[] =>
      sortRows(rows, { column: 1, direction }).map(([name]) => name);
    expect(first('ascending')).toEqual(['unit 10', 'unit 1', 'unit 2', 'unit 9']);
    expect(first('descending')).toEqual(['unit 2', 'unit 10', 'unit 1', 'unit 9']);
  });

  it('sorts texts with their numbers as numbers', () => {
    expect(sortRows(rows, { column: 0, direction: 'ascending' }).map(([name]) => name)).toEqual([
      'unit 1',
      'unit 2',
      'unit 9',
      'unit 10',
    ]);
  });

  it('begins with the largest number, the first text, and turns on the second press', () => {
    expect(nextSort(undefined, 1, 'number')).toEqual({ column: 1, direction: 'descending' });
    expect(nextSort({ column: 1, direction: 'descending' }, 1, 'number')).toEqual({
      column: 1,
      direction: 'ascending',
    });
    expect(nextSort({ column: 1, direction: 'descending' }, 0, 'text')).toEqual({ column: 0, direction: 'ascending' });
  });

  it('shows a missing value as a dash and numbers to the column’s digits', () => {
    expect(cellText(null, { label: 'p', type: 'number' })).toBe('–');
    expect(cellText(8.672453, { label: 't', type: 'number', digits: 4 })).toBe('8.672');
    expect(cellText(123456789, { label: 'n', type: 'number' })).toBe('123456789');
  });
});
