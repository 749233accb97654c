/** Results of one analysis side by side: their curves in one plot, their numbers and settings in tables. */
import type { Axis, ChartFigure, Figure, Role, Series, TableFigure } from './figure';
import type { ResultFile } from './result';
import { capitalised } from './words';

/** One of the results that are compared. */
export interface Compared {
  /** Told apart by it: unique among them. */
  readonly name: string;
  readonly result: ResultFile;
  readonly figures: readonly Figure[];
}

/** Colours of the results, in their order. */
const ROLES: readonly Role[] = [
  'condition-1',
  'condition-2',
  'condition-3',
  'condition-4',
  'selected',
  'control-1',
  'control-2',
  'control-3',
];
/** How many results can be told apart in one plot. */
export const MOST_COMPARED = ROLES.length;

/** Nested fields of a result that are compared: `best.score`, not deeper. */
const DEEPEST = 2;

/**
 * The figures of a comparison: for every chart that at least two results have, their own curves in one plot; then the
 * numbers that differ, with the difference from the first result; then the settings that differ.
 * @param results two to eight, of one analysis
 */
export function comparisonFigures(results: readonly Compared[]): Figure[] {
  const ids = new Set(results.flatMap(({ figures }) => figures.filter(isChart).map(({ id }) => id)));
  const charts = [...ids].flatMap((id) => overlaid(id, results) ?? []);
  return [...charts, numbersTable(results), settingsTable(results)];
}

function isChart(figure: Figure): figure is ChartFigure {
  return figure.kind === 'chart';
}

function overlaid(id: string, results: readonly Compared[]): ChartFigure | undefined {
  const parts = results.flatMap(({ name, figures }, i) => {
    const chart = figures.filter(isChart).find((figure) => figure.id === id);
    const own = chart && ownSeries(chart);
    return own === undefined ? [] : [{ name, role: ROLES[i]!, chart: chart!, own }];
  });
  const [first] = parts;
  if (first === undefined || parts.length < 2) return undefined;
  const same = parts.filter(({ chart }) => chart.x.type === first.chart.x.type && chart.y.type === first.chart.y.type);
  if (same.length < 2) return undefined;
  const { title, x, y } = first.chart;
  return {
    kind: 'chart',
    id,
    title,
    summary: `${capitalised(first.own.name)}: ${same.map(({ name }) => name).join(', ')}.`,
    x: withoutRange(x),
    y: withoutRange(y),
    series: same.map(({ name, role, own }) => curve(own, name, role, x.type)),
  };
}

/** The series of the result itself, else the first that is drawn as a curve or bars. */
function ownSeries({ series }: ChartFigure): Series | undefined {
  return series.find(({ role }) => role === 'selected') ?? series.find(({ mark }) => mark !== 'points');
}

/** Bars over numbers would hide each other: they become curves. */
function curve(own: Series, name: string, role: Role, axis: Axis['type']): Series {
  const { mark, x, y, low, high, interval } = own;
  const drawn = mark === 'bar' && axis !== 'category' ? 'line' : mark;
  const ends = low !== undefined && high !== undefined && drawn !== 'line' ? { low, high } : {};
  return { name, role, mark: drawn, x, y, ...ends, ...(interval !== undefined && { interval }) };
}

/** Each result had the range of its own numbers. */
function withoutRange({ label, type }: Axis): Axis {
  return { label, type };
}

function numbersTable(results: readonly Compared[]): TableFigure {
  const [first, ...others] = results.map(({ result }) => numbersOf(result.result));
  const keys = [...new Set([first!, ...others].flatMap((numbers) => [...numbers.keys()]))];
  const rows = keys
    .map((key) => {
      const values = [first!, ...others].map((numbers) => numbers.get(key) ?? null);
      const differences = values.slice(1).map((value) => difference(value, values[0]!));
      return { values, row: [key, ...values, ...differences] };
    })
    .filter(({ values }) => values.filter((value) => value !== null).length > 1 && new Set(values).size > 1)
    .map(({ row }) => row);
  const names = results.map(({ name }) => name);
  return {
    kind: 'table',
    id: 'differences',
    title: 'Numbers that differ',
    summary: `${rows.length} numbers differ between the results; differences are from ${names[0]}.`,
    columns: [
      { label: 'Number', type: 'text' },
      ...names.map((label) => ({ label, type: 'number', digits: 5 }) as const),
      ...names.slice(1).map((name) => ({ label: `${name} − ${names[0]}`, type: 'number', digits: 4 }) as const),
    ],
    rows,
  };
}

function difference(value: number | null, from: number | null): number | null {
  return value === null || from === null ? null : value - from;
}

/** `best.score` → 0.31, for every number of a result that is no part of a list. */
function numbersOf(fields: Readonly<Record<string, unknown>>, prefix = '', depth = 1): Map<string, number> {
  const found = new Map<string, number>();
  for (const [key, value] of Object.entries(fields)) {
    if (typeof value === 'number') found.set(prefix + key, value);
    if (depth < DEEPEST && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const inner of numbersOf(value as Record<string, unknown>, `${prefix}${key}.`, depth + 1))
        found.set(...inner);
    }
  }
  return found;
}

function settingsTable(results: readonly Compared[]): TableFigure {
  const specs = results.map(
    ({ result }) => ({ ...result.spec, seed: result.provenance.seed }) as Record<string, unknown>,
  );
  const keys = [...new Set(specs.flatMap((spec) => Object.keys(spec)))];
  const rows = keys
    .map((key) => [key, ...specs.map((spec) => shown(spec[key]))])
    .filter(([, ...values]) => new Set(values).size > 1);
  return {
    kind: 'table',
    id: 'settings',
    title: 'Settings that differ',
    summary: rows.length === 0 ? 'All settings are the same.' : `${rows.length} settings differ between the results.`,
    columns: [
      { label: 'Setting', type: 'text' },
      ...results.map(({ name }) => ({ label: name, type: 'text' }) as const),
    ],
    rows,
  };
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
