import { basename, dirname } from 'node:path';
import { UserError } from '../../shared/errors';
import type { Manifest } from '../../shared/manifest';
import { filesOf } from '../files';
import { fileOf } from './reading';
import type { Reading } from './reading';
import type { SourceFile } from './response-tables';

/**
 * The files of the responses, in name order, with the subject and run that their names give.
 * @throws UserError for a pattern that fits no file, and names without a subject or run
 */
export async function sourceFiles(reading: Reading, responses: Manifest['responses']): Promise<SourceFile[]> {
  if (responses.file !== undefined) {
    return [{ file: fileOf(reading, responses.file, 'responses'), subject: undefined, run: undefined }];
  }
  const { files } = responses;
  const paths = typeof files === 'string' ? await matching(reading, files) : (files ?? []);
  const excluded = new Set((responses.exclude ?? []).map(String));
  const left: string[] = [];
  const sources = paths.map((path) => ({
    path,
    subject: partOf(path, responses.subject, 'subject'),
    run: partOf(path, responses.run, 'run'),
  }));
  const kept = sources.filter(({ subject }) => {
    const out = subject !== undefined && excluded.has(subject);
    if (out) left.push(subject);
    return !out;
  });
  const unknown = responses.subject === undefined ? [] : [...excluded].filter((name) => !left.includes(name));
  if (unknown.length > 0) {
    throw new UserError(`responses.exclude: no file is of subject ${unknown.join(', ')}`, 'Mend or remove the name.');
  }
  if (left.length > 0) reading.warnings.push(leftOut('subject', [...new Set(left)]));
  if (kept.length === 0) throw new UserError('All subjects are excluded', 'Leave some in responses.exclude out.');
  return kept.map(({ path, subject, run }) => ({ file: fileOf(reading, path, 'responses'), subject, run }));
}

/** "Left out, as the manifest says: subject s33." */
export function leftOut(noun: string, names: readonly string[]): string {
  return `Left out, as the manifest says: ${noun}${names.length === 1 ? '' : 's'} ${names.join(', ')}.`;
}

async function matching(reading: Reading, pattern: string): Promise<string[]> {
  const folder = fileless(reading, dirname(pattern));
  const escaped = basename(pattern)
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${escaped}$`);
  const found = (await filesOf(folder)).filter((file) => expression.test(basename(file)));
  if (found.length > 0) return found;
  throw new UserError(
    `No file in ${folder} fits ${basename(pattern)}`,
    'Check responses.files; * stands for any part of a file name.',
  );
}

/** Resolves a folder without noting it as a file. */
function fileless(reading: Reading, folder: string): string {
  return fileOf({ ...reading, files: [] }, folder, 'folder');
}

function partOf(path: string, expression: string | undefined, what: string): string | undefined {
  if (expression === undefined) return undefined;
  let found: RegExpExecArray | null;
  try {
    found = new RegExp(expression).exec(basename(path));
  } catch {
    throw new UserError(`responses.${what}: ${expression} is no regular expression`, 'Write one like (s\\d+)-.');
  }
  const part = found?.[1] ?? found?.[0];
  if (part !== undefined && part !== '') return part;
  throw new UserError(
    `${path}: its name holds no ${what} by ${expression}`,
    `Mend responses.${what}, or the pattern of files.`,
  );
}
