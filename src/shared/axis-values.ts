/** What a figure's values say about its axes. */
import type { ChartFigure, MapFigure } from './figure';

/** Measured values of a logarithmic axis that still stand as ticks of their own. */
const MOST_MEASURED = 10;

/** Whether only integers mean something on an axis: rows and columns of a map, and whatever a chart counts. */
export function isIntegerAxis(figure: ChartFigure | MapFigure, axis: 'x' | 'y'): boolean {
  if (figure.kind === 'map') return true;
  if (figure[axis].type !== 'linear') return false;
  const values = numbersOf(figure, axis);
  return values.length > 0 && values.every(Number.isInteger);
}

/** The few x at which a chart with a logarithmic x axis was measured, ascending; none where they are many. */
export function measuredTicks(figure: ChartFigure | MapFigure): readonly number[] {
  if (figure.kind === 'map' || figure.x.type !== 'log') return [];
  const values = [...new Set(numbersOf(figure, 'x'))].filter((value) => value > 0).sort((a, b) => a - b);
  return values.length > MOST_MEASURED ? [] : values;
}

/** Distinct categories of a chart's x axis in order of appearance; none for an axis of numbers. */
export function categoriesOf(figure: ChartFigure | MapFigure): string[] {
  if (figure.kind === 'map' || figure.x.type !== 'category') return [];
  return [...new Set(figure.series.flatMap((series) => series.x.map(String)))];
}

/** From the lowest to the highest value on an axis; a y axis is taken to hold 0. */
export function spanOf(figure: ChartFigure | MapFigure, axis: 'x' | 'y'): number {
  if (figure.kind === 'map') return (axis === 'x' ? figure.columns : figure.rows) - 1;
  const values = numbersOf(figure, axis);
  if (axis === 'y') values.push(0);
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  return values.reduce((a, b) => Math.max(a, b), -Infinity) - low;
}

function numbersOf({ series }: ChartFigure, axis: 'x' | 'y'): number[] {
  const all = series.flatMap(({ x, y, low, high }): readonly unknown[] =>
    axis === 'x' ? x : [...y, ...(low ?? []), ...(high ?? [])],
  );
  return all.filter((value) => typeof value === 'number');
}
