import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { skippedDocuments } from '../../../../src/data/documents/documents';
import type { DocumentOptions, TextDocument } from '../../../../src/data/documents/documents';
import { openDocuments } from '../../../../src/data/documents/open';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'brainlens-documents-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const allOf = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};
const write = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};
const lines = (...rows: unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const read = async (paths: string | readonly string[], options: DocumentOptions = {}): Promise<TextDocument[]> =>
  allOf((await openDocuments([paths].flat(), options)).documents());
const texts = async (path: string, options: DocumentOptions = {}): Promise<string[]> =>
  (await read(path, options)).map(({ text }) => text);

describe('a folder of documents', () => {
  test('is read in name order, folders within it too; the type is the folder below the one given', async () => {
    write('mixed/code/parse.py', 'x = 1');
    write('mixed/code/deep/er.ts', 'const x = 1;');
    write('mixed/book.md', '# Book');
    write('mixed/wiki/a.jsonl', lines({ text: 'One.' }, { text: 'Two.' }));
    expect(await read(join(folder, 'mixed'))).toEqual([
      { text: '# Book', type: 'mixed', source: 'book.md' },
      { text: 'const x = 1;', type: 'code', source: join('code', 'deep', 'er.ts') },
      { text: 'x = 1', type: 'code', source: join('code', 'parse.py') },
      { text: 'One.', type: 'wiki', source: `${join('wiki', 'a.jsonl')}, line 1` },
      { text: 'Two.', type: 'wiki', source: `${join('wiki', 'a.jsonl')}, line 2` },
    ]);
  });

  test('of which hidden folders and node_modules are no part, and links are followed but not in circles', async () => {
    write('elsewhere/linked.txt', 'Linked.');
    write('all/.git/hidden.txt', 'Hidden.');
    write('all/node_modules/x/index.js', 'x');
    write('all/own.txt', 'Own.');
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'all/link'));
    symlinkSync(join(folder, 'all'), join(folder, 'all/round'));
    expect(await texts(join(folder, 'all'))).toEqual(['Linked.', 'Own.']);
  });

  test('skips what is not UTF-8, empty or of another kind, and says how much and which', async () => {
    write('all/1-latin.txt', Uint8Array.of(0x63, 0x61, 0x66, 0xe9));
    write('all/2-utf16.txt', Uint8Array.of(0xff, 0xfe, 0x61, 0));
    write('all/3-blank.txt', ' \n');
    write('all/4-good.txt', '\ufeffGood.');
    write('all/5-picture.png', 'png');
    write('all/6-package.json', '{"name": "x"}');
    write(
      'all/7-rows.jsonl',
      Buffer.concat([
        Buffer.from('{"text": "caf\u00e9"}\n{"text": "'),
        Buffer.of(0xe9),
        Buffer.from('"}\n{"text": "\\ud800"}\n{"other": 1}\n'),
      ]),
    );
    const source = await openDocuments([join(folder, 'all')]);
    expect((await allOf(source.documents())).map(({ text }) => text)).toEqual(['Good.', 'café']);
    expect(skippedDocuments(source)).toEqual([
      '4 documents not UTF-8, left out (first: 1-latin.txt)',
      '1 document empty, left out (first: 3-blank.txt)',
      '2 documents without text, left out (first: 6-package.json)',
      '1 file of other kinds, left out (first: 5-picture.png)',
    ]);
    expect(source.share).toBe(1);
  });

  test('can be read again, counting anew', async () => {
    write('all/a.txt', 'A');
    write('all/b.txt', '');
    const source = await openDocuments([join(folder, 'all')]);
    const first = await allOf(source.documents());
    expect(await allOf(source.documents())).toEqual(first);
    expect(source.skipped.get('empty')).toEqual({ count: 1, first: 'b.txt' });
  });

  test('gives each file once, however often it is named', async () => {
    const file = write('all/code/a.py', 'A');
    write('all/b.txt', 'B');
    const documents = await read([join(folder, 'all'), file, join(folder, 'all/code')]);
    expect(documents.map(({ text, type }) => `${text} ${type}`)).toEqual(['B all', 'A code']);
  });

  test('without documents, or a path that is not there, is an error', async () => {
    write('none/a.png', '');
    await expect(openDocuments([join(folder, 'none')])).rejects.toThrow('holds no documents');
    await expect(openDocuments([join(folder, 'gone')])).rejects.toThrow('does not exist');
    await expect(openDocuments([])).rejects.toThrow('No documents were given');
  });

  test('names tell a renamed folder of types from the one before, and not where the whole lies', async () => {
    write('one/code/a.txt', 'x');
    write('two/code/a.txt', 'x');
    write('three/wiki/a.txt', 'x');
    const named = async (of: string): Promise<readonly string[]> => (await openDocuments([join(folder, of)])).names;
    expect(await named('one')).toEqual([`code: ${join('code', 'a.txt')}`]);
    expect(await named('two')).toEqual(await named('one'));
    expect(await named('three')).not.toEqual(await named('one'));
  });

  test('types can be the files’ names', async () => {
    write('all/a.txt', 'A');
    write('all/b.jsonl.gz', gzipSync(lines({ text: 'B' })));
    expect((await read(join(folder, 'all'), { types: 'file' })).map(({ type }) => type)).toEqual(['a', 'b']);
  });
});

