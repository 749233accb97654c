import { dirname } from 'node:path';
import { UserError } from '../shared/errors';
import { filesOf, isFolder } from './files';
import { isStoryFile, isStoryTable, readStoryFiles, STORY_INSTRUCTION, storyText } from './story-layout';
import { readTable, tableFiles } from './tables';
import type { Table } from './tables';

/** One text that a model reads. */
export interface Stimulus {
  readonly text: string;
  /** As in the file; absent where the file names none. */
  readonly condition?: string;
  /** The file that it came from. */
  readonly source: string;
  /** Row in that file, from 1 below the header. */
  readonly row: number;
}

/** Columns by name; absent: found by their usual names. */
export interface StimulusColumns {
  readonly text?: string;
  readonly condition?: string;
}

const TEXT_COLUMNS = ['text', 'sentence', 'stimulus'];
const CONDITION_COLUMN = 'condition';

/** The language localizer's layout: twelve words in `stim2`…`stim13`, S or N in `stim14`. */
const LANGLOC_WORDS = Array.from({ length: 12 }, (_, i) => `stim${i + 2}`);
const LANGLOC_CONDITION = 'stim14';

/**
 * The files that paths stand for: a file is itself, a folder its stories (`1b_story.txt`, …) or else its tables, in name
 * order.
 * @throws UserError for a missing path or a folder without stimuli
 */
export async function stimulusFiles(paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const stories = (await isFolder(path)) ? (await filesOf(path)).filter(isStoryFile) : [];
      return stories.length > 0 ? stories : tableFiles([path]);
    }),
  );
  return files.flat();
}

/**
 * Reads stimuli from CSV, TSV, JSON Lines or Parquet files, stories, and folders of such; several are concatenated in
 * the order given, rows in file order. In the language localizer's layout a stimulus is its words in lower case with one
 * blank between, as [LLN]'s code reads it. A story with its question, in files or in columns of these names, makes one
 * text.
 * @param instruction stands before every story
 * @throws UserError that names file, row and remedy; also when there is no stimulus at all
 */
export async function readStimuli(
  paths: readonly string[],
  columns: StimulusColumns = {},
  instruction = STORY_INSTRUCTION,
): Promise<Stimulus[]> {
  const stimuli: Stimulus[] = [];
  for (const source of sourcesOf(await stimulusFiles(paths))) {
    const read =
      typeof source === 'string'
        ? stimuliOf(await readTable(source), columns, instruction)
        : await readStoryFiles(source, instruction);
    if (read.length === 0)
      throw new UserError(`${String(source)} holds no stimuli`, 'Put at least one row below the column names.');
    for (const stimulus of read) stimuli.push(stimulus);
  }
  if (stimuli.length === 0) throw new UserError('no stimuli were given', 'Name a file of stimuli.');
  return stimuli;
}

/** Tables one by one; the story files of a folder together. */
function sourcesOf(files: readonly string[]): (string | string[])[] {
  const sources: (string | string[])[] = [];
  const folders = new Map<string, string[]>();
  for (const file of files) {
    if (!isStoryFile(file)) {
      sources.push(file);
      continue;
    }
    const stories = folders.get(dirname(file)) ?? [];
    if (stories.length === 0) sources.push(stories);
    stories.push(file);
    folders.set(dirname(file), stories);
  }
  return sources;
}

function stimuliOf(table: Table, wanted: StimulusColumns, instruction: string): Stimulus[] {
  const text = textReader(table, wanted.text, instruction);
  const condition = conditionReader(table, wanted);
  return Array.from({ length: table.length }, (_, row) => {
    const label = condition(row);
    const stimulus = { text: text(row), source: table.file, row: row + 1 };
    return label === undefined ? stimulus : { ...stimulus, condition: label };
  });
}

type CellReader<T> = (row: number) => T;

function textReader(table: Table, wanted: string | undefined, instruction: string): CellReader<string> {
  if (wanted === undefined && isLangloc(table)) return (row) => langlocText(table, row);
  const usual = TEXT_COLUMNS.find((name) => table.columns.includes(name));
  if (wanted === undefined && usual === undefined && isStoryTable(table)) {
    return (row) => storyText(instruction, proseAt(table, row, 'story'), proseAt(table, row, 'question'));
  }
  const column = wanted ?? usual ?? noTextColumn(table);
  requireColumn(table, column);
  return (row) => textAt(table, row, column);
}

function proseAt(table: Table, row: number, column: string): string {
  return textAt(table, row, column).trim();
}

function textAt(table: Table, row: number, column: string): string {
  const value = table.value(row, column);
  if (typeof value !== 'string') {
    throw new UserError(
      `${table.file}, ${table.place(row)}: "${column}" is not text`,
      'Give every row a text in quotes.',
    );
  }
  if (value.trim() === '') throw emptyText(table, row);
  return value;
}

function langlocText(table: Table, row: number): string {
  const words = LANGLOC_WORDS.map((column) => String(table.value(row, column) ?? '').toLowerCase());
  const text = words.join(' ').trim();
  if (text === '') throw emptyText(table, row);
  return text;
}

function emptyText(table: Table, row: number): UserError {
  return new UserError(`${table.file}, ${table.place(row)}: the text is empty`, 'Fill it in or delete the row.');
}

function conditionReader(table: Table, wanted: StimulusColumns): CellReader<string | undefined> {
  const column = conditionColumn(table, wanted);
  if (column === undefined) return () => undefined;
  return (row) => {
    const value = table.value(row, column);
    const label = value === undefined || value === null ? '' : String(value).trim();
    return label === '' ? undefined : label;
  };
}

function conditionColumn(table: Table, wanted: StimulusColumns): string | undefined {
  if (wanted.condition !== undefined) {
    requireColumn(table, wanted.condition);
    return wanted.condition;
  }
  if (table.columns.includes(CONDITION_COLUMN)) return CONDITION_COLUMN;
  return isLangloc(table) ? LANGLOC_CONDITION : undefined;
}

function isLangloc(table: Table): boolean {
  return [...LANGLOC_WORDS, LANGLOC_CONDITION].every((column) => table.columns.includes(column));
}

function noTextColumn(table: Table): never {
  throw new UserError(
    `${table.file} has no column text, sentence or stimulus, but: ${listColumns(table)}`,
    `Name one of its columns "text".${separatorHint(table)}`,
  );
}

function requireColumn(table: Table, column: string): void {
  if (table.columns.includes(column)) return;
  throw new UserError(
    `${table.file} has no column "${column}", but: ${listColumns(table)}`,
    `Choose one of these.${separatorHint(table)}`,
  );
}

function separatorHint(table: Table): string {
  const only = table.columns.length === 1 ? table.columns[0]! : '';
  if (only.includes(';')) return ' It seems to be separated by semicolons: save it with commas.';
  return only.includes('\t') ? ' It seems to be separated by tabs: name it .tsv.' : '';
}

function listColumns(table: Table): string {
  const shown = table.columns.slice(0, 20).join(', ');
  return table.columns.length > 20 ? `${shown}, … (${table.columns.length} in all)` : shown;
}
