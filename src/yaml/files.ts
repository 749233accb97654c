/** The disk as a YAML file sees it; paths are as the file writes them, relative to its folder. */
export interface FileView {
  /** Whether there is a file or a folder; a path with `*` stands for any part of a file name. */
  exists(path: string): Promise<boolean>;
  /** The columns that the first line of a .csv or .tsv file names; `undefined` for other files and unreadable ones. */
  columns(path: string, separator: string | undefined): Promise<readonly string[] | undefined>;
  /** The text of a YAML file; `undefined` for other files, large and unreadable ones. */
  yaml?(path: string): Promise<string | undefined>;
  /** Files below the YAML file's folder. */
  list(): Promise<readonly string[]>;
}
