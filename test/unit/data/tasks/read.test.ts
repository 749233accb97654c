import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { regionsOf } from '../../../../src/data/tasks/formula';
import { readTask, readTasks } from '../../../../src/data/tasks/read';
import { sentenceOf } from '../../../../src/data/tasks/sentence';
import { choiceText } from '../../../../src/data/tasks/task';
import type { SyntaxGymTask } from '../../../../src/data/tasks/syntaxgym';
import { UserError } from '../../../../src/shared/errors';

const shared = join(__dirname, '../../../../../shared');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tasks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function lines(name: string, ...rows: readonly object[]): string {
  return file(name, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

async function refusal(paths: string | readonly string[]): Promise<string> {
  const reading = typeof paths === 'string' ? readTask(paths) : readTasks(paths);
  const error: unknown = await reading.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).not.toContain('\n');
  if (typeof paths === 'string') expect(message).toContain(paths);
  return message;
}

const PAIR = { sentence_good: 'The cats sleep.', sentence_bad: 'The cats sleeps.' };
const CHOICE = { context: '2 + 2 =', choices: ['3', '4'], answer: 1 };

/** A suite of one item; `change` makes it a bad one. */
function suite(name: string, change: (suite: ReturnType<typeof goodSuite>) => void = () => undefined): string {
  const json = goodSuite();
  change(json);
  return file(name, JSON.stringify(json, null, 1));
}

function goodSuite() {
  const regions = (...contents: string[]) => contents.map((content, i) => ({ region_number: i + 1, content }));
  return {
    meta: { name: 'own', metric: 'sum' },
    region_meta: { '1': 'subject', '2': 'verb' },
    predictions: [{ type: 'formula', formula: '(2;%match%) < (2;%mismatch%)' }],
    items: [
      {
        item_number: 4,
        conditions: [
          { condition_name: 'match', regions: regions('The cats', 'sleep') },
          { condition_name: 'mismatch', regions: regions('The cats', 'sleeps') },
        ],
      },
    ],
  };
}

describe('reading a task', () => {
  it("reads BLiMP's pairs, called after the file, with their paradigm and row", async () => {
    const path = lines('agreement.jsonl', { ...PAIR, UID: 'agr' }, { ...PAIR, UID: 'agr', pairID: '1' });
    expect(await readTask(path)).toEqual({
      kind: 'minimal-pairs',
      name: 'agreement',
      source: path,
      items: [
        { good: 'The cats sleep.', bad: 'The cats sleeps.', row: 1, label: 'agr' },
        { good: 'The cats sleep.', bad: 'The cats sleeps.', row: 2, label: 'agr' },
      ],
    });
  });

  it('reads pairs from CSV with good and bad', async () => {
    const path = file('own.csv', 'good,bad\n"Yes, it is.","Yes, it are."\n');
    expect((await readTask(path)).items).toEqual([{ good: 'Yes, it is.', bad: 'Yes, it are.', row: 1 }]);
  });

  it('accepts pairs of two equal sentences, which BLiMP has', async () => {
    const path = lines('equal.jsonl', { sentence_good: 'Same.', sentence_bad: 'Same.' });
    expect((await readTask(path)).items).toHaveLength(1);
  });

  it('reads multiple choice with the answer as an index or as the text of a choice', async () => {
    const path = lines('sums.jsonl', CHOICE, { ...CHOICE, answer: '3' }, { ...CHOICE, answer: 0 });
    const task = await readTask(path);
    expect(task).toMatchObject({ kind: 'multiple-choice', name: 'sums' });
    expect(task.kind === 'multiple-choice' && task.items.map(({ answer }) => answer)).toEqual([1, 0, 0]);
    expect(task.items[0]).toEqual({ ...CHOICE, row: 1 });
  });

  it('reads text from JSON Lines with conditions, and one text a line from .txt', async () => {
    const jsonl = lines('prose.jsonl', { text: 'One.', condition: 'plain' }, { text: 'Two.' });
    expect(await readTask(jsonl)).toMatchObject({
      kind: 'text',
      items: [
        { text: 'One.', row: 1, condition: 'plain' },
        { text: 'Two.', row: 2 },
      ],
    });
    const txt = file('prose.txt', '\ufeffOne.\r\n\r\n  Three. \n');
    expect((await readTask(txt)).items).toEqual([
      { text: 'One.', row: 1 },
      { text: 'Three.', row: 3 },
    ]);
  });

  it('reads a SyntaxGym suite with its formulas understood', async () => {
    const task = await readTask(suite('own-suite.json'));
    expect(task).toMatchObject({ kind: 'syntaxgym', name: 'own-suite', metric: 'sum' });
    const { formulas, items } = task as SyntaxGymTask;
    expect(formulas[0]!.text).toBe('(2;%match%) < (2;%mismatch%)');
    expect(formulas[0]!.claim).toMatchObject({ type: 'comparison', operator: '<' });
    expect(items[0]).toMatchObject({ number: 4, row: 1 });
    expect(sentenceOf(items[0]!.conditions[1]!).text).toBe('The cats sleeps');
  });

  it('reads a folder: its task files in name order, other files left alone', async () => {
    const tasks = join(folder, 'several');
    mkdirSync(tasks);
    writeFileSync(join(tasks, 'b.jsonl'), JSON.stringify(PAIR));
    writeFileSync(join(tasks, 'a.txt'), 'A text.');
    writeFileSync(join(tasks, 'c.json'), JSON.stringify(goodSuite()));
    writeFileSync(join(tasks, 'README.md'), 'About these.');
    expect((await readTasks([tasks])).map(({ name, kind }) => [name, kind])).toEqual([
      ['a', 'text'],
      ['b', 'minimal-pairs'],
      ['c', 'syntaxgym'],
    ]);
  });
});

describe('a choice in its context', () => {
  it('is joined by one blank, which counts as its own', () => {
    expect(choiceText('2 + 2 =', '4')).toEqual({ text: '2 + 2 = 4', start: 7 });
  });

  it('brings its own blank, or finds one in the context', () => {
    expect(choiceText('2 + 2 =', ' 4')).toEqual({ text: '2 + 2 = 4', start: 7 });
    expect(choiceText('2 + 2 = ', '4')).toEqual({ text: '2 + 2 = 4', start: 7 });
    expect(choiceText('Answer:\n', '4')).toEqual({ text: 'Answer:\n4', start: 7 });
  });
});

describe('refusing a task, in one line with file, line and remedy', () => {
  it('a missing, empty or wrong field at its line', async () => {
    expect(await refusal(lines('m1.jsonl', PAIR, { sentence_good: 'Only good.' }))).toMatch(
      /row 2 \(line 2\): the field "sentence_bad" is missing/,
    );
    expect(await refusal(lines('m2.jsonl', { sentence_bad: 'Only bad.' }))).toMatch(
      /line 1\): the field "sentence_good" is missing/,
    );
    expect(await refusal(lines('m3.jsonl', PAIR, { ...PAIR, sentence_bad: ' ' }))).toMatch(/"sentence_bad" is empty/);
    expect(await refusal(lines('m4.jsonl', { ...PAIR, sentence_bad: 3 }))).toMatch(/"sentence_bad" is not text/);
    expect(await refusal(file('m5.csv', 'good\nx\n'))).toMatch(/line 2\): the field "bad" is missing/);
    expect(await refusal(lines('m6.jsonl', { context: 'x', choices: ['a', 'b'] }))).toMatch(/"answer" is missing/);
    expect(await refusal(lines('m7.jsonl', { context: 'x', answer: 0 }))).toMatch(/"choices" is missing/);
  });

  it('choices that leave nothing to choose', async () => {
    expect(await refusal(lines('c1.jsonl', CHOICE, { ...CHOICE, choices: ['4'] }))).toMatch(
      /row 2 \(line 2\): there is one choice\. Give two or more/,
    );
    expect(await refusal(lines('c2.jsonl', { ...CHOICE, choices: [] }))).toMatch(/there is no choice/);
    expect(await refusal(lines('c3.jsonl', { ...CHOICE, choices: ['4', '4'] }))).toMatch(/"4" is there twice/);
    expect(await refusal(lines('c4.jsonl', { ...CHOICE, choices: 'yes, no' }))).toMatch(/is not a list of texts/);
    expect(await refusal(lines('c5.jsonl', { ...CHOICE, choices: [3, 4] }))).toMatch(/is not a list of texts/);
  });

  it('an answer out of range or not among the choices', async () => {
    expect(await refusal(lines('a1.jsonl', { ...CHOICE, answer: 2 }))).toMatch(
      /the answer 2 is not the index of one of 2 choices\. Indices count from 0 to 1/,
    );
    expect(await refusal(lines('a2.jsonl', { ...CHOICE, answer: -1 }))).toMatch(/the answer -1/);
    expect(await refusal(lines('a3.jsonl', { ...CHOICE, answer: 0.5 }))).toMatch(/the answer 0.5/);
    expect(await refusal(lines('a4.jsonl', { ...CHOICE, answer: 'four' }))).toMatch(/"four" is not among the choices/);
  });

  it('a formula that names an absent region or condition', async () => {
    const region = suite('r.json', (json) => (json.predictions[0]!.formula = '(9;%match%) < (2;%mismatch%)'));
    expect(await refusal(region)).toMatch(
      /item 4: formula 1 names region 9 of condition match, which the item lacks\. Its regions: 1, 2/,
    );
    const condition = suite('k.json', (json) => (json.predictions[0]!.formula = '(2;%match%) < (2;%other%)'));
    expect(await refusal(condition)).toMatch(/names condition other.*Its conditions: match, mismatch/);
  });

  it('a formula that cannot be understood', async () => {
    const path = suite('f.json', (json) => (json.predictions[0]!.formula = '(2;%match%) < '));
    expect(await refusal(path)).toMatch(/formula 1, column 15: it ends too early/);
  });

  it('a suite with something missing, by its place', async () => {
    const content = suite(
      's1.json',
      (json) => delete (json.items[0]!.conditions[1]!.regions[0] as { content?: string }).content,
    );
    expect(await refusal(content)).toMatch(/items\[0\]\.conditions\[1\]\.regions\[0\]\.content/);
    expect(await refusal(suite('s2.json', (json) => (json.items = [])))).toMatch(/items/);
    expect(await refusal(suite('s3.json', (json) => (json.meta.metric = 'product')))).toMatch(/meta\.metric/);
    const twice = suite('s4.json', (json) => (json.items[0]!.conditions[1]!.condition_name = 'match'));
    expect(await refusal(twice)).toMatch(/item 4: two conditions are called match/);
    const number = suite('s5.json', (json) => (json.items[0]!.conditions[0]!.regions[1]!.region_number = 1));
    expect(await refusal(number)).toMatch(/item 4, match: two regions have number 1/);
    const blank = suite('s6.json', (json) =>
      json.items[0]!.conditions[0]!.regions.forEach((region) => (region.content = ' ')),
    );
    expect(await refusal(blank)).toMatch(/all regions of condition match are empty/);
  });

  it('malformed JSON, with the line', async () => {
    expect(await refusal(file('j1.jsonl', `${JSON.stringify(PAIR)}\n{"sentence_good": }\n`))).toMatch(/line 2/);
    expect(await refusal(file('j2.json', '{\n "items": [],\n "predictions": [,]\n}\n'))).toMatch(/line 3 is not JSON/);
    expect(await refusal(file('j3.json', '{\n "items": [\n'))).toMatch(/line 3 is not JSON/);
    expect(await refusal(file('j4.json', '{\n "a": "b\nc"\n}'))).toMatch(/line 2 is not JSON/);
    expect(await refusal(file('j5.json', '{"a": 1}\n\n}\n'))).toMatch(/line 3 is not JSON/);
  });

  it('an empty file', async () => {
    expect(await refusal(file('e.jsonl', ''))).toMatch(/is empty/);
    expect(await refusal(file('e.json', ' \n'))).toMatch(/is empty/);
    expect(await refusal(file('e.txt', '\n \n'))).toMatch(/is empty/);
    expect(await refusal(file('e.csv', 'good,bad\n'))).toMatch(/holds no items/);
  });

  it('an unknown layout, and says which are understood', async () => {
    const understood = /minimal pairs .*multiple choice .*text.*SyntaxGym/;
    expect(await refusal(lines('u.jsonl', { premise: 'a', hypothesis: 'b' }))).toMatch(/premise, hypothesis/);
    expect(await refusal(lines('u.jsonl', { premise: 'a', hypothesis: 'b' }))).toMatch(understood);
    expect(await refusal(file('u.json', '[{"a": 1}]'))).toMatch(understood);
    expect(await refusal(file('u.xml', '<a/>'))).toMatch(understood);
  });

  it('a missing file, a folder without tasks, two tasks of one name, and none at all', async () => {
    expect(await refusal(join(folder, 'absent.jsonl'))).toMatch(/does not exist/);
    const bare = join(folder, 'bare');
    mkdirSync(bare);
    expect(await refusal([bare])).toMatch(/holds no task files/);
    expect(await refusal(bare)).toMatch(/is a folder/);
    expect(await refusal([lines('t.jsonl', PAIR), file('t.txt', 'x')])).toMatch(
      /two tasks are called t: .*t\.jsonl and .*t\.txt/,
    );
    expect(await refusal([])).toMatch(/no tasks were given/);
  });
});

