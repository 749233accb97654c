import { extname } from 'node:path';
import { UserError } from '../../shared/errors';
import { nearest } from '../../shared/manifest';
import { readBytes } from '../files';
import { isTable, parseRecords, readTable, recordTable } from '../tables';
import type { Table, TextRecord } from '../tables';
import { decodeText } from '../text';

/** How a text table is laid out, where its name does not say. */
export interface TableLayout {
  readonly header?: boolean | undefined;
  readonly separator?: 'comma' | 'tab' | 'semicolon' | 'whitespace' | undefined;
  /** Names of the columns where the file has no header. */
  readonly columns?: readonly string[] | undefined;
}

const SEPARATORS = { comma: ',', tab: '\t', semicolon: ';' } as const;
/** Tables of numbers that SPM, FSL and AFNI write. */
const WHITESPACE = ['.txt', '.1d', '.dat'];

/** Whether `readLayout` reads a file of this name. */
export function isLayout(file: string): boolean {
  return isTable(file) || WHITESPACE.includes(extname(file).toLowerCase());
}

/**
 * Reads a table as `readTable` does, and such of other separators or without a header.
 * @throws UserError that names file, row and remedy
 */
export async function readLayout(file: string, layout: TableLayout = {}): Promise<Table> {
  const { header = true, separator } = layout;
  const plain = isTable(file) && header && separator === undefined;
  if (plain) return distinctColumns(await readTable(file));
  const text = decodeText(await readBytes(file), file);
  const records = recordsOf(file, text, separator ?? separatorOf(file));
  if (!header) {
    const first = records[0];
    if (first === undefined) throw new UserError(`${file} is empty`, 'It needs one row per stimulus or scan.');
    const { columns } = layout;
    if (columns === undefined) {
      throw new UserError(`${file}: its columns have no names`, 'Name them with columns in the manifest.');
    }
    return recordTable(file, columns, records, 'columns in the manifest');
  }
  const first = records.shift();
  if (first === undefined) throw new UserError(`${file} is empty`, 'Its first line must name the columns.');
  return distinctColumns(recordTable(file, first.record, records, 'the header'));
}

function separatorOf(file: string): NonNullable<TableLayout['separator']> {
  const extension = extname(file).toLowerCase();
  if (WHITESPACE.includes(extension)) return 'whitespace';
  if (extension === '.csv') return 'comma';
  if (extension === '.tsv') return 'tab';
  throw new UserError(`${file} is no text table`, 'Leave header and separator out of the manifest.');
}

function recordsOf(file: string, text: string, separator: NonNullable<TableLayout['separator']>): TextRecord[] {
  if (separator !== 'whitespace') return parseRecords(file, text, SEPARATORS[separator]);
  return text.split(/\r\n|\n|\r/).flatMap((line, i) => {
    const trimmed = line.trim();
    return trimmed === '' || trimmed.startsWith('#') ? [] : [{ record: trimmed.split(/\s+/), line: i + 1 }];
  });
}

function distinctColumns(table: Table): Table {
  const twice = table.columns.find((name, i) => name !== '' && table.columns.indexOf(name) < i);
  if (twice === undefined) return table;
  throw new UserError(`${table.file} has two columns called "${twice}"`, 'Give each column a name of its own.');
}

/** @throws UserError that names the nearest column, or lists them, where `column` is not among the table's */
export function requireColumn(table: Table, column: string): string {
  if (table.columns.includes(column)) return column;
  const close = nearest(column, table.columns);
  const all = table.columns.length > 20 ? [...table.columns.slice(0, 20), '…'] : table.columns;
  throw new UserError(
    `${table.file} has no column "${column}"`,
    close === undefined ? `Its columns are: ${all.join(', ')}.` : `Did you mean "${close}"?`,
  );
}

/** The column named by the manifest, else the first of the usual names that is there; `undefined` where none is. */
export function columnOr(table: Table, named: string | undefined, usual: readonly string[]): string | undefined {
  return named === undefined ? usual.find((name) => table.columns.includes(name)) : requireColumn(table, named);
}

/** A column as trimmed text; missing values are `''`. */
export function textColumn(table: Table, column: string): string[] {
  requireColumn(table, column);
  return Array.from({ length: table.length }, (_, row) => textOf(table.value(row, column)));
}

/** What is in a cell, as people would write it. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return (typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | bigint)).trim();
}
