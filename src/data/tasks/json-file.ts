import { UserError, messageOf } from '../../shared/errors';
import { readBytes } from '../files';
import { decodeText } from '../text';

/**
 * Parses a JSON file.
 * @param expected what to give instead of an empty file
 * @throws UserError that names the file, and for malformed JSON the line
 */
export async function readJson(file: string, expected = 'a SyntaxGym suite'): Promise<unknown> {
  const text = decodeText(await readBytes(file), file);
  if (text.trim() === '') throw new UserError(`${file} is empty`, `Give ${expected}.`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file}, line ${lineOfError(text)} is not JSON: ${messageOf(error)}`, 'Correct that line.');
  }
}

/**
 * The first line (from 1) with which malformed JSON cannot be completed any more. The parser's message does not always
 * hold a position, but it tells an unfinished text from a wrong one; so the line is found by bisection.
 */
function lineOfError(text: string): number {
  const lines = text.split('\n');
  let unfinished = 0;
  let wrong = lines.length;
  while (wrong - unfinished > 1) {
    const middle = (unfinished + wrong) >> 1;
    if (isStart(lines.slice(0, middle).join('\n').trimEnd())) unfinished = middle;
    else wrong = middle;
  }
  return wrong;
}

function isStart(text: string): boolean {
  if (text === '') return true;
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = messageOf(error);
    // No string goes on in the next line.
    if (message.includes('Unterminated string')) return false;
    const position = /at position (\d+)/.exec(message)?.[1];
    return message.includes('end of JSON input') || (position !== undefined && Number(position) >= text.length);
  }
}
