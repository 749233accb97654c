import { extname } from 'node:path';
import { UserError } from '../../shared/errors';
import { readDelimited } from './read-delimited';
import { readJsonArray } from './read-json';
import { readJsonLines } from './read-json-lines';
import { readParquetRows } from './read-parquet';
import { readText } from './read-text';
import type { RowReader } from './rows';

/** Prose and source code: a file is one document. */
const TEXT =
  '.txt .text .md .markdown .rst .tex .org .html .htm .xml .yaml .yml .toml .ini .css .scss .sql .sh .bash .ps1 .bat ' +
  '.py .pyi .ipy .r .jl .m .c .h .cc .cpp .cxx .hh .hpp .cu .cs .java .kt .kts .scala .go .rs .swift .js .jsx .mjs .cjs ' +
  '.ts .tsx .mts .cts .vue .svelte .rb .php .pl .pm .lua .hs .ml .mli .fs .ex .exs .erl .clj .lisp .el .f .f90 .f95 .for ' +
  '.pas .d .nim .zig .dart .groovy .gradle .cmake .proto .asm .s .v .vhd .sol .lean .agda .coq .tcl .vim';

/** Files of many documents. */
const TABLES: Readonly<Record<string, RowReader>> = {
  '.jsonl': readJsonLines,
  '.ndjson': readJsonLines,
  '.jsonl.gz': readJsonLines,
  '.ndjson.gz': readJsonLines,
  '.json': readJsonArray,
  '.csv': (file) => readDelimited(file, ','),
  '.tsv': (file) => readDelimited(file, '\t'),
  '.parquet': readParquetRows,
};

const READERS: ReadonlyMap<string, RowReader> = new Map([
  ...TEXT.split(' ').map((extension): [string, RowReader] => [extension, readText]),
  ...Object.entries(TABLES),
]);

/** For messages. */
export const KINDS = '.txt, .md, source code, .jsonl, .jsonl.gz, .json, .csv, .tsv and .parquet';

/** Whether a file's name says that it holds documents. */
export function isDocumentFile(file: string): boolean {
  return READERS.has(kindOf(file));
}

/** Whether a file holds many documents, in columns. */
export function isTableOfDocuments(file: string): boolean {
  return kindOf(file) in TABLES;
}

/** The reader of a file that `isDocumentFile` says yes to. @throws UserError for another */
export function readerOf(file: string): RowReader {
  const reader = READERS.get(kindOf(file));
  if (reader === undefined) throw refusal(file);
  return reader;
}

/** Why a file that was named cannot be read, with the way out. */
export function refusal(file: string): UserError {
  const packed = /\.(zst|gz|xz|bz2|zip)$/i.exec(file)?.[1]?.toLowerCase();
  if (packed === 'zst') return new UserError(`${file} is packed with Zstandard`, `Unpack it first: zstd -d ${file}.`);
  if (packed !== undefined) return new UserError(`${file} is packed (.${packed})`, 'Unpack it first.');
  return new UserError(`${file} is of no kind that holds documents`, `Brainlens reads ${KINDS}.`);
}

function kindOf(file: string): string {
  const extension = extname(file).toLowerCase();
  return extension === '.gz' ? extname(file.slice(0, -3)).toLowerCase() + extension : extension;
}
