/** One text with its type: "wikipedia", "code". */
export interface TextDocument {
  readonly text: string;
  readonly type: string;
  /** For messages and dashboards: "code/parse.py", "pile.jsonl, row 17". */
  readonly source: string;
}

/** How documents are found in files. */
export interface DocumentOptions {
  /** Column of the text in JSONL, Parquet, CSV and TSV: a name or a path such as `meta.text`; default `text`, `content`. */
  readonly textColumn?: string | undefined;
  /** Column of the type; default `meta.pile_set_name` where a row has it, else by `types`. */
  readonly typeColumn?: string | undefined;
  /** Without a column, the type is the name of the file's folder, or of the file. Default folder. */
  readonly types?: 'folder' | 'file' | undefined;
}

/** The documents of files and folders, one at a time: never all in memory. */
export interface DocumentSource {
  /** Files in reading order, absolute. */
  readonly files: readonly string[];
  /** Reads from the first on; may be called again. What cannot be read (not UTF-8, empty) is skipped and counted. */
  documents(): AsyncGenerator<TextDocument>;
  /** Counts of the last reading, by reason, with the first name: for warnings. */
  readonly skipped: ReadonlyMap<'not UTF-8' | 'empty' | 'no text', { readonly count: number; readonly first: string }>;
}
