import { LineCounter } from 'yaml';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/editor/yamlSchemas';
import { alone, disk, world } from './yaml-world';

const GOOD = `name: Tuckute 2024 baseline
stimuli:   { file: sentences.csv, text: sentence, id: item_id, group: passage }
responses: { file: responses.csv, id: item_id, columns: [lang_LH_IFG, lang_LH_MFG], summary: [lang_LH_netw] }
granularity: sentence
`;

/** Problems as "line:column-column underlined text | message". */
async function problems(text: string, name = 'dataset.yaml', files = world, others = alone): Promise<string[]> {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  const found = await diagnose(text, name, files, others);
  if (found === undefined) return ['of no known kind'];
  return found.map(({ span: { start, end }, message }) => {
    const { line, col } = lines.linePos(start);
    return `${line}:${col} ${text.slice(start, end)} | ${message}`;
  });
}

async function fixed(text: string): Promise<string> {
  const found = (await diagnose(text, 'dataset.yaml', world, alone)) ?? [];
  const [{ span, fix } = { span: { start: 0, end: 0 } }] = found;
  return text.slice(0, span.start) + (fix?.text ?? 'NO FIX') + text.slice(span.end);
}

describe('diagnostics of dataset manifests', () => {
  it('finds nothing wrong with a good manifest', async () => {
    expect(await problems(GOOD)).toEqual([]);
  });

  it('underlines a mistyped key and mends it', async () => {
    const text = GOOD.replace('group:', 'gruop:');
    expect(await problems(text)).toEqual(['2:64 gruop | Unknown key "gruop"; did you mean "group"?']);
    expect(await fixed(text)).toBe(GOOD);
  });

  it('says a mistyped required key once, not as missing too', async () => {
    const text = GOOD.replace('responses:', 'respones:').replace('dataset', 'x');
    expect(await problems(text, 'a.dataset.yaml')).toEqual([
      '3:1 respones | Unknown key "respones"; did you mean "responses"?',
    ]);
  });

  it('lists the known keys where no name is near', async () => {
    const [only] = await problems(`${GOOD}lags: { start: 0, step: 0.1, zebrafish: 1 }\n`);
    expect(only).toBe('5:30 zebrafish | Unknown key "zebrafish"; known here: unit');
  });

  it('points at the key of the part that lacks something', async () => {
    const text = GOOD.replace('file: sentences.csv, ', '');
    const [first] = await problems(text);
    expect(first).toMatch(/^2:1 stimuli \| "file" is missing: Table of stimuli/);
  });

  it('names types in plain words', async () => {
    expect(await problems(`${GOOD}timing: { tr: fast }\n`)).toEqual(['5:15 fast | "tr" must be a number, not text']);
    expect(await problems(GOOD.replace('[lang_LH_IFG, lang_LH_MFG]', 'lang_LH_IFG'))).toEqual([
      '3:57 lang_LH_IFG | "columns" must be a list, not text',
    ]);
    expect(await problems(GOOD.replace('granularity: sentence', 'granularity:'))).toEqual([
      '4:1 granularity | "granularity" is empty: it must be text',
    ]);
  });

  it('checks every item of a list, bounds, and how many items there are', async () => {
    expect(await problems(`${GOOD}timing: { rate: 100, window: [0, x, 3] }\n`)).toEqual([
      '5:30 [0, x, 3] | "window" must have at most 2 items',
      '5:34 x | Item 2 of "window" must be a number, not text',
    ]);
    expect(await problems(`${GOOD}timing: { tr: -2, delays: [1] }\n`)).toEqual(['5:15 -2 | "tr" must be above 0']);
  });

  it('suggests the listed value that was meant', async () => {
    const text = GOOD.replace('granularity: sentence', 'granularity: sentance');
    expect(await problems(text)).toEqual(['4:14 sentance | "sentance" is not one of sentence, word, timeseries']);
    expect(await fixed(text)).toBe(GOOD);
  });

  it('says what settings exclude each other, at the key', async () => {
    expect(await problems(`${GOOD}timing: { delays: [1] }\n`)).toEqual([
      '5:1 timing | "timing": sentences have no timing: set granularity to word or timeseries',
    ]);
  });

  it('shows syntax errors where they are', async () => {
    const [first, ...others] = await problems(GOOD.replace('group: passage }', 'group: passage'));
    expect(first).toMatch(/^3:\d+ .* \| /s);
    expect(others.every((line) => !line.includes('Unknown key'))).toBe(true);
    expect(await problems(`${GOOD}name: again\n`)).toEqual(['5:1 n | "name" is there twice, first on line 1']);
  });

  it('finds the file that was meant', async () => {
    const text = GOOD.replace('sentences.csv', 'sentence.csv');
    expect(await problems(text)).toEqual([
      '2:20 sentence.csv | There is no file "sentence.csv"; did you mean "sentences.csv"?',
    ]);
    expect(await fixed(text)).toBe(GOOD);
    const [far] = await problems(GOOD.replace('sentences.csv', 'x/y.parquet'));
    expect(far).toBe('2:20 x/y.parquet | There is no file "x/y.parquet"; paths are relative to this file');
  });

  it('finds the column that was meant, in lists too', async () => {
    const text = GOOD.replace('lang_LH_MFG]', 'lang_LH_MGF]');
    expect(await problems(text)).toEqual([
      '3:71 lang_LH_MGF | The file of responses has no column "lang_LH_MGF"; did you mean "lang_LH_MFG"?',
    ]);
    expect(await fixed(text)).toBe(GOOD);
    const [far] = await problems(GOOD.replace('text: sentence', 'text: q'));
    expect(far).toBe('2:41 q | The file of stimuli has no column "q"; its columns are item_id, sentence, passage');
  });

  it('looks into no header of arrays, files without one, and patterns of several files', async () => {
    expect(await problems(GOOD.replace('responses.csv', 'responses.npy'))).toEqual([]);
    const several = GOOD.replace('{ file: responses.csv, id: item_id,', "{ files: s*.csv, subject: '(s\\d+)',");
    const files = { ...world, exists: () => Promise.resolve(true) };
    expect(await problems(several, 'dataset.yaml', files)).toEqual([]);
    const bare = GOOD.replace('text: sentence,', 'text: b, header: false, columns: [a, b, item_id, passage],');
    expect(await problems(bare)).toEqual([]);
  });

  it('words without a file of their own lie in the stimuli', async () => {
    const text = `${GOOD.replace('granularity: sentence', 'granularity: word')}words: { word: sentence, onset: begin }\n`;
    expect(await problems(text)).toEqual([
      '5:33 begin | The file of words has no column "begin"; its columns are item_id, sentence, passage',
    ]);
  });

  it('follows aliases, and underlines the alias', async () => {
    const text = GOOD.replace('id: item_id, group', 'id: &id item_od, group').replace(
      'id: item_id, columns',
      'id: *id, columns',
    );
    expect((await problems(text)).map((line) => line.split(' |')[0])).toEqual(['2:59 item_od', '3:39 *id']);
  });

  it('counts CRLF line ends and letters beyond the BMP as VS Code does', async () => {
    const text = GOOD.replace('Tuckute', '🧠 Tuckute')
      .replaceAll('\n', '\r\n')
      .replace('gruop', 'x')
      .replace('group', 'gruop');
    const [{ span } = { span: { start: 0, end: 0 } }] = (await diagnose(text, 'dataset.yaml', world, alone)) ?? [];
    expect(text.slice(span.start, span.end)).toBe('gruop');
  });

  it('leaves a foreign dataset.yaml and other files alone', async () => {
    expect(await problems('train: ./images\nnames: [a, b]\n')).toEqual(['of no known kind']);
    expect(await problems('services: {}\n', 'compose.yaml')).toEqual(['of no known kind']);
    expect(await problems('train: 1\n', 'x.dataset.yaml')).not.toEqual([]);
  });

  it('where another extension checks the schema, only files and columns remain', async () => {
    const text = GOOD.replace('group:', 'gruop:').replace('sentences.csv', 'sentence.csv');
    const rest = await problems(text, 'dataset.yaml', world, { schema: true });
    expect(rest).toEqual([expect.stringContaining('There is no file')]);
  });

  it('an empty file of the kind lacks name and responses', async () => {
    const found = await problems('', 'x.dataset.yaml', disk({}));
    expect(found).toEqual([expect.stringMatching(/The file is empty: it must be a map/)]);
  });
});
