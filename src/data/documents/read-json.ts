import { stat } from 'node:fs/promises';
import { messageOf, UserError } from '../../shared/errors';
import { fileProblem, readBytes } from '../files';
import { LARGEST_RECORD, tooLarge, utf8 } from './rows';
import type { Row } from './rows';

/**
 * The items of a JSON array, read whole: up to 64 MB. Anything but an array is one row without text.
 * @throws UserError that names the file where it is no JSON, or too large
 */
export async function* readJsonArray(file: string): AsyncGenerator<Row> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw fileProblem(file, error);
  });
  if (size > LARGEST_RECORD) throw tooLarge(file, 'Write it as JSON Lines, one object a line: that is streamed.');
  const text = utf8(await readBytes(file));
  if (text === undefined) {
    yield { value: undefined, place: '', share: 1 };
    return;
  }
  const content = parsed(text, file);
  if (!Array.isArray(content)) {
    yield { value: null, place: '', share: 1 };
    return;
  }
  for (const [i, value] of (content as unknown[]).entries())
    yield { value, place: `item ${i + 1}`, share: (i + 1) / content.length };
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${messageOf(error)}`, 'Name JSON Lines .jsonl.');
  }
}
