import { messageOf, UserError } from '../../shared/errors';
import { readStart } from '../files';
import type { Row } from './rows';

/**
 * Parquet, a row group at a time and only the columns asked for: memory holds those of one group.
 * @throws UserError that names the file where it is no Parquet, or damaged
 */
export async function* readParquetRows(file: string, columns: readonly string[]): AsyncGenerator<Row> {
  const magic = new TextDecoder().decode(await readStart(file, 4));
  if (magic !== 'PAR1')
    throw new UserError(`${file} is not a Parquet file`, 'Name it after what it is, for example .jsonl.');
  const [library, { compressors }] = await Promise.all([import('hyparquet'), import('hyparquet-compressors')]);
  const opened = await read(file, async () => {
    const buffer = await library.asyncBufferFromFile(file);
    return { buffer, metadata: await library.parquetMetadataAsync(buffer) };
  });
  const { buffer, metadata } = opened;
  const names = library.parquetSchema(metadata).children.map((child) => child.element.name);
  const wanted = names.filter((name) => columns.includes(name));
  // Rows without a value still say which columns there are, for the message about a missing one.
  const blank = Object.fromEntries(names.map((name) => [name, undefined]));
  const total = Number(metadata.num_rows);
  let row = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const part = { file: buffer, metadata, compressors, columns: wanted, rowStart: row, rowEnd: row + rows };
    const values =
      wanted.length === 0
        ? Array.from({ length: rows }, () => ({}))
        : await read(file, () => library.parquetReadObjects(part));
    for (const value of values) {
      row += 1;
      yield { value: { ...blank, ...value }, place: `row ${row}`, share: row / total };
    }
  }
}

async function read<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const problem = `${file} cannot be read as Parquet: ${messageOf(error)}`;
    throw new UserError(problem, 'It may be truncated: write it again.');
  }
}
