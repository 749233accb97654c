import { basename, extname } from 'node:path';
import { UserError } from '../../shared/errors';
import type { Manifest } from '../../shared/manifest';
import { counted } from '../../shared/words';
import { numericColumn } from '../formats/numeric';
import type { DatasetStimulus, DatasetWord } from './dataset';
import { columnOr, readLayout, requireColumn, textColumn } from './layout';
import { fileOf } from './reading';
import type { Reading } from './reading';

type Words = NonNullable<Manifest['words']>;

const WORD = ['word', 'text', 'token'];
/** BIDS 1.9, Task events: onset and duration in seconds in every such file, n/a where an event is no word. */
const BIDS_EVENTS = /(^|_)events\.tsv$/i;

/** Words as read, and the table they came from, where it was one. */
export interface ReadWords {
  readonly words: readonly DatasetWord[];
  /** Other columns of each word's row. */
  readonly columns: readonly Readonly<Record<string, string>>[];
}

/**
 * Reads words from tables or TextGrids. Several files are one run each, in order.
 * @param runs names of the runs of the responses, in order; a file without a column of runs is the run of its place
 * @param start time of the first row of the responses on the clock of the words
 * @throws UserError for columns that are not there, missing times, and words that end before they begin
 */
export async function readWords(
  reading: Reading,
  words: Words,
  {
    runs,
    start,
    fallback,
    textOfStimuli,
  }: {
    readonly runs: readonly string[];
    readonly start: number;
    readonly fallback?: string | undefined;
    readonly textOfStimuli?: string | undefined;
  },
): Promise<ReadWords> {
  const given = words.file ?? fallback;
  const files = (typeof given === 'string' ? [given] : (given ?? [])).map((file) => fileOf(reading, file, 'words'));
  if (files.length > 1 && words.run === undefined && files.length !== runs.length) {
    throw new UserError(
      `There are ${files.length} files of words, but ${counted(runs.length, 'run')} of responses`,
      'Give one file per run, or name the column of the runs with words.run.',
    );
  }
  const parts: ReadWords[] = [];
  for (const [i, file] of files.entries()) {
    const run = runs[files.length > 1 || runs.length === 1 ? i : -1] ?? '';
    parts.push(
      extname(file).toLowerCase() === '.textgrid'
        ? await fromTextGrid(file, words, run, start)
        : await fromTable(reading, file, { ...words, word: words.word ?? textOfStimuli }, run, start),
    );
  }
  return { words: parts.flatMap(({ words: read }) => read), columns: parts.flatMap(({ columns }) => columns) };
}

async function fromTextGrid(file: string, { tier }: Words, run: string, start: number): Promise<ReadWords> {
  const { readTextGrid, tierWords } = await import('../formats/textgrid');
  const { words } = tierWords(await readTextGrid(file), tier);
  if (words.length === 0) throw new UserError(`${file} holds no words`, 'Name another tier with words.tier.');
  return {
    words: words.map(({ word, onset, offset }) => ({ word, run, onset: onset - start, offset: offset - start })),
    columns: words.map(() => ({})),
  };
}

/** BIDS names its columns of times itself. */
function bidsNames(words: Words): Words {
  const ends = words.offset === undefined ? { duration: 'duration' } : {};
  return { onset: 'onset', ...ends, ...words };
}

async function fromTable(
  reading: Reading,
  file: string,
  given: Words,
  fileRun: string,
  start: number,
): Promise<ReadWords> {
  const events = BIDS_EVENTS.test(basename(file));
  const words = events ? bidsNames(given) : given;
  const table = await readLayout(file, words);
  const wordColumn = columnOr(table, words.word, WORD);
  if (wordColumn === undefined) {
    throw new UserError(
      `${file} has no column called ${WORD.join(', ')}`,
      'Name the column of the words with words.word.',
    );
  }
  const texts = textColumn(table, wordColumn);
  const runs = words.run === undefined ? undefined : textColumn(table, words.run);
  const contexts = words.context === undefined ? undefined : textColumn(table, words.context);
  const times = (column: string | undefined): Float64Array | undefined =>
    column === undefined ? undefined : numericColumn(table, requireColumn(table, column));
  const onsets = times(words.onset);
  const durations = times(words.duration);
  if (durations !== undefined && onsets === undefined)
    throw new UserError('words.duration stands without words.onset', 'Name the column of the onsets too.');
  const offsets = times(words.offset) ?? durations?.map((duration, row) => onsets![row]! + duration);
  const unknownEnd = (row: number): boolean => durations !== undefined && Number.isNaN(durations[row]!);
  const wordAt = (word: string, row: number): DatasetWord => {
    if (word === '')
      throw new UserError(`${file}, ${table.place(row)}: no word in "${wordColumn}"`, 'Write one there.');
    const [onset, offset] = [onsets?.[row], unknownEnd(row) ? undefined : offsets?.[row]];
    if (Number.isNaN(onset) || Number.isNaN(offset)) {
      throw new UserError(
        `${file}, ${table.place(row)}: no time for "${word}"`,
        'Every word needs its time in seconds.',
      );
    }
    if (onset !== undefined && offset !== undefined && offset < onset) {
      throw new UserError(
        `${file}, ${table.place(row)}: "${word}" ends at ${offset} s, before it begins at ${onset} s`,
        'Mend its times.',
      );
    }
    return {
      word,
      run: runs?.[row] ?? fileRun,
      ...(onset !== undefined && { onset: onset - start }),
      ...(offset !== undefined && { offset: offset - start }),
      ...(contexts && { context: contexts[row]! }),
    };
  };
  const rows = Array.from(texts.keys()).filter((row) => !events || !['', 'n/a'].includes(texts[row]!));
  if (rows.length < texts.length)
    reading.warnings.push(`${counted(texts.length - rows.length, 'event')} of ${file} without a word: left out.`);
  const columns = rows.map((row) =>
    Object.fromEntries(
      table.columns.map((column) => [column, String((table.value(row, column) ?? '') as string | number)]),
    ),
  );
  return { words: rows.map((row) => wordAt(texts[row]!, row)), columns };
}

/** Words as stimuli of their own, numbered from 1, grouped by run. */
export function stimuliOfWords({ words, columns }: ReadWords): DatasetStimulus[] {
  const grouped = words.some(({ run }) => run !== '');
  return words.map(({ word, run }, i) => ({
    id: String(i + 1),
    text: word,
    ...(grouped && { group: run }),
    columns: columns[i]!,
  }));
}
