import { stat } from 'node:fs/promises';
import { fileProblem, readBytes } from '../files';
import { decodeText } from '../text';
import { LARGEST_RECORD, tooLarge } from './rows';
import type { Row } from './rows';
import { UserError } from '../../shared/errors';

/** A text file or source code is one document. @throws UserError where it is missing, unreadable or above 64 MB */
export async function* readText(file: string): AsyncGenerator<Row> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw fileProblem(file, error);
  });
  if (size > LARGEST_RECORD)
    throw tooLarge(file, 'Cut it into several files, or write it as JSON Lines, one document a line.');
  yield { value: textOrNothing(await readBytes(file), file), place: '', share: 1 };
}

/** A document of another encoding is skipped, not an error: among thousands of files there is always one. */
function textOrNothing(bytes: Uint8Array, file: string): string | undefined {
  try {
    return decodeText(bytes, file);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
