import { createReadStream } from 'node:fs';
import type { ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf, UserError } from '../../shared/errors';
import { fileProblem } from '../files';
import { LARGEST_RECORD, utf8 } from './rows';
import type { Row } from './rows';

const CHUNK_BYTES = 2 ** 20;
const NEWLINE = 0x0a;

/**
 * JSON Lines, also gzipped (`.gz`), line by line: memory holds a chunk and a line.
 * @throws UserError that names file and line: no JSON, or a line above 64 MB
 */
export async function* readJsonLines(file: string): AsyncGenerator<Row> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw fileProblem(file, error);
  });
  const raw = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  let number = 0;
  try {
    for await (const bytes of linesOf(unpacked(raw, file), file)) {
      number += 1;
      const text = utf8(bytes);
      if (text !== undefined && text.trim() === '') continue;
      const value = text === undefined ? undefined : parsed(text, file, number);
      yield { value, place: `line ${number}`, share: size === 0 ? 1 : raw.bytesRead / size };
    }
  } catch (error) {
    throw damaged(file, error);
  } finally {
    raw.destroy();
  }
}

function unpacked(raw: ReadStream, file: string): Readable {
  if (!file.toLowerCase().endsWith('.gz')) return raw;
  // Errors of either come out of the loop that reads the second.
  return pipeline(raw, createGunzip(), () => undefined);
}

async function* linesOf(stream: Readable, file: string): AsyncGenerator<Uint8Array> {
  let parts: Buffer[] = [];
  let held = 0;
  let number = 1;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...parts, chunk.subarray(start, end)]);
      parts = [];
      held = 0;
      number += 1;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    held += chunk.length - start;
    if (held > LARGEST_RECORD) {
      const problem = `${file}, line ${number} is longer than ${LARGEST_RECORD / 2 ** 20} MB`;
      throw new UserError(problem, 'Put one JSON object on each line.');
    }
  }
  if (held > 0) yield Buffer.concat(parts);
}

function parsed(text: string, file: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file}, line ${number}: ${messageOf(error)}`, 'Every line must be one JSON object.');
  }
}

/** Errors of zlib in words; the others as they are. */
function damaged(file: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!/^(Z_|ERR_STREAM_PREMATURE)/.test(code)) return fileProblem(file, error);
  return new UserError(`${file} cannot be unpacked: ${messageOf(error)}`, 'It may be truncated: download it again.');
}
