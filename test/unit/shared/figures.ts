import type { ChartFigure, MapFigure, TableFigure } from '../../../src/shared/figure';

/** Bars with whiskers, a band with a gap, points, a marker on each axis. */
export const chart: ChartFigure = {
  kind: 'chart',
  id: 'chart',
  title: 'A <chart>',
  summary: 'Shows & tells.',
  x: { label: 'Layer', type: 'linear' },
  y: { label: 'Units', type: 'linear' },
  series: [
    {
      name: 'Selected',
      mark: 'bar',
      role: 'selected',
      x: [0, 1, 2],
      y: [3, null, 5],
      low: [2, null, 4.5],
      high: [5, null, 6],
    },
    {
      name: 'Random',
      mark: 'band',
      role: 'control-1',
      x: [0, 1, 2, 3],
      y: [1, 2, null, 4],
      low: [0, 1, null, 3],
      high: [2, 3, null, 5],
      interval: 'range of 10 seeds',
    },
    { name: 'Points', mark: 'points', role: 'condition-3', x: [0, 2], y: [1, 2] },
  ],
  markers: [
    { axis: 'x', value: 1.5, label: 'cut' },
    { axis: 'y', value: 2, label: 'even' },
  ],
};

export const map: MapFigure = {
  kind: 'map',
  id: 'map',
  title: 'A map',
  summary: 'Two rows.',
  x: { label: 'Unit', type: 'linear' },
  y: { label: 'Layer', type: 'linear' },
  value: 't',
  rows: 2,
  columns: 5,
  step: 2,
  min: [-9, 1, 2, 0, -1, null],
  max: [3, 4, 2, 7, 0.5, null],
  scale: 'diverging',
  range: [-10, 10],
  array: 't.npy',
};

export const table: TableFigure = {
  kind: 'table',
  id: 'table',
  title: 'A table',
  summary: 'Two rows.',
  columns: [
    { label: 'Name, given', type: 'text' },
    { label: 'Value', type: 'number', digits: 3 },
  ],
  rows: [
    ['say "a"', 1.23456],
    ['two\nlines', null],
  ],
};
