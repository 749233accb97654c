import { UserError } from '../../shared/errors';

/** One record of a file, before its text is found in it. */
export interface Row {
  /** An object with columns, a text, or something else that JSON can say; `undefined` where it is not UTF-8. */
  readonly value: unknown;
  /** "row 17", "line 17"; empty where the file is one document. */
  readonly place: string;
  /** Share of the file's bytes behind it, 0…1. */
  readonly share: number;
}

/**
 * Reads the records of a file of one format, a bounded part at a time.
 * @param columns top-level columns that may be asked for; a format that stores columns apart reads only these
 */
export type RowReader = (file: string, columns: readonly string[]) => AsyncGenerator<Row>;

/** One record, or one text file, is at most this long: it must fit in memory several times over. */
export const LARGEST_RECORD = 64 * 2 ** 20;

/** UTF-8 as text without a byte-order mark; `undefined` where the bytes are something else. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A text file that is too long to be one document. */
export function tooLarge(file: string, remedy: string): UserError {
  return new UserError(`${file} is larger than ${LARGEST_RECORD / 2 ** 20} MB, too long for one document`, remedy);
}