describe('text columns', () => {
  test('are text, else content, unless they are named; paths and lists are followed', async () => {
    const file = write(
      'a.jsonl',
      lines(
        { content: 'Not me.', text: 'Me.' },
        { content: 'By content.' },
        { turns: ['First?', 'Second?'], answer: 'Both.' },
        { conversations: [{ value: 'Who?' }, { value: 'I.' }], meta: { note: 'N' }, 'meta.note': 'own name' },
      ),
    );
    expect(await texts(file)).toEqual(['Me.', 'By content.']);
    expect(await texts(file, { textColumn: 'turns, answer,conversations.value,meta.note' })).toEqual([
      'First? Second?\n\nBoth.',
      'Who? I.\n\nown name',
    ]);
  });

  test('that are not there are named with those that are, before anything is read', async () => {
    const file = write('qa.jsonl', lines({ question: 'Q', answer: 'A' }));
    await expect(openDocuments([file])).rejects.toThrow(
      'qa.jsonl has no text column (text or content): it has question, answer. Name the column with --text-column',
    );
    await expect(openDocuments([file], { textColumn: 'body' })).rejects.toThrow('none of the columns body');
    await expect(openDocuments([file], { textColumn: 'answer', typeColumn: 'kind' })).rejects.toThrow(
      'No document has the column "kind": qa.jsonl has question, answer',
    );
  });

  test('types come from a column, from meta.pile_set_name, or from the folder', async () => {
    const file = write(
      'pile/x.jsonl',
      lines({ text: 'a', meta: { pile_set_name: 'Github' }, kind: 3 }, { text: 'b', kind: '' }),
    );
    expect((await read(file)).map(({ type }) => type)).toEqual(['Github', 'pile']);
    expect((await read(file, { typeColumn: 'kind' })).map(({ type }) => type)).toEqual(['3', 'pile']);
  });

  test('rows are joined by file and type where they are short', async () => {
    const row = (text: string, kind: string): object => ({ text, kind });
    const a = write('a.jsonl', lines(row('1', 'x'), row('2', 'y'), row('3', 'x'), row('4', 'x')));
    const b = write('b.jsonl', lines(row('5', 'x')));
    expect(await read([a, b], { typeColumn: 'kind', join: 2 })).toEqual([
      { text: '1\n\n3', type: 'x', source: 'a.jsonl, line 1 to line 3' },
      { text: '2', type: 'y', source: 'a.jsonl, line 2' },
      { text: '4', type: 'x', source: 'a.jsonl, line 4' },
      { text: '5', type: 'x', source: 'b.jsonl, line 1' },
    ]);
  });
});

describe('formats', () => {
  test('JSON Lines of several chunks come out whole, packed or not, the last line without an end', async () => {
    const long = Array.from({ length: 40 }, (_, i) => ({ text: `${i} ${'é'.repeat(50_000)}` }));
    const content = lines(...long).trimEnd();
    const expected = long.map(({ text }) => text);
    expect(await texts(write('long.jsonl', content))).toEqual(expected);
    expect(await texts(write('long.jsonl.gz', gzipSync(content)))).toEqual(expected);
  });

  test('CSV and TSV with quotes and line breaks', async () => {
    expect(await texts(write('a.csv', '\ufeff"text",kind\r\n"Two\r\nlines, ""quoted""",x\r\n'))).toEqual([
      'Two\r\nlines, "quoted"',
    ]);
    expect(await texts(write('a.tsv', 'index\ttext\n0\tSaid "so"\n'))).toEqual(['Said "so"']);
  });

  test('Parquet, written by pyarrow in three row groups with zstd', async () => {
    const file = join(import.meta.dirname, '../../../golden/firing/documents.parquet');
    const rows = await read(file, { textColumn: 'body', typeColumn: 'meta.kind' });
    expect(rows.map(({ text, type }) => `${text} ${type}`)).toEqual(
      Array.from({ length: 7 }, (_, i) => `Row ${i} of a table, naïve. ${i % 2 ? 'odd' : 'even'}`),
    );
    expect(rows[6]!.source).toBe('documents.parquet, row 7');
    await expect(openDocuments([file])).rejects.toThrow('it has id, body, meta');
  });

  test('JSON arrays of objects or texts', async () => {
    expect(await texts(write('a.json', JSON.stringify([{ text: 'A' }, 'B'])))).toEqual(['A', 'B']);
    await expect(openDocuments([write('b.json', '{"text": "A"}')])).rejects.toThrow('b.json has no text column');
  });

  test.each([
    ['a.jsonl', '{"text": "A"}\n{"text": \n', /a\.jsonl, line 2: .*JSON/],
    ['a.jsonl.gz', gzipSync('{"text": "A"}\n'.repeat(999)).subarray(0, 40), /cannot be unpacked/],
    ['a.csv', 'text,kind\nA\n', 'row 1: 1 fields where the header names 2'],
    ['b.csv', 'text,kind\n"A,x\n', 'Close every double quote'],
    ['c.csv', Uint8Array.of(0xe9, 0x0a), 'not UTF-8'],
    ['a.parquet', 'text', 'not a Parquet file'],
    ['b.parquet', 'PAR1nothing', 'cannot be read as Parquet'],
    ['a.json', '[1,', 'a.json is not JSON'],
    ['a.jsonl.zst', '', 'zstd -d'],
    ['a.docx', '', 'of no kind that holds documents'],
  ])('%s that is damaged or foreign is named with the remedy', async (name, content, message) => {
    await expect(read(write(name, content))).rejects.toThrow(message);
  });
});
