import { parse } from 'csv-parse/sync';
import { extname } from 'node:path';
import { UserError, messageOf } from '../shared/errors';
import { isFolder, readBytes, filesOf, readStart } from './files';
import { decodeText } from './text';

/** Rows of one file, each a value per column. Values of CSV and TSV are strings as they stand (`NA` stays text). */
export interface Table {
  /** The file, for messages. */
  readonly file: string;
  readonly columns: readonly string[];
  readonly length: number;
  /** @param row counted from 0 */
  value(row: number, column: string): unknown;
  /** "row 3 (line 4)": rows count from 1 below the header. */
  place(row: number): string;
}

type Reader = (file: string) => Promise<Table>;

const READERS: Readonly<Record<string, Reader>> = {
  '.csv': (file) => readDelimited(file, ','),
  '.tsv': (file) => readDelimited(file, '\t'),
  '.jsonl': readJsonLines,
  '.ndjson': readJsonLines,
  '.parquet': readParquet,
};

const EXTENSIONS = '.csv, .tsv, .jsonl or .parquet';

/** Whether a file's name says that `readTable` can read it. */
export function isTable(file: string): boolean {
  return extname(file).toLowerCase() in READERS;
}

/**
 * The table files that paths stand for: a file is itself, a folder its tables in name order.
 * @throws UserError for a missing path or a folder without tables
 */
export async function tableFiles(paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      if (!(await isFolder(path))) return [path];
      const tables = (await filesOf(path)).filter(isTable);
      if (tables.length === 0)
        throw new UserError(`${path} holds no stimuli`, `Put files ending in ${EXTENSIONS} there.`);
      return tables;
    }),
  );
  return files.flat();
}

/**
 * Reads CSV, TSV (UTF-8, first row = column names), JSON Lines (one object a line) or Parquet, told apart by the name.
 * @throws UserError that names file, row and remedy
 */
export async function readTable(file: string): Promise<Table> {
  const reader = READERS[extname(file).toLowerCase()];
  if (reader === undefined) {
    throw new UserError(`${file} is of no kind that Brainlens reads`, `Give a file ending in ${EXTENSIONS}.`);
  }
  return await reader(file);
}

async function readDelimited(file: string, delimiter: string): Promise<Table> {
  const records = parseRecords(file, decodeText(await readBytes(file), file), delimiter);
  const header = records.shift();
  if (header === undefined) throw new UserError(`${file} is empty`, 'Its first line must name the columns.');
  const columns = header.record.map((name) => name.trim());
  return recordTable(file, columns, records, 'the header');
}

/**
 * A table of records that are already cut into fields.
 * @param named what names the columns, for the message about a record of another length
 * @throws UserError that names such a record
 */
export function recordTable(
  file: string,
  columns: readonly string[],
  records: readonly TextRecord[],
  named: string,
): Table {
  const place = (row: number): string => `row ${row + 1} (line ${records[row]!.line})`;
  records.forEach(({ record }, row) => {
    if (record.length !== columns.length) {
      throw new UserError(
        `${file}, ${place(row)}: ${record.length} fields where ${named} names ${columns.length}`,
        'Put text that holds the separator in double quotes.',
      );
    }
  });
  const indices = new Map(columns.map((name, i) => [name, i] as const).reverse());
  return {
    file,
    columns,
    length: records.length,
    value: (row, column) => records[row]!.record[indices.get(column) ?? -1],
    place,
  };
}

/** One record of a text table, and the line that it starts on. */
export interface TextRecord {
  readonly record: readonly string[];
  readonly line: number;
}

/** Cuts delimited text with double quotes into records. @throws UserError for an unclosed quote */
export function parseRecords(file: string, text: string, delimiter: string): TextRecord[] {
  try {
    const parsed = parse(text, {
      delimiter,
      // The default is what ends the first line, and would read a file of mixed line ends wrongly without a word.
      record_delimiter: ['\r\n', '\n', '\r'],
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return parsed.map(({ record, info }) => ({ record, line: info.lines }));
  } catch (error) {
    throw new UserError(`${file} cannot be read as delimited text: ${messageOf(error)}`, 'Close every double quote.');
  }
}

async function readJsonLines(file: string): Promise<Table> {
  const text = decodeText(await readBytes(file), file);
  const rows: { object: Record<string, unknown>; line: number }[] = [];
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() !== '') rows.push({ object: parseObject(file, line, i + 1), line: i + 1 });
  });
  if (rows.length === 0) throw new UserError(`${file} is empty`, 'Put one JSON object on each line.');
  return {
    file,
    columns: [...new Set(rows.flatMap(({ object }) => Object.keys(object)))],
    length: rows.length,
    value: (row, column) => rows[row]!.object[column],
    place: (row) => `row ${row + 1} (line ${rows[row]!.line})`,
  };
}

function parseObject(file: string, line: string, number: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UserError(`${file}, line ${number}: ${messageOf(error)}`, 'Every line must be one JSON object.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`${file}, line ${number} is not a JSON object`, 'Write each line like {"text": "…"}.');
  }
  return value as Record<string, unknown>;
}

async function readParquet(file: string): Promise<Table> {
  const magic = new TextDecoder().decode(await readStart(file, 4));
  if (magic !== 'PAR1')
    throw new UserError(`${file} is not a Parquet file`, 'Name it after what it is, for example .csv.');
  const [{ asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema }, { compressors }] =
    await Promise.all([import('hyparquet'), import('hyparquet-compressors')]);
  try {
    const buffer = await asyncBufferFromFile(file);
    const metadata = await parquetMetadataAsync(buffer);
    const names = parquetSchema(metadata).children.map((child) => child.element.name);
    const columns = new Map<string, readonly unknown[]>();
    // One after another: of columns read together, the second to fail would reject with nobody left to hear it.
    for (const name of names) {
      const rows = await parquetReadObjects({ file: buffer, metadata, compressors, columns: [name] });
      columns.set(
        name,
        rows.map((row) => row[name]),
      );
    }
    return {
      file,
      columns: names,
      length: Number(metadata.num_rows),
      value: (row, column) => columns.get(column)?.[row],
      place: (row) => `row ${row + 1}`,
    };
  } catch (error) {
    throw new UserError(
      `${file} cannot be read as Parquet: ${messageOf(error)}`,
      'It may be truncated: write it again.',
    );
  }
}
