import { UserError } from '../../shared/errors';
import type { Manifest } from '../../shared/manifest';
import type { Table } from '../tables';
import type { DatasetStimulus } from './dataset';
import { columnOr, readLayout, requireColumn, textOf } from './layout';
import { fileOf, firstFive } from './reading';
import type { Reading } from './reading';

const TEXT = ['text', 'sentence', 'stimulus', 'word'];

/** Stimuli and the table they came from. */
export interface ReadStimuli {
  readonly table: Table;
  readonly stimuli: readonly DatasetStimulus[];
}

/**
 * Reads the stimulus table. Without an id column, a stimulus' id is its row number, counted from 1.
 * @throws UserError for columns that are not there, empty texts and ids that occur twice
 */
export async function readDatasetStimuli(
  reading: Reading,
  stimuli: NonNullable<Manifest['stimuli']>,
): Promise<ReadStimuli> {
  const table = await readLayout(fileOf(reading, stimuli.file, 'stimuli'), stimuli);
  const text = columnOr(table, stimuli.text, TEXT);
  if (text === undefined) {
    throw new UserError(
      `${table.file} has no column called ${TEXT.join(', ')}`,
      `Name the column of the texts with stimuli.text; there are: ${table.columns.join(', ')}.`,
    );
  }
  if (stimuli.id !== undefined) requireColumn(table, stimuli.id);
  if (stimuli.group !== undefined) requireColumn(table, stimuli.group);
  const rows = Array.from({ length: table.length }, (_, row) => stimulusOf(table, row, text, stimuli));
  if (rows.length === 0) throw new UserError(`${table.file} holds no rows`, 'It needs one row per stimulus.');
  refuseDuplicates(table.file, rows);
  return { table, stimuli: rows };
}

function stimulusOf(
  table: Table,
  row: number,
  textColumn: string,
  { id: idColumn, group: groupColumn }: NonNullable<Manifest['stimuli']>,
): DatasetStimulus {
  const columns = Object.fromEntries(table.columns.map((column) => [column, textOf(table.value(row, column))]));
  const text = columns[textColumn]!;
  if (text === '')
    throw new UserError(`${table.file}, ${table.place(row)}: no text in "${textColumn}"`, 'Write one there.');
  const id = idColumn === undefined ? String(row + 1) : columns[idColumn]!;
  if (id === '')
    throw new UserError(`${table.file}, ${table.place(row)}: no id in "${idColumn}"`, 'Every row needs one.');
  return { id, text, ...(groupColumn !== undefined && { group: columns[groupColumn]! }), columns };
}

function refuseDuplicates(file: string, stimuli: readonly DatasetStimulus[]): void {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { id } of stimuli) {
    if (seen.has(id)) twice.add(id);
    seen.add(id);
  }
  if (twice.size === 0) return;
  throw new UserError(
    `${file}: ids occur more than once: ${firstFive([...twice])}`,
    'Every stimulus needs an id of its own.',
  );
}
