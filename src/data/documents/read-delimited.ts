import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { parse } from 'csv-parse';
import { messageOf, UserError } from '../../shared/errors';
import { fileProblem, readStart } from '../files';
import { LARGEST_RECORD, utf8 } from './rows';
import type { Row } from './rows';

/**
 * CSV or TSV whose first row names the columns, record by record.
 * @throws UserError that names file and row: other columns than the header, an open quote, a header that is not UTF-8
 */
export async function* readDelimited(file: string, delimiter: ',' | '\t'): AsyncGenerator<Row> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw fileProblem(file, error);
  });
  const raw = createReadStream(file, { highWaterMark: 2 ** 20, start: await markLength(file) });
  const parser = parse({
    delimiter,
    // Fields stay bytes, so that text in another encoding is seen instead of replaced.
    encoding: null,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: LARGEST_RECORD,
  });
  raw.on('error', (error) => parser.destroy(error)).pipe(parser);
  let columns: readonly string[] | undefined;
  let number = 0;
  try {
    for await (const record of parser as AsyncIterable<Buffer[]>) {
      const fields = record.map(utf8);
      if (columns === undefined) {
        columns = headerOf(fields, file);
        continue;
      }
      number += 1;
      checkFields(fields.length, columns, `${file}, row ${number}`);
      const bad = fields.includes(undefined);
      const value = bad ? undefined : Object.fromEntries(columns.map((name, i) => [name, fields[i]]));
      yield { value, place: `row ${number}`, share: size === 0 ? 1 : raw.bytesRead / size };
    }
  } catch (error) {
    throw inWords(file, error);
  } finally {
    raw.destroy();
    parser.destroy();
  }
}

/** csv-parse takes a byte-order mark for leave to decode, so it never sees one. */
async function markLength(file: string): Promise<number> {
  const [a, b, c] = await readStart(file, 3);
  return a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
}

function headerOf(fields: readonly (string | undefined)[], file: string): string[] {
  return fields.map((name) => {
    if (name !== undefined) return name.trim();
    throw new UserError(`${file} is not UTF-8: its first line cannot be read`, 'Save it as UTF-8.');
  });
}

function checkFields(count: number, columns: readonly string[], place: string): void {
  if (count === columns.length) return;
  throw new UserError(
    `${place}: ${count} fields where the header names ${columns.length}`,
    'Put text that holds the separator in double quotes.',
  );
}

function inWords(file: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!code.startsWith('CSV_')) return fileProblem(file, error);
  const problem = `${file} cannot be read as delimited text: ${messageOf(error)}`;
  return new UserError(problem, 'Close every double quote.');
}
