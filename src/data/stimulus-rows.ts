import type { Stimulus } from './stimuli';

/** Where each row of a result's arrays came from, in the arrays' order. */
export interface StimulusRows {
  /** The files as they were read. */
  readonly files: readonly string[];
  readonly rows: readonly StimulusRow[];
}

export interface StimulusRow {
  /** Index into `files`. */
  readonly file: number;
  /** Row in that file, from 1 below the header. */
  readonly row: number;
  /** Absent where the file names none. */
  readonly condition?: string;
}

/** What joins the rows of a result to its stimuli. */
export function stimulusRows(stimuli: readonly Stimulus[]): StimulusRows {
  const indices = new Map<string, number>();
  const rows = stimuli.map(({ source, row, condition }) => {
    const file = indices.get(source) ?? indices.size;
    indices.set(source, file);
    return { file, row, ...(condition !== undefined && { condition }) };
  });
  return { files: [...indices.keys()], rows };
}
