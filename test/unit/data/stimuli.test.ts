import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileProblem } from '../../../src/data/files';
import { readStimuli } from '../../../src/data/stimuli';
import { UserError } from '../../../src/shared/errors';

const goldenFolder = join(__dirname, '../../golden/stimuli');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stimuli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function refusal(path: string, columns = {}): Promise<string> {
  const error: unknown = await readStimuli([path], columns).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).toContain(path);
  expect(message).not.toContain('\n');
  return message;
}

const LANGLOC_HEADER = Array.from({ length: 14 }, (_, i) => `stim${i + 1}`).join(',');

describe('reading stimuli', () => {
  it('reads CSV with quotes, commas and line breaks inside a field', async () => {
    const path = file('a.csv', 'id,condition,text\n1,S,"one, ""two""\nthree"\n2,N,plain\n');
    expect(await readStimuli([path])).toEqual([
      { text: 'one, "two"\nthree', condition: 'S', source: path, row: 1 },
      { text: 'plain', condition: 'N', source: path, row: 2 },
    ]);
  });

  it('keeps NA and NULL as the words they are', async () => {
    const path = file('na.csv', 'text,condition\nNA,NULL\nNULL,nan\n');
    expect((await readStimuli([path])).map((s) => [s.text, s.condition])).toEqual([
      ['NA', 'NULL'],
      ['NULL', 'nan'],
    ]);
  });

  it('accepts a byte-order mark, CRLF and blank lines', async () => {
    const path = file('bom.csv', '\ufefftext,condition\r\nhello,a\r\n\r\nworld,b\r\n');
    expect((await readStimuli([path])).map((s) => [s.text, s.condition, s.row])).toEqual([
      ['hello', 'a', 1],
      ['world', 'b', 2],
    ]);
  });

  it.each([
    ['a header ended by LF above CRLF rows', 'text,condition\none,a\r\ntwo,b\r\n'],
    ['a header ended by CRLF above LF rows', 'text,condition\r\none,a\ntwo,b\n'],
    ['line ends of all kinds', 'condition,text\ra,one\r\nb,two\n'],
  ])('reads %s alike', async (_name, content) => {
    expect((await readStimuli([file('mixed.csv', content)])).map((s) => [s.text, s.condition, s.row])).toEqual([
      ['one', 'a', 1],
      ['two', 'b', 2],
    ]);
  });

  it('finds a sentence or stimulus column, and prefers text', async () => {
    const sentence = file('sentence.tsv', 'stimulus\tsentence\nx\ty z, w\n');
    expect((await readStimuli([sentence]))[0]).toEqual({ text: 'y z, w', source: sentence, row: 1 });
  });

  it('takes the columns that are named', async () => {
    const path = file('named.csv', 'text,prompt,group\na,b,c\n');
    expect(await readStimuli([path], { text: 'prompt', condition: 'group' })).toEqual([
      { text: 'b', condition: 'c', source: path, row: 1 },
    ]);
  });

  it('reads JSON Lines, numbers as condition names, and columns that only some rows have', async () => {
    const path = file('a.jsonl', '{"text":"a"}\n\n{"text":"b","condition":2}\n');
    expect(await readStimuli([path])).toEqual([
      { text: 'a', source: path, row: 1 },
      { text: 'b', condition: '2', source: path, row: 2 },
    ]);
  });

  it.each(['snappy', 'zstd', 'gzip'])('reads Parquet compressed with %s', async (codec) => {
    const stimuli = await readStimuli([join(goldenFolder, `${codec}.parquet`)]);
    expect(stimuli.map((s) => [s.text, s.condition])).toEqual([
      ['the cat sat', 'a'],
      ['NA', 'b'],
      ['größer, ‘quoted’', 'a'],
      ['last one', undefined],
    ]);
  });

  it('reads the language-localizer layout: twelve words in lower case, condition as in the file', async () => {
    const path = file('langloc.csv', `${LANGLOC_HEADER}\n1,JUST,THE,NA,OF,NULL,A,B,C,D,E,F,G,S\n`);
    expect(await readStimuli([path])).toEqual([
      { text: 'just the na of null a b c d e f g', condition: 'S', source: path, row: 1 },
    ]);
  });

  it('reads a folder in name order, its tables only, and concatenates several paths', async () => {
    const inner = join(folder, 'inner');
    mkdirSync(inner);
    writeFileSync(join(inner, 'b.csv'), 'text\nsecond\n');
    writeFileSync(join(inner, 'a.jsonl'), '{"text":"first"}\n');
    writeFileSync(join(inner, 'README.md'), 'notes');
    writeFileSync(join(inner, '.hidden.csv'), 'text\nhidden\n');
    const last = file('last.csv', 'text\nthird\n');
    expect((await readStimuli([inner, last])).map((s) => s.text)).toEqual(['first', 'second', 'third']);
  });
});

