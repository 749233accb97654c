import { basename } from 'node:path';
import { isMissing } from '../formats/numeric';
import type { Table } from '../tables';
import { isLayout, readLayout, textOf } from './layout';

/** Rows of a table that are looked at. */
const SAMPLE = 2000;

/** What a column looks like from its first rows. */
export interface ColumnSurvey {
  readonly name: string;
  readonly numeric: boolean;
  /** No value occurs twice, none is missing. */
  readonly distinct: boolean;
  /** Words per value. */
  readonly words: number;
  readonly constant: boolean;
}

export interface TableSurvey {
  /** File name in the folder. */
  readonly file: string;
  readonly rows: number;
  readonly columns: readonly ColumnSurvey[];
}

/** Looks at a table's columns; `undefined` where the file is none or cannot be read. */
export async function surveyTable(file: string): Promise<TableSurvey | undefined> {
  if (!isLayout(file)) return undefined;
  let table: Table;
  try {
    table = await readLayout(file);
  } catch {
    return undefined;
  }
  const readable = table.columns.some((name) => !Number.isFinite(Number(name)));
  if (table.length === 0 || !readable) return undefined;
  return { file: basename(file), rows: table.length, columns: table.columns.map((name) => surveyColumn(table, name)) };
}

function surveyColumn(table: Table, name: string): ColumnSurvey {
  const length = Math.min(table.length, SAMPLE);
  const values = Array.from({ length }, (_, row) => table.value(row, name));
  const there = values.filter((value) => !isMissing(value)).map(textOf);
  const different = new Set(there).size;
  return {
    name,
    numeric: there.length > 0 && there.every((text) => Number.isFinite(Number(text))),
    distinct: different === table.length,
    words: there.reduce((sum, text) => sum + text.split(/\s+/).length, 0) / Math.max(1, there.length),
    constant: different <= 1,
  };
}
