import { UserError } from '../../shared/errors';
import type { Table } from '../tables';
import type { Choice, MinimalPair, Task, TextItem } from './task';

/** The layouts of task tables, told apart by the columns that they have; the first that fits is taken. */
const LAYOUTS: readonly { readonly columns: readonly string[]; readonly read: (head: Head, table: Table) => Task }[] = [
  {
    columns: ['sentence_good', 'sentence_bad'],
    read: (head, table) => pairs(head, table, 'sentence_good', 'sentence_bad'),
  },
  { columns: ['good', 'bad'], read: (head, table) => pairs(head, table, 'good', 'bad') },
  { columns: ['context', 'choices', 'answer'], read: choices },
  { columns: ['text'], read: texts },
];

/** What tasks can be, for messages. */
export const UNDERSTOOD =
  'Brainlens reads minimal pairs (sentence_good, sentence_bad; or good, bad), multiple choice (context, choices, answer), text, and SyntaxGym suites (.json).';

interface Head {
  readonly name: string;
  readonly source: string;
}

const LABEL_COLUMNS = ['paradigm', 'UID', 'label'];

/**
 * The task of a table. A layout is recognised by any of its columns, so that a missing field is named by its row.
 * @throws UserError that names the file, the line and the remedy
 */
export function taskOfTable(table: Table, head: Head): Task {
  if (table.length === 0) throw new UserError(`${table.file} holds no items`, 'Put at least one row below the header.');
  const layout = LAYOUTS.find(({ columns }) => columns.some((column) => table.columns.includes(column)));
  if (layout === undefined) {
    throw new UserError(`${table.file} is no task: it has ${table.columns.join(', ')}`, UNDERSTOOD);
  }
  return layout.read(head, table);
}

function pairs(head: Head, table: Table, good: string, bad: string): Task {
  const labels = LABEL_COLUMNS.find((column) => table.columns.includes(column));
  const items = rowsOf(table, (row): MinimalPair => {
    const pair = { good: textAt(table, row, good), bad: textAt(table, row, bad), row: row + 1 };
    const label = labels === undefined ? undefined : labelAt(table, row, labels);
    return label === undefined ? pair : { ...pair, label };
  });
  return { kind: 'minimal-pairs', ...head, items };
}

function texts(head: Head, table: Table): Task {
  const items = rowsOf(table, (row): TextItem => {
    const item = { text: textAt(table, row, 'text'), row: row + 1 };
    const condition = labelAt(table, row, 'condition');
    return condition === undefined ? item : { ...item, condition };
  });
  return { kind: 'text', ...head, items };
}

function choices(head: Head, table: Table): Task {
  const items = rowsOf(table, (row): Choice => {
    const context = textAt(table, row, 'context');
    const options = choicesAt(table, row);
    return { context, choices: options, answer: answerAt(table, row, options), row: row + 1 };
  });
  return { kind: 'multiple-choice', ...head, items };
}

function choicesAt(table: Table, row: number): string[] {
  const value = table.value(row, 'choices');
  if (value === undefined || value === null) throw missing(table, row, 'choices');
  if (!Array.isArray(value) || value.some((choice) => typeof choice !== 'string' || choice.trim() === '')) {
    throw problem(table, row, '"choices" is not a list of texts', 'Write them like ["yes", "no"].');
  }
  const options = value as string[];
  if (options.length < 2) {
    throw problem(table, row, `there is ${options.length === 1 ? 'one choice' : 'no choice'}`, 'Give two or more.');
  }
  const repeated = options.find((choice, i) => options.indexOf(choice) !== i);
  if (repeated !== undefined) {
    throw problem(table, row, `the choice ${JSON.stringify(repeated)} is there twice`, 'Make all choices different.');
  }
  return options;
}

function answerAt(table: Table, row: number, options: readonly string[]): number {
  const value = table.value(row, 'answer');
  if (value === undefined || value === null) throw missing(table, row, 'answer');
  const numeric = typeof value === 'number' || typeof value === 'bigint';
  const index = numeric ? Number(value) : options.indexOf(String(value));
  if (numeric && (!Number.isInteger(index) || index < 0 || index >= options.length)) {
    throw problem(
      table,
      row,
      `the answer ${value} is not the index of one of ${options.length} choices`,
      `Indices count from 0 to ${options.length - 1}.`,
    );
  }
  if (index < 0) {
    throw problem(
      table,
      row,
      `the answer ${JSON.stringify(value)} is not among the choices`,
      'Give the index of the right choice, from 0, or its text.',
    );
  }
  return index;
}

function rowsOf<T>(table: Table, read: (row: number) => T): T[] {
  return Array.from({ length: table.length }, (_, row) => read(row));
}

function textAt(table: Table, row: number, column: string): string {
  const value = table.value(row, column);
  if (value === undefined || value === null) throw missing(table, row, column);
  if (typeof value !== 'string') throw problem(table, row, `"${column}" is not text`, 'Put it in quotes.');
  if (value.trim() === '') throw problem(table, row, `"${column}" is empty`, 'Fill it in or delete the row.');
  return value;
}

function labelAt(table: Table, row: number, column: string): string | undefined {
  const value = table.columns.includes(column) ? table.value(row, column) : undefined;
  const label = value === undefined || value === null ? '' : String(value).trim();
  return label === '' ? undefined : label;
}

function missing(table: Table, row: number, column: string): UserError {
  return problem(table, row, `the field "${column}" is missing`, 'Every row needs it.');
}

function problem(table: Table, row: number, what: string, remedy: string): UserError {
  return new UserError(`${table.file}, ${table.place(row)}: ${what}`, remedy);
}
