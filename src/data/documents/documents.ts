/** One text with its type: "wikipedia", "code". */
export interface TextDocument {
  readonly text: string;
  readonly type: string;
  /** For messages and dashboards: "code/parse.py", "pile.jsonl, row 17". */
  readonly source: string;
}

/** How documents are found in files. */
export interface DocumentOptions {
  /**
   * Column of the text in JSONL, JSON, Parquet, CSV and TSV: a name or a path such as `meta.text`; several, separated by
   * commas, are joined by a blank line, those that a row has. Default `text`, else `content`.
   */
  readonly textColumn?: string | undefined;
  /** Column of the type; default `meta.pile_set_name` where a row has it, else by `types`. */
  readonly typeColumn?: string | undefined;
  /** Without a column, the type is the name of the file's folder, or of the file. Default folder. */
  readonly types?: 'folder' | 'file' | undefined;
  /** So many consecutive documents of one file and type become one, joined by a blank line: for short rows. Default 1. */
  readonly join?: number | undefined;
}

/** Why a document was left out: its encoding; nothing but blanks; none of the columns that hold text. */
export type SkipReason = 'not UTF-8' | 'empty' | 'no text';

/** How many there were, and the name of the first. */
export interface Counted {
  readonly count: number;
  readonly first: string;
}

/** The documents of files and folders, one at a time: never all in memory. */
export interface DocumentSource {
  /** Files in reading order, absolute. */
  readonly files: readonly string[];
  /** Folder and name of each: what types and sources are made of, wherever the whole lies. */
  readonly names: readonly string[];
  /** As they were given: what else, besides the files and their names, says which documents there are. */
  readonly options: DocumentOptions;
  /** Reads from the first on; may be called again. What cannot be read (not UTF-8, empty) is skipped and counted. */
  documents(): AsyncGenerator<TextDocument>;
  /** Counts of the last reading, by reason, with the first name: for warnings. */
  readonly skipped: ReadonlyMap<SkipReason, Counted>;
  /** Files in the folders that are of no kind that holds documents; absent where there are none. */
  readonly otherFiles: Counted | undefined;
  /** Share of the files' bytes behind the document that the last reading gave last, 0…1: for progress. */
  readonly share: number;
}

/** What was left out, in words: a line for every reason, for the warnings of a result. */
export function skippedDocuments({ skipped, otherFiles }: DocumentSource): string[] {
  const lines = [...skipped].map(([reason, { count, first }]) => {
    const what = { 'not UTF-8': 'not UTF-8', empty: 'empty', 'no text': 'without text' }[reason];
    return `${count} document${count === 1 ? '' : 's'} ${what}, left out (first: ${first})`;
  });
  if (otherFiles === undefined) return lines;
  const { count, first } = otherFiles;
  return [...lines, `${count} file${count === 1 ? '' : 's'} of other kinds, left out (first: ${first})`];
}
