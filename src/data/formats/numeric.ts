import { UserError } from '../../shared/errors';
import type { Table } from '../tables';

const MISSING = new Set(['', 'na', 'nan', 'n/a', '#n/a', 'null', 'none']);
const INFINITE: Readonly<Record<string, number>> = {
  inf: Infinity,
  '+inf': Infinity,
  infinity: Infinity,
  '-inf': -Infinity,
  '-infinity': -Infinity,
};

/** Whether a table's value says that there is none: empty, NA, NaN, n/a, null (any case), or JSON's and Parquet's null. */
export function isMissing(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === 'number') return Number.isNaN(value);
  return typeof value === 'string' && MISSING.has(value.trim().toLowerCase());
}

/**
 * A table's column as float64; a missing value (see `isMissing`) is NaN, true and false are 1 and 0.
 * @throws UserError for a column that is not there, and for any other text, naming row and column
 */
export function numericColumn(table: Table, column: string): Float64Array {
  requireColumn(table, column);
  const values = new Float64Array(table.length);
  for (let row = 0; row < table.length; row++) {
    const number = numberOf(table.value(row, column));
    if (number === undefined) {
      throw new UserError(
        `${table.file}, ${table.place(row)}, column "${column}": ${shown(table.value(row, column))} is not a number`,
        'Write a number there, with a point for the decimals, or n/a where it is missing.',
      );
    }
    values[row] = number;
  }
  return values;
}

/** Columns that a message names. */
const NAMED_COLUMNS = 8;

/** @throws UserError that lists the first columns there are */
export function requireColumn(table: Table, column: string): void {
  if (table.columns.includes(column)) return;
  const end = table.columns.length > NAMED_COLUMNS ? ', …' : '.';
  const named = table.columns.slice(0, NAMED_COLUMNS).join(', ');
  throw new UserError(`${table.file} has no column "${column}"`, `Its columns are: ${named}${end}`);
}

/** @returns NaN where the value is missing, `undefined` where it is no number */
function numberOf(value: unknown): number | undefined {
  if (isMissing(value)) return NaN;
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  return INFINITE[text.toLowerCase()];
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? `"${value}"` : String(JSON.stringify(value) ?? typeof value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
