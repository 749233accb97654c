/** Figures as tables: the accessible alternative to a picture, and what an export holds. */
import type {
  ChartFigure,
  CloudFigure,
  Figure,
  MapFigure,
  Series,
  SpaceFigure,
  TableColumn,
  TableFigure,
} from './figure';
import { cellColumns, ownCells, type Matrix } from './map-cells';
import { parallelogramTable } from './parallelogram-table';

type Cell = number | string | null;
export type FigureTable = Pick<TableFigure, 'columns' | 'rows'>;

/**
 * The numbers of a figure. A chart gives one row per x with a column per series (and its interval), or, where a series
 * repeats an x or names its points, one row per point; a map gives one row per cell of `matrix`, or of its own aggregation without it;
 * a parallelogram one row per two pairs that can be chosen.
 */
export function figureTable(figure: Figure, matrix?: Matrix): FigureTable {
  if (figure.kind === 'table') return { columns: figure.columns, rows: figure.rows };
  if (figure.kind === 'map') return mapTable(figure, matrix);
  if (figure.kind === 'space') return spaceTable(figure);
  if (figure.kind === 'cloud') return cloudTable(figure);
  if (figure.kind === 'parallelogram') return parallelogramTable(figure);
  const unique = figure.series.every((series) => new Set(series.x).size === series.x.length);
  return unique && !hasNames(figure) ? wideTable(figure) : longTable(figure);
}

/** RFC 4180 with a header row and `\n`; numbers at full precision, `null` empty. */
export function toCsv(table: FigureTable): string {
  const line = (cells: readonly Cell[]): string => cells.map(csvCell).join(',');
  return `${[table.columns.map((column) => column.label), ...table.rows].map(line).join('\n')}\n`;
}

/** Tab-separated, as spreadsheets take it from the clipboard; tabs and line breaks inside a cell become spaces. */
export function toTsv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => row.map((cell) => String(cell ?? '').replace(/[\t\r\n]+/g, ' ')).join('\t')).join('\n');
}

function csvCell(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function wideTable(figure: ChartFigure): FigureTable {
  const xs = [...new Set(figure.series.flatMap((series) => series.x))];
  if (figure.x.type !== 'category') xs.sort((a, b) => Number(a) - Number(b));
  const columns: TableColumn[] = [xColumn(figure)];
  const values: ((x: number | string) => Cell)[] = [(x) => x];
  for (const series of figure.series) {
    const row = new Map(series.x.map((x, i) => [x, i]));
    const label = figure.series.length === 1 ? figure.y.label : series.name;
    for (const part of parts(series)) {
      columns.push(numeric(`${label}${part.suffix}`));
      values.push((x) => part.values[row.get(x) ?? -1] ?? null);
    }
  }
  return { columns, rows: xs.map((x) => values.map((value) => value(x))) };
}

function longTable(figure: ChartFigure): FigureTable {
  const intervals = figure.series.some((series) => series.low !== undefined);
  const columns: TableColumn[] = [{ label: 'Series', type: 'text' }, xColumn(figure), numeric(figure.y.label)];
  if (intervals) columns.push(numeric('low'), numeric('high'));
  if (hasNames(figure)) columns.push({ label: 'Name', type: 'text' });
  const rows = figure.series.flatMap((series) =>
    series.x.map((x, i) => [
      series.name,
      x,
      series.y[i] ?? null,
      ...(intervals ? [series.low?.[i] ?? null, series.high?.[i] ?? null] : []),
      ...(hasNames(figure) ? [series.labels?.[i] ?? null] : []),
    ]),
  );
  return { columns, rows };
}

/** Whether names stand beside points. */
function hasNames({ series }: ChartFigure): boolean {
  return series.some(({ labels }) => labels !== undefined);
}

function spaceTable({ value, x, y, z, values, names, text }: SpaceFigure): FigureTable {
  const named: TableColumn = { label: 'Name', type: 'text' };
  return {
    columns: [named, numeric('x'), numeric('y'), numeric('z'), numeric(value), { label: 'About', type: 'text' }],
    rows: names.map((name, i) => [name, x[i]!, y[i]!, z[i]!, values[i]!, text[i]!]),
  };
}

/** A row per point: id, text, its place in every layout, its group in every grouping. */
function cloudTable({ noun, ids, text, layouts, groupings }: CloudFigure): FigureTable {
  const places = layouts.flatMap(({ name, axes, x, y, z }) =>
    [x, y, ...(z === undefined ? [] : [z])].map((values, i) => ({
      column: numeric(`${name}: ${axes[i] ?? 'xyz'[i]!}`),
      values,
    })),
  );
  const columns: TableColumn[] = [
    whole(noun),
    { label: 'About', type: 'text' },
    ...groupings.map(({ name }): TableColumn => ({ label: name, type: 'text' })),
    ...places.map(({ column }) => column),
  ];
  const rows = ids.map((id, i): Cell[] => [
    id,
    text[i]!,
    ...groupings.map(({ groups, of }) => groups[of[i]!] ?? null),
    ...places.map(({ values }) => values[i]!),
  ]);
  return { columns, rows };
}

function mapTable(figure: MapFigure, matrix?: Matrix): FigureTable {
  const y = whole(figure.y.label);
  const { label: x } = figure.x;
  if (matrix !== undefined || figure.step === 1) {
    const { data, columns } = matrix ?? { data: figure.min, columns: figure.columns };
    const rows = Array.from(data, (value, i): Cell[] => [Math.floor(i / columns), i % columns, finite(value)]);
    return { columns: [y, whole(x), numeric(figure.value)], rows };
  }
  const cells = ownCells(figure);
  const rows = figure.min.map((min, i): Cell[] => {
    const [first, last] = cellColumns(cells, i % cells.count);
    return [Math.floor(i / cells.count), first, last, min, figure.max[i] ?? null];
  });
  const extremes = [numeric(`${figure.value} minimum`), numeric(`${figure.value} maximum`)];
  return { columns: [y, whole(`${x} from`), whole(`${x} to`), ...extremes], rows };
}

function parts(series: Series): { suffix: string; values: readonly (number | null)[] }[] {
  const interval = series.interval === undefined ? '' : ` (${series.interval})`;
  return [
    { suffix: '', values: series.y },
    ...(series.low ? [{ suffix: ` low${interval}`, values: series.low }] : []),
    ...(series.high ? [{ suffix: ` high${interval}`, values: series.high }] : []),
  ];
}

function xColumn(figure: ChartFigure): TableColumn {
  return figure.x.type === 'category' ? { label: figure.x.label, type: 'text' } : numeric(figure.x.label);
}

function numeric(label: string): TableColumn {
  return { label, type: 'number', digits: 6 };
}

function whole(label: string): TableColumn {
  return { label, type: 'number' };
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
