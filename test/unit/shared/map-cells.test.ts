import { describe, expect, it } from 'vitest';
import { aggregate, cellColumns, cellValue, type Matrix } from '../../../src/shared/map-cells';

function matrix(rows: number, columns: number): Matrix {
  const data = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * 12.9898) * 10);
  return { data, rows, columns };
}

describe('cells of a map', () => {
  it('are single columns where there are enough pixels', () => {
    const full = matrix(3, 7);
    const cells = aggregate(full, 0, 7, 100);
    expect([cells.step, cells.count, cells.start, cells.end]).toEqual([1, 7, 0, 7]);
    expect([...Array.from(cells.min)]).toEqual([...full.data]);
    expect([...Array.from(cells.max)]).toEqual([...full.data]);
  });

  it('hold the minimum and maximum of their columns, the last cell of what is left', () => {
    const full = matrix(2, 10);
    const cells = aggregate(full, 0, 10, 3);
    expect([cells.step, cells.count]).toEqual([4, 3]);
    for (let row = 0; row < 2; row++) {
      for (let i = 0; i < 3; i++) {
        const own = full.data.slice(row * 10 + 4 * i, row * 10 + Math.min(10, 4 * i + 4));
        expect(cells.min[row * 3 + i]).toBe(Math.min(...own));
        expect(cells.max[row * 3 + i]).toBe(Math.max(...own));
      }
    }
    expect(cellColumns(cells, 0)).toEqual([0, 3]);
    expect(cellColumns(cells, 2)).toEqual([8, 9]);
  });

  it('do not move when the window does', () => {
    const full = matrix(1, 1000);
    const all = aggregate(full, 0, 1000, 250);
    const part = aggregate(full, 401, 1000, 150);
    expect([part.step, part.start]).toEqual([4, 400]);
    expect(part.max[0]).toBe(all.max[100]);
  });

  it('cover what is visible and no more than there is', () => {
    const cells = aggregate(matrix(1, 50), -30, 12.5, 1000);
    expect([cells.start, cells.end]).toEqual([0, 13]);
    expect(aggregate(matrix(1, 50), 90, 99, 10)).toMatchObject({ start: 49, end: 50, count: 1 });
  });

  it('leave values that are not numbers out, and are empty where there is nothing else', () => {
    const cells = aggregate({ data: Float32Array.of(NaN, 2, NaN, NaN), rows: 1, columns: 4 }, 0, 4, 2);
    expect(cellValue(cells, 0, 'diverging')).toBe(2);
    expect(cellValue(cells, 1, 'diverging')).toBeNull();
  });

  it('take their colour from the extreme by magnitude, or from the maximum on a sequential scale', () => {
    const cells = { start: 0, step: 2, count: 3, rows: 1, end: 6, min: [-5, -1, null], max: [3, 4, null] };
    expect([0, 1, 2].map((i) => cellValue(cells, i, 'diverging'))).toEqual([-5, 4, null]);
    expect([0, 1, 2].map((i) => cellValue(cells, i, 'sequential'))).toEqual([3, 4, null]);
  });
});
