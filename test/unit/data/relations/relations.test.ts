import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRelations } from '../../../../src/data/relations/relations';
import { UserError } from '../../../../src/shared/errors';

const folder = mkdtempSync(join(tmpdir(), 'brainlens-relations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const capital = { input: 'France', output: 'Paris' };

describe('relations', () => {
  it('are JSON lists called by their file; duplicates count once', async () => {
    const path = write('capital.json', [capital, { input: ' Italy', output: ['Rome'] }, capital]);
    expect(await readRelations([path])).toEqual([
      {
        name: 'capital',
        source: path,
        duplicates: 1,
        pairs: [capital, { input: 'Italy', output: 'Rome' }],
      },
    ]);
  });

  it('are tables with input and output or a and b, one or many by their column relation', async () => {
    const csv = write('tense.csv', 'input,output\ngo,went\n"see, look",saw\n');
    const tsv = write('many.tsv', 'relation\ta\tb\nplural\tcat\tcats\ngender\tking\tqueen\nplural\tdog\tdogs\n');
    const lines = write('opposite.jsonl', '{"input":"hot","output":"cold"}\n');
    const read = await readRelations([csv, tsv, lines]);
    expect(read.map(({ name, pairs }) => [name, pairs.map(({ input, output }) => `${input}:${output}`)])).toEqual([
      ['tense', ['go:went', 'see, look:saw']],
      ['plural', ['cat:cats', 'dog:dogs']],
      ['gender', ['king:queen']],
      ['opposite', ['hot:cold']],
    ]);
  });

  it('are sections of analogies, every pair once', async () => {
    const path = write(
      'questions-words.txt',
      ': capitals\nAthens Greece Oslo Norway\nOslo Norway Athens Greece\n\n: family\nboy girl man woman\n',
    );
    expect(
      (await readRelations([path])).map(({ name, pairs, duplicates }) => [name, pairs.length, duplicates]),
    ).toEqual([
      ['capitals', 2, 0],
      ['family', 2, 0],
    ]);
  });

  it('are those of a folder in name order', async () => {
    const inner = join(folder, 'inner');
    mkdirSync(inner);
    for (const name of ['b', 'a']) writeFileSync(join(inner, `${name}.json`), JSON.stringify([capital]));
    writeFileSync(join(inner, 'README.md'), 'no relation');
    expect((await readRelations([inner])).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each([
    [
      'list.json',
      [{ input: 'a', output: ['b', 'c'] }],
      /list\.json, item 1: the output is a list of 2 words\. Keep one/,
    ],
    ['number.json', [capital, { input: 3, output: 'b' }], /number\.json, item 2: the input is not text/],
    ['missing.json', [{ input: 'a' }], /missing\.json, item 1: the output is missing/],
    ['object.json', { input: 'a', output: 'b' }, /object\.json is no list of word pairs/],
    ['text.json', ['a'], /text\.json, item 1 is no object/],
    ['none.json', [], /none\.json holds no word pairs/],
    ['blank.json', '', /blank\.json is empty\. Give a list of/],
    ['columns.csv', 'from,to\na,b\n', /columns\.csv has no columns input and output \(or a and b\), but: from, to/],
    ['empty.csv', 'input,output\na,b\nc, \n', /empty\.csv, row 2 \(line 3\): the output is empty/],
    ['unnamed.csv', 'relation,input,output\n ,a,b\n', /unnamed\.csv, row 1 \(line 2\): the relation is empty/],
    ['three.txt', ': x\na b c\n', /three\.txt, line 2 has 3 words, not four/],
    ['loose.txt', 'a b c d\n', /loose\.txt, line 1 stands in no section/],
    ['words.docx', 'a', /words\.docx is of no kind that holds relations/],
  ])('are refused by file and place: %s', async (name, content, message) => {
    const error: unknown = await readRelations([write(name, content)]).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(message);
  });

  it('need names of their own', async () => {
    const path = write('capital.json', [capital]);
    await expect(readRelations([path, path])).rejects.toThrow(/two relations are called capital/);
  });
});

describe('the built-in relations', () => {
  const samples = join(__dirname, '../../../../samples/relations');

  it('are fourteen of at least thirty pairs, without duplicates, no input twice', async () => {
    const relations = await readRelations([samples]);
    expect(relations).toHaveLength(14);
    expect(readdirSync(samples).filter((name) => name.endsWith('.json'))).toHaveLength(14);
    for (const { name, pairs, duplicates } of relations) {
      expect(pairs.length, name).toBeGreaterThanOrEqual(30);
      expect(duplicates, name).toBe(0);
      expect(new Set(pairs.map(({ input }) => input)).size, name).toBe(pairs.length);
      expect(
        pairs.every(({ input, output }) => input !== output),
        name,
      ).toBe(true);
    }
  });
});