describe('refusing stimuli, in one line with file and remedy', () => {
  it('an unknown column: lists those present', async () => {
    const path = file('columns.csv', 'item,words\n1,a\n');
    expect(await refusal(path)).toMatch(/no column text, sentence or stimulus, but: item, words/);
    expect(await refusal(path, { text: 'prompt' })).toMatch(/no column "prompt", but: item, words/);
    expect(await refusal(path, { text: 'words', condition: 'cond' })).toMatch(/no column "cond"/);
  });

  it('semicolons for commas', async () => {
    expect(await refusal(file('semicolon.csv', 'text;condition\na;b\n'))).toMatch(/separated by semicolons/);
  });

  it('an empty file, and a header alone', async () => {
    expect(await refusal(file('empty.csv', ''))).toMatch(/is empty/);
    expect(await refusal(file('empty.jsonl', '\n'))).toMatch(/is empty/);
    expect(await refusal(file('header.csv', 'text,condition\n'))).toMatch(/holds no stimuli/);
  });

  it('a row with empty text, by its number', async () => {
    expect(await refusal(file('gap.csv', 'text,condition\na,b\n  ,b\n'))).toMatch(
      /row 2 \(line 3\): the text is empty/,
    );
    expect(await refusal(file('gaploc.csv', `${LANGLOC_HEADER}\n1,,,,,,,,,,,,,S\n`))).toMatch(/row 1.*text is empty/);
  });

  it('a wrong number of fields, by row', async () => {
    expect(await refusal(file('fields.csv', 'text,condition\na,b\nc, d,e\n'))).toMatch(
      /row 2 \(line 3\): 3 fields where the header names 2/,
    );
  });

  it('an open quote', async () => {
    expect(await refusal(file('quote.csv', 'text,condition\n"a,b\nc,d\n'))).toMatch(/quote/i);
  });

  it('text that is no text in JSON Lines, and broken JSON, by line', async () => {
    expect(await refusal(file('number.jsonl', '{"text":"a"}\n{"text":5}\n'))).toMatch(
      /row 2 \(line 2\): "text" is not text/,
    );
    expect(await refusal(file('broken.jsonl', '{"text":"a"}\n{"text":\n'))).toMatch(/line 2/);
    expect(await refusal(file('list.jsonl', '["a"]\n'))).toMatch(/line 1 is not a JSON object/);
  });

  it('UTF-16, UTF-32 and Latin-1, by name', async () => {
    const text = 'text,condition\ncafé,a\n';
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
    expect(await refusal(file('utf16le.csv', utf16))).toMatch(/UTF-16 \(little-endian\)/);
    expect(await refusal(file('utf16be.csv', Buffer.from(utf16).swap16()))).toMatch(/UTF-16 \(big-endian\)/);
    expect(await refusal(file('utf32.csv', new Uint8Array([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0])))).toMatch(/UTF-32/);
    expect(await refusal(file('latin1.csv', Buffer.from(text, 'latin1')))).toMatch(
      /\(line 2\).*Latin-1 or Windows-1252/,
    );
  });

  it('binary files under a text name', async () => {
    expect(await refusal(file('book.csv', new Uint8Array([0x50, 0x4b, 3, 4, 20, 0])))).toMatch(/Excel workbook/);
    expect(await refusal(file('image.csv', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0])))).toMatch(
      /binary file/,
    );
    expect(await refusal(file('arrow.csv', 'PAR1abc'))).toMatch(/Parquet file.*Name it .parquet/);
  });

  it('text under the name .parquet, and a truncated Parquet file', async () => {
    expect(await refusal(file('text.parquet', 'text\na\n'))).toMatch(/not a Parquet file/);
    expect(await refusal(file('cut.parquet', 'PAR1\0\0\0\0\0\0\0\0'))).toMatch(/cannot be read as Parquet/);
  });

  it('Parquet with a whole footer and damaged columns, without a rejection that nobody hears', async () => {
    const whole = readFileSync(join(goldenFolder, 'snappy.parquet'));
    const footer = whole.length - 8 - whole.readUInt32LE(whole.length - 8);
    const damaged = Buffer.from(whole).fill(0xff, 4, footer);
    const cut = Buffer.concat([whole.subarray(0, footer >> 1), whole.subarray(footer)]);
    const unheard: unknown[] = [];
    const hear = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', hear);
    try {
      for (const [name, bytes] of Object.entries({ damaged, cut })) {
        expect(await refusal(file(`${name}.parquet`, bytes))).toMatch(/cannot be read as Parquet.*write it again/);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      process.off('unhandledRejection', hear);
    }
    expect(unheard).toEqual([]);
  });

  it('an unknown kind of file, a missing file and a folder without stimuli', async () => {
    expect(await refusal(file('a.docx', 'x'))).toMatch(/\.csv, \.tsv, \.jsonl or \.parquet/);
    expect(await refusal(join(folder, 'missing.csv'))).toMatch(/does not exist/);
    const bare = join(folder, 'bare');
    mkdirSync(bare);
    expect(await refusal(bare)).toMatch(/holds no stimuli/);
  });

  it('a file without read permission', async (ctx) => {
    const denied = Object.assign(new Error('EACCES'), { code: 'EACCES' });
    expect(String(fileProblem('x.csv', denied))).toMatch(/x\.csv cannot be read: permission denied.*chmod/);
    if (process.getuid?.() === 0) ctx.skip('root reads every file, so only the message was checked');
    const path = file('locked.csv', 'text\na\n');
    chmodSync(path, 0);
    expect(await refusal(path)).toMatch(/permission denied/);
  });

  it('no file at all', async () => {
    await expect(readStimuli([])).rejects.toThrow(/no stimuli were given/);
  });
});

describe('the published language localizer', () => {
  it('is read whole: 240 sentences, 240 nonword lists', async (ctx) => {
    const published = join(__dirname, '../../../../shared/data/localizer/language');
    if (!existsSync(published)) ctx.skip('the published stimuli are not beside this repository');
    const stimuli = await readStimuli([published]);
    expect(stimuli.filter((s) => s.condition === 'S')).toHaveLength(240);
    expect(stimuli.filter((s) => s.condition === 'N')).toHaveLength(240);
    expect(stimuli[0]!.text).toBe('just the barest suggestion of a heel is found on teenage pumps');
  });
});
