import { UserError } from '../../shared/errors';
import type { Manifest } from '../../shared/manifest';
import { numericColumn } from '../formats/numeric';
import type { Table } from '../tables';
import { readLayout, requireColumn, textColumn } from './layout';
import { keyOf } from './response-matrix';
import type { Block } from './response-matrix';

/** A file of responses and what its name says. */
export interface SourceFile {
  readonly file: string;
  readonly subject: string | undefined;
  readonly run: string | undefined;
}

type Responses = Manifest['responses'];

/** Columns of a table that are no units though they be numeric. */
const NEVER_UNITS = ['index', 'Unnamed: 0', ''];

/**
 * Reads one table of responses, wide (a column per unit) or long (a value per row).
 * @throws UserError for columns that are not there and text where numbers should be (row and column)
 */
export async function readResponseTable(source: SourceFile, responses: Responses): Promise<Block> {
  const table = await readLayout(source.file, responses);
  if (table.length === 0) throw new UserError(`${source.file} holds no rows`, 'It needs one row per stimulus or scan.');
  return responses.unit === undefined ? wideBlock(table, source, responses) : longBlock(table, source, responses);
}

/** Labels of each row by the manifest's columns; by the file's name where that gives them. */
function labelsOf(table: Table, source: SourceFile, responses: Responses) {
  const byName = responses.files !== undefined;
  const column = (named: string | undefined): string[] | undefined =>
    named === undefined ? undefined : textColumn(table, named);
  return {
    ids: column(responses.id),
    subjects: byName ? undefined : column(responses.subject),
    runs: byName ? undefined : column(responses.run),
    repetitions: column(responses.repetition),
    subject: source.subject ?? '',
    run: source.run ?? '',
  };
}

function wideBlock(table: Table, source: SourceFile, responses: Responses): Block {
  const labels = labelsOf(table, source, responses);
  const columns = unitColumns(table, responses);
  const number = counter();
  const rowKeys: string[] = [];
  const units = new Map<string, number>();
  const row = new Int32Array(table.length * columns.length);
  const unit = new Int32Array(row.length);
  const values = new Float64Array(row.length);
  const numbers = columns.map((column) => numericColumn(table, column));
  const repetition = labels.repetitions && new Array<string>(row.length);
  for (let r = 0; r < table.length; r++) {
    const subject = labels.subjects?.[r] ?? labels.subject;
    const run = labels.runs?.[r] ?? labels.run;
    const inOrder = keyOf(run, subject, labels.repetitions?.[r] ?? '');
    rowKeys.push(
      labels.ids === undefined
        ? keyOf(run, String(number(inOrder)))
        : keyOf('', named(table, labels.ids, r, responses)),
    );
    columns.forEach((column, c) => {
      const key = keyOf(subject, column);
      if (!units.has(key)) units.set(key, units.size);
      const i = r * columns.length + c;
      row[i] = r;
      unit[i] = units.get(key)!;
      values[i] = numbers[c]![r]!;
      if (repetition) repetition[i] = labels.repetitions![r]!;
    });
  }
  return {
    file: table.file,
    rowKeys,
    unitKeys: [...units.keys()],
    row,
    unit,
    values,
    lags: 1,
    ...(repetition && { repetition }),
  };
}

function longBlock(table: Table, source: SourceFile, responses: Responses): Block {
  const labels = labelsOf(table, source, responses);
  const names = textColumn(table, responses.unit!);
  const values = numericColumn(table, requireColumn(table, responses.value!));
  const number = counter();
  const units = new Map<string, number>();
  const unit = new Int32Array(table.length);
  const rowKeys = names.map((name, r) => {
    if (name === '') {
      throw new UserError(`${table.file}, ${table.place(r)}, column "${responses.unit}" is empty`, 'Name the unit.');
    }
    const subject = labels.subjects?.[r] ?? labels.subject;
    const run = labels.runs?.[r] ?? labels.run;
    const key = keyOf(subject, name);
    if (!units.has(key)) units.set(key, units.size);
    unit[r] = units.get(key)!;
    if (labels.ids !== undefined) return keyOf('', named(table, labels.ids, r, responses));
    return keyOf(run, String(number(keyOf(run, key, labels.repetitions?.[r] ?? ''))));
  });
  const row = Int32Array.from(names, (_, r) => r);
  const repetition = labels.repetitions;
  return {
    file: table.file,
    rowKeys,
    unitKeys: [...units.keys()],
    row,
    unit,
    values,
    lags: 1,
    ...(repetition && { repetition }),
  };
}

/** The columns that are units: those that the manifest names, else all numeric ones without another role. */
function unitColumns(table: Table, responses: Responses): string[] {
  const { columns, summary, id, subject, repetition, run } = responses;
  if (columns !== undefined && responses.header !== false) {
    return [...new Set([...columns, ...(summary ?? [])])].map((column) => requireColumn(table, column));
  }
  const taken = new Set([id, subject, repetition, run, ...NEVER_UNITS]);
  const units = table.columns.filter(
    (column) => !taken.has(column) && (columns !== undefined || startsNumeric(table, column)),
  );
  if (units.length > 0) return units;
  throw new UserError(
    `${table.file} has no numeric column`,
    'Name the columns of the responses with responses.columns, or unit and value of a long table.',
  );
}

/** Whether the first value that is there is a number; a later text is then an error with its row, not another kind of column. */
function startsNumeric(table: Table, column: string): boolean {
  for (let row = 0; row < table.length; row++) {
    const value = table.value(row, column);
    if (value === null || value === undefined || value === '') continue;
    return (
      typeof value === 'number' ||
      typeof value === 'bigint' ||
      (typeof value === 'string' && Number.isFinite(Number(value)))
    );
  }
  return false;
}

function named(table: Table, ids: readonly string[], row: number, { id }: Responses): string {
  const name = ids[row]!;
  if (name !== '') return name;
  throw new UserError(`${table.file}, ${table.place(row)}, column "${id}" is empty`, 'Every row needs its id.');
}

/** Numbers the calls with each key from 0. */
function counter(): (key: string) => number {
  const next = new Map<string, number>();
  return (key) => {
    const n = next.get(key) ?? 0;
    next.set(key, n + 1);
    return n;
  };
}
