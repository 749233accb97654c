import { UserError } from '../../shared/errors';
import type { Manifest } from '../../shared/manifest';
import { counted } from '../../shared/words';
import { numericColumn } from '../formats/numeric';
import { isArrayFile, readArray } from './arrays';
import type { BrainDataset } from './dataset';
import { readLayout, requireColumn, textColumn } from './layout';
import { fileOf, firstFive } from './reading';
import type { Reading } from './reading';

type Nuisance = NonNullable<Manifest['nuisance']>;

/** Which rows of the responses the predictors belong to. */
export interface NuisanceRows {
  /** Id of each row, where rows are stimuli. */
  readonly ids?: readonly string[];
  /** The stimuli's id column: a file of predictors that has one of this name is joined by it. */
  readonly idColumn?: string;
  /** For rows of the responses, the row of the stimulus file (or scan) that each one is. */
  readonly kept: readonly number[];
  /** Rows that a file without ids must have. */
  readonly total: number;
  /** The table that predictors without a file of their own are columns of. */
  readonly fallback?: string;
}

/**
 * Low-level predictors of every row, f64 [rows, columns]. Missing values become the mean of their column, with a warning
 * that counts them.
 * @throws UserError for files of another length, ids without predictors, and columns that are all missing
 */
export async function readNuisance(
  reading: Reading,
  nuisance: Nuisance,
  rows: NuisanceRows,
): Promise<NonNullable<BrainDataset['nuisance']>> {
  const { columns } = nuisance;
  const series = await columnsOf(reading, nuisance, rows);
  const n = rows.kept.length;
  const data = new Float64Array(n * columns.length);
  series.forEach((values, c) => {
    const filled = fillMissing(reading, values, columns[c]!);
    filled.forEach((value, row) => {
      data[row * columns.length + c] = value;
    });
  });
  return { columns, data };
}

/** One array of values per predictor, a value per row of the responses. */
async function columnsOf(reading: Reading, nuisance: Nuisance, rows: NuisanceRows): Promise<Float64Array[]> {
  const { columns, files } = nuisance;
  if (files === undefined) {
    const file = nuisance.file === undefined ? rows.fallback : fileOf(reading, nuisance.file, 'nuisance');
    if (file === undefined) throw new UserError('nuisance has no file', 'Name one.');
    return await fileColumns(file, nuisance, columns, rows);
  }
  const all: Float64Array[] = [];
  for (const path of files) {
    const file = fileOf(reading, path, 'nuisance');
    const left = columns.slice(all.length);
    all.push(...(await fileColumns(file, nuisance, left, rows, true)));
  }
  if (all.length === columns.length) return all;
  throw new UserError(
    `The files of nuisance have ${all.length} columns together, but ${columns.length} are named`,
    'Name each column once, in the order of the files.',
  );
}

/** @param several whether names that are left may belong to further files */
async function fileColumns(
  file: string,
  nuisance: Nuisance,
  names: readonly string[],
  rows: NuisanceRows,
  several = false,
): Promise<Float64Array[]> {
  if (isArrayFile(file)) return await arrayColumns(file, names, rows, several);
  const headerless = nuisance.header === false;
  const layout =
    headerless && several ? { ...nuisance, columns: names.slice(0, await widthOf(file, nuisance)) } : nuisance;
  const table = await readLayout(file, layout);
  const wanted = several ? names.filter((name) => table.columns.includes(name)) : names;
  const shared = table.columns.find((column) => column === rows.idColumn);
  const id = nuisance.id ?? shared;
  const picks = pickRows(file, table.length, id === undefined ? undefined : textColumn(table, id), rows);
  return wanted.map((name) => {
    const values = numericColumn(table, requireColumn(table, name));
    return Float64Array.from(picks, (row) => values[row]!);
  });
}

async function widthOf(file: string, nuisance: Nuisance): Promise<number> {
  return (await readLayout(file, { separator: nuisance.separator, header: true })).columns.length;
}

async function arrayColumns(
  file: string,
  names: readonly string[],
  rows: NuisanceRows,
  several: boolean,
): Promise<Float64Array[]> {
  const { data, shape } = await readArray(file, undefined, rows.total);
  const width = shape[1] ?? 1;
  if (width > names.length || (!several && width < names.length)) {
    throw new UserError(`${file} has ${counted(width, 'column')}, but ${names.length} are named`, 'Name each one.');
  }
  const picks = pickRows(file, shape[0]!, undefined, rows);
  return Array.from({ length: width }, (_, c) => Float64Array.from(picks, (row) => data[row * width + c]!));
}

/** For every row of the responses, the row of the file. */
function pickRows(
  file: string,
  length: number,
  ids: readonly string[] | undefined,
  rows: NuisanceRows,
): readonly number[] {
  if (ids === undefined) {
    if (length === rows.total) return rows.kept;
    throw new UserError(
      `${file} has ${counted(length, 'row')} of nuisance predictors, where ${rows.total} are needed`,
      'Without nuisance.id they go by order and must be as many.',
    );
  }
  if (rows.ids === undefined) throw new UserError('nuisance.id joins stimuli, but rows are scans', 'Remove it.');
  const index = new Map(ids.map((id, row) => [id, row]));
  const lonely = rows.ids.filter((id) => !index.has(id));
  if (lonely.length === 0) return rows.ids.map((id) => index.get(id)!);
  throw new UserError(
    `${counted(lonely.length, 'row')} without predictors in ${file}: ${firstFive(lonely)}`,
    `Ids there are: ${firstFive(ids)}.`,
  );
}

function fillMissing(reading: Reading, values: Float64Array, column: string): Float64Array {
  const there = values.filter(Number.isFinite);
  if (there.length === values.length) return values;
  if (there.length === 0)
    throw new UserError(`Nuisance predictor "${column}" has no values`, 'Leave it out of nuisance.columns.');
  const mean = there.reduce((sum, value) => sum + value, 0) / there.length;
  reading.warnings.push(
    `${counted(values.length - there.length, 'missing value')} of the nuisance predictor "${column}" replaced by its mean over ${there.length} rows.`,
  );
  return values.map((value) => (Number.isFinite(value) ? value : mean));
}
