import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { figureTable, toCsv, toTsv } from '../../../src/shared/csv';
import { chart, map, table } from './figures';

describe('figures as tables', () => {
  it('a chart has one row per x and a column per series and end of its interval', () => {
    const { columns, rows } = figureTable(chart);
    expect(columns.map((column) => column.label)).toEqual([
      'Layer',
      'Selected',
      'Selected low',
      'Selected high',
      'Random',
      'Random low (range of 10 seeds)',
      'Random high (range of 10 seeds)',
      'Points',
    ]);
    expect(rows).toEqual([
      [0, 3, 2, 5, 1, 0, 2, 1],
      [1, null, null, null, 2, 1, 3, null],
      [2, 5, 4.5, 6, null, null, null, 2],
      [3, null, null, null, 4, 3, 5, null],
    ]);
  });

  it('a chart whose series repeat an x has one row per point', () => {
    const cloud = { ...chart, series: [{ ...chart.series[2]!, x: [1, 1], y: [4, 5] }] };
    expect(figureTable(cloud).rows).toEqual([
      ['Points', 1, 4],
      ['Points', 1, 5],
    ]);
  });

  it('series over different bins are joined in the order of x', () => {
    const bars = (name: string, x: number[]): (typeof chart.series)[number] => ({ ...chart.series[2]!, name, x, y: x });
    const joined = figureTable({ ...chart, series: [bars('right', [3, 4]), bars('left', [1, 2])] });
    expect(joined.rows.map(([x]) => x)).toEqual([1, 2, 3, 4]);
  });

  it('an aggregated map says which columns a cell covers', () => {
    expect(figureTable(map).rows).toEqual([
      [0, 0, 1, -9, 3],
      [0, 2, 3, 1, 4],
      [0, 4, 4, 2, 2],
      [1, 0, 1, 0, 7],
      [1, 2, 3, -1, 0.5],
      [1, 4, 4, null, null],
    ]);
  });

  it('with its array a map has one row per value', () => {
    const data = Float32Array.of(1, 2, 3, 4, NaN, 6, 7, 8, 9, 10);
    const { columns, rows } = figureTable(map, { data, rows: 2, columns: 5 });
    expect(columns.map((column) => column.label)).toEqual(['Layer', 'Unit', 't']);
    expect(rows).toHaveLength(10);
    expect(rows[4]).toEqual([0, 4, null]);
    expect(rows[7]).toEqual([1, 2, 8]);
  });

  it('CSV is read back as it was by an independent reader', () => {
    const text = toCsv(figureTable(table));
    expect(parse(text)).toEqual([
      ['Name, given', 'Value'],
      ['say "a"', '1.23456'],
      ['two\nlines', ''],
    ]);
  });

  it('TSV keeps one line per row', () => {
    expect(toTsv(table.rows)).toBe('say "a"\t1.23456\ntwo lines\t');
  });
});
