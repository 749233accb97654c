/** A map at some resolution: which columns it covers and the extremes in each cell. */
import type { MapFigure } from './figure';
import { formatNumber } from './ticks';

/** A full matrix, row-major, as it travels to the panel. */
export interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** `count` cells per row, cell i over columns start + i·step … (the last may be narrower). NaN = no finite value. */
export interface MapCells {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly rows: number;
  /** One past the last column covered. */
  readonly end: number;
  /** Row-major, rows × count. */
  readonly min: ArrayLike<number | null>;
  readonly max: ArrayLike<number | null>;
}

/** The resolution at which the figure itself was written. */
export function ownCells(figure: MapFigure): MapCells {
  const { rows, columns, step, min, max } = figure;
  return { start: 0, step, count: Math.ceil(columns / step), rows, end: columns, min, max };
}

/**
 * Minimum and maximum of neighbouring columns, so that no cell is drawn for less than a pixel.
 * @param from first column wanted, @param to one past the last; both are clamped to the matrix
 * @param pixels upper bound on the cells per row
 */
export function aggregate(matrix: Matrix, from: number, to: number, pixels: number): MapCells {
  const { data, rows, columns } = matrix;
  const first = Math.max(0, Math.min(columns - 1, Math.floor(from)));
  const end = Math.max(first + 1, Math.min(columns, Math.ceil(to)));
  const step = Math.max(1, Math.ceil((end - first) / Math.max(1, Math.floor(pixels))));
  // A cell's columns must not depend on where the window begins, or values would flicker while panning.
  const start = first - (first % step);
  const count = Math.ceil((end - start) / step);
  const min = new Float32Array(rows * count).fill(NaN);
  const max = new Float32Array(rows * count).fill(NaN);
  for (let row = 0; row < rows; row++) {
    for (let column = start; column < Math.min(columns, start + count * step); column++) {
      const value = data[row * columns + column]!;
      if (Number.isNaN(value)) continue;
      const cell = row * count + Math.floor((column - start) / step);
      if (!(min[cell]! <= value)) min[cell] = value;
      if (!(max[cell]! >= value)) max[cell] = value;
    }
  }
  return { start, step, count, rows, end: Math.min(columns, start + count * step), min, max };
}

/** What a colour bar says: the value's name and, where cells lie beyond the colours, the ends at which they are clipped. */
export function colourLabel({ value, range: [low, high], min, max }: MapFigure): string {
  // Cells are written with five digits, the range with all.
  const slack = 1e-4 * (high - low);
  const below = min.some((cell) => cell !== null && cell < low - slack);
  const above = max.some((cell) => cell !== null && cell > high + slack);
  if (!below && !above) return value;
  const ends = [...(below ? [low] : []), ...(above ? [high] : [])].map((end) => formatNumber(end, 3));
  const symmetric = below && above && low === -high;
  return `${value} (clipped at ${symmetric ? `±${formatNumber(high, 3)}` : ends.join(' and ')})`;
}

/** Columns of cell i: [first, last], both inclusive. */
export function cellColumns(cells: MapCells, i: number): readonly [number, number] {
  const first = cells.start + i * cells.step;
  return [first, Math.min(cells.end, first + cells.step) - 1];
}

/**
 * What a cell's colour shows: on a diverging scale the extreme of larger magnitude (ties go to the maximum), otherwise
 * the maximum; `null` where there is no value.
 */
export function cellValue(cells: MapCells, index: number, scale: MapFigure['scale']): number | null {
  const min = cells.min[index] ?? NaN;
  const max = cells.max[index] ?? NaN;
  if (Number.isNaN(max)) return Number.isNaN(min) ? null : min;
  return scale === 'diverging' && -min > Math.abs(max) ? min : max;
}