describe('the published tasks', () => {
  it('all 31 suites of SyntaxGym 2020 are read, and every formula finds its regions', async (ctx) => {
    const published = join(shared, 'data/syntaxgym2020');
    if (!existsSync(published)) ctx.skip('the published suites are not beside this repository');
    const suites = (await readTasks([published])) as SyntaxGymTask[];
    expect(suites).toHaveLength(31);
    // Counted with Python's json.
    expect(suites.reduce((sum, { items }) => sum + items.length, 0)).toBe(799);
    expect(suites.reduce((sum, { formulas }) => sum + formulas.length, 0)).toBe(32);
    for (const { formulas } of suites) {
      for (const { claim } of formulas) expect(regionsOf(claim).length).toBeGreaterThanOrEqual(2);
    }
    const subordination = suites.find(({ name }) => name === 'subordination')!;
    expect(sentenceOf(subordination.items[0]!.conditions[0]!).text).toBe('As the doctor studied the book .');
  });

  it('every paradigm of BLiMP is read: 1000 pairs each', async (ctx) => {
    const published = join(shared, 'data/blimp/data');
    if (!existsSync(published)) ctx.skip('BLiMP is not beside this repository');
    const tasks = await readTasks([published]);
    expect(tasks).toHaveLength(readdirSync(published).length);
    for (const task of tasks) expect(task).toMatchObject({ kind: 'minimal-pairs', items: { length: 1000 } });
  });
});
