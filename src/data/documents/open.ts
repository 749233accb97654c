import { basename, extname } from 'node:path';
import { UserError } from '../../shared/errors';
import { columnsOf, textOfRow, topLevel, typeOfRow } from './columns';
import type { Columns } from './columns';
import type { Counted, DocumentOptions, DocumentSource, SkipReason, TextDocument } from './documents';
import { findFiles } from './find-files';
import type { FoundFile } from './find-files';
import { isTableOfDocuments, readerOf } from './formats';
import { joinDocuments } from './join';
import type { PlacedDocument } from './join';

/** Rows of a table among which one must have a text, and one a type. */
const ROWS_SEEN = 100;

/**
 * The documents of files and folders (see `findFiles`): `.txt`, `.md` and source code, a file a document; JSON Lines (also
 * gzipped), JSON arrays, CSV, TSV and Parquet, a row a document. Tables are looked into here, so that a missing column is
 * known before a long run.
 * @throws UserError that names file and remedy: a missing path, another kind of file, a table without a text column
 */
export async function openDocuments(paths: readonly string[], options: DocumentOptions = {}): Promise<DocumentSource> {
  if (paths.length === 0) throw new UserError('No documents were given', 'Name files or folders with --documents.');
  const { files, others } = await findFiles(paths);
  const columns = columnsOf(options);
  await lookInto(files, columns);
  return new FileDocuments(files, others, columns, options);
}

class FileDocuments implements DocumentSource {
  readonly files: readonly string[];
  readonly names: readonly string[];
  readonly skipped = new Map<SkipReason, Counted>();
  share = 0;
  private readonly bytes: number;

  constructor(
    private readonly found: readonly FoundFile[],
    readonly otherFiles: Counted | undefined,
    private readonly columns: Columns,
    readonly options: DocumentOptions,
  ) {
    this.files = found.map(({ path }) => path);
    this.names = found.map(({ folder, name }) => `${folder}: ${name}`);
    this.bytes = found.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async *documents(): AsyncGenerator<TextDocument> {
    this.skipped.clear();
    this.share = 0;
    const { join = 1 } = this.options;
    const all = this.placed();
    for await (const { text, type, source, share } of join > 1 ? joinDocuments(all, join) : all) {
      this.share = share;
      yield { text, type, source };
    }
    this.share = 1;
  }

  private async *placed(): AsyncGenerator<PlacedDocument> {
    const columns = topLevel(this.columns);
    let before = 0;
    for (const { path, name, folder, bytes } of this.found) {
      const ownType = this.options.types === 'file' ? stem(path) : folder;
      let rows = 0;
      for await (const { value, place, share } of readerOf(path)(path, columns)) {
        rows += 1;
        const source = place === '' ? name : `${name}, ${place}`;
        const text = this.textOf(value, source);
        if (text === undefined) continue;
        const done = this.bytes === 0 ? 1 : (before + share * bytes) / this.bytes;
        yield { text, type: typeOfRow(value, this.columns) ?? ownType, source, file: name, place, share: done };
      }
      if (rows === 0) this.skip('empty', name);
      before += bytes;
    }
  }

  private textOf(value: unknown, source: string): string | undefined {
    if (value === undefined) return this.skip('not UTF-8', source);
    const text = textOfRow(value, this.columns);
    if (text === undefined) return this.skip('no text', source);
    if (text.trim() === '') return this.skip('empty', source);
    // Half of a surrogate pair, as JSON's \ud800 can write it, is no character.
    if (/\p{Surrogate}/u.test(text)) return this.skip('not UTF-8', source);
    return text;
  }

  private skip(reason: SkipReason, source: string): undefined {
    const known = this.skipped.get(reason);
    this.skipped.set(reason, { count: (known?.count ?? 0) + 1, first: known?.first ?? source });
  }
}

function stem(path: string): string {
  return basename(path, extname(path)).replace(/\.(jsonl|ndjson)$/i, '');
}

/** Asks of every table one row with a text, and of all together one with a type where its column was named. */
async function lookInto(files: readonly FoundFile[], columns: Columns): Promise<void> {
  let typed = columns.type === undefined;
  let seen: { readonly name: string; readonly columns: readonly string[] } | undefined;
  for (const file of files.filter(({ path }) => isTableOfDocuments(path))) {
    const look = await lookAt(file.path, columns);
    typed ||= look.typed;
    seen ??= look.columns.length > 0 ? { name: file.name, columns: look.columns } : undefined;
    if (look.rows === 0 || look.text) continue;
    // Folders of source code hold JSON of every kind: what has no text there is counted, not refused.
    if (extname(file.path).toLowerCase() !== '.json' || file.given) throw noText(file.path, look.columns, columns);
  }
  if (typed || seen === undefined) return;
  throw new UserError(
    `No document has the column "${columns.type}": ${seen.name} has ${listed(seen.columns)}`,
    'Name the type’s column with --type-column, or leave it out: the type is then the folder’s name.',
  );
}

interface Look {
  readonly rows: number;
  readonly text: boolean;
  readonly typed: boolean;
  readonly columns: readonly string[];
}

async function lookAt(path: string, columns: Columns): Promise<Look> {
  let rows = 0;
  let text = false;
  let typed = columns.type === undefined;
  const names = new Set<string>();
  for await (const { value } of readerOf(path)(path, topLevel(columns))) {
    if (value === undefined) continue;
    rows += 1;
    text ||= textOfRow(value, columns) !== undefined;
    typed ||= typeOfRow(value, columns) !== undefined;
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      Object.keys(value).forEach((name) => names.add(name));
    if ((text && typed) || rows === ROWS_SEEN) break;
  }
  return { rows, text, typed, columns: [...names] };
}

function noText(path: string, found: readonly string[], { text, named }: Columns): UserError {
  const what = named ? `none of the columns ${text.join(', ')}` : 'no text column (text or content)';
  const has = found.length === 0 ? 'its rows are no objects with columns' : `it has ${listed(found)}`;
  return new UserError(
    `${path} has ${what}: ${has}`,
    'Name the column with --text-column; several, separated by commas, are joined.',
  );
}

function listed(names: readonly string[]): string {
  const most = 20;
  return names.length > most ? `${names.slice(0, most).join(', ')} and ${names.length - most} more` : names.join(', ');
}
