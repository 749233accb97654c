import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORY_INSTRUCTION, storyText } from '../../../src/data/story-layout';
import { readStimuli, stimulusFiles } from '../../../src/data/stimuli';
import { UserError } from '../../../src/shared/errors';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'stories-'));
});
afterAll(() => rmSync(root, { recursive: true }));

function folder(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(root, name);
  mkdirSync(path);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
  return path;
}

/** A folder of stories as the localizer reads it. */
const readStories = (path: string, instruction?: string) => readStimuli([path], {}, instruction);

const TWO = {
  '1b_story.txt': 'Mia hid the key \nunder a stone.  Then a well-\r\nknown thief came.',
  '1b_question.txt': 'Mia thinks that the key \nis under a stone.\n\nTrue\t\t\tFalse',
  '1p_story.txt': 'The photo shows a tree.',
  '1p_question.txt': 'In the photo there is a tree. \n\nTrue\t\t\tFalse\n',
};

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error: unknown = await reading.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).not.toContain('\n');
  return (error as UserError).message;
}

describe('the text of a story', () => {
  it('is instruction, story and question', () => {
    expect(storyText('Listen.', 'A came.', 'A left.')).toBe(
      'Listen.\n\nStory: A came.\nStatement: A left.\nTrue or false?',
    );
  });

  it('goes without instruction where none is wanted', () => {
    expect(storyText('', 'A came.', 'A left.')).toBe('Story: A came.\nStatement: A left.\nTrue or false?');
  });
});

describe('the layout 1b_story.txt … 10p_question.txt', () => {
  it('joins lines and leaves out the layout text below a question', async () => {
    const path = folder('two', TWO);
    expect(await readStories(path, 'Listen.')).toEqual([
      {
        text: storyText(
          'Listen.',
          'Mia hid the key under a stone. Then a well-known thief came.',
          'Mia thinks that the key is under a stone.',
        ),
        condition: 'false-belief',
        source: join(path, '1b_story.txt'),
        row: 1,
      },
      {
        text: storyText('Listen.', 'The photo shows a tree.', 'In the photo there is a tree.'),
        condition: 'false-photograph',
        source: join(path, '1p_story.txt'),
        row: 1,
      },
    ]);
  });

  it('keeps a statement that is about true and false', async () => {
    const path = folder('words', { ...TWO, '1p_question.txt': 'The answer is true or false.' });
    expect((await readStories(path, ''))[1]!.text).toContain('Statement: The answer is true or false.\n');
  });

  it('orders stories by their numbers, beliefs first, and reads no other file', async () => {
    const numbers = [10, 2, 1];
    const files = numbers.flatMap((n) =>
      ['b', 'p'].flatMap((letter) =>
        ['story', 'question'].map((part) => [`${n}${letter}_${part}.txt`, `${part} ${n}${letter}`]),
      ),
    );
    const path = folder('order', { ...(Object.fromEntries(files) as Record<string, string>), 'README.txt': 'About.' });
    const stories = (await readStories(path, '')).map(({ text }) => /story (\S+)/.exec(text)![1]);
    expect(stories).toEqual(['1b', '2b', '10b', '1p', '2p', '10p']);
  });

  it('is recognised among stimuli, beside tables', async () => {
    const path = folder('mixed', TWO);
    const table = join(root, 'more.csv');
    writeFileSync(table, 'text,condition\nplain,other\n');
    const stimuli = await readStimuli([path, table]);
    expect(stimuli.map(({ condition }) => condition)).toEqual(['false-belief', 'false-photograph', 'other']);
    expect(stimuli[0]!.text.startsWith(STORY_INSTRUCTION)).toBe(true);
    expect(await stimulusFiles([path, table])).toEqual([
      ...['1b_question', '1b_story', '1p_question', '1p_story'].map((name) => join(path, `${name}.txt`)),
      table,
    ]);
  });

  it('reads the files one by one as it reads their folder', async () => {
    const path = folder('files', TWO);
    expect(await readStimuli(await stimulusFiles([path]))).toEqual(await readStimuli([path]));
  });
});

describe('stories in a table', () => {
  it('are put together from the columns story and question, with any columns of conditions', async () => {
    const table = join(root, 'stories.csv');
    writeFileSync(table, 'story,question,kind\n"A came, late.",A left.,belief\n');
    expect(await readStimuli([table], { condition: 'kind' }, 'Listen.')).toEqual([
      { text: storyText('Listen.', 'A came, late.', 'A left.'), condition: 'belief', source: table, row: 1 },
    ]);
  });

  it('give way to a column of texts', async () => {
    const table = join(root, 'texts.csv');
    writeFileSync(table, 'story,question,text\na,b,whole\n');
    expect((await readStimuli([table]))[0]!.text).toBe('whole');
    expect((await readStimuli([table], { text: 'story' }))[0]!.text).toBe('a');
  });

  it('are refused where a question is empty', async () => {
    const table = join(root, 'empty.csv');
    writeFileSync(table, 'story,question\na,\n');
    expect(await refusal(readStimuli([table]))).toMatch(/row 1 \(line 2\): the text is empty/);
  });
});

describe('refusing stories, in one line with file and remedy', () => {
  it('a story without question, and the reverse', async () => {
    const without = (file: string): Record<string, string> =>
      Object.fromEntries(Object.entries(TWO).filter(([name]) => name !== file));
    const noQuestion = folder('no question', without('1b_question.txt'));
    expect(await refusal(readStories(noQuestion))).toMatch(/1b_story\.txt has no 1b_question\.txt beside it/);
    const noStory = folder('no story', without('1p_story.txt'));
    expect(await refusal(readStimuli([noStory]))).toMatch(/1p_question\.txt has no 1p_story\.txt/);
  });

  it('an empty story, and a question of layout only', async () => {
    expect(await refusal(readStories(folder('e1', { ...TWO, '1b_story.txt': ' \n' })))).toMatch(
      /1b_story\.txt is empty/,
    );
    expect(await refusal(readStories(folder('e2', { ...TWO, '1b_question.txt': '\nTrue\tFalse' })))).toMatch(
      /1b_question\.txt is empty/,
    );
  });

  it('a folder without stories', async () => {
    expect(await refusal(readStories(folder('none', { 'a.txt': 'x' })))).toMatch(/holds no stimuli/);
    expect(await refusal(readStimuli([folder('neither', { 'a.txt': 'x' })]))).toMatch(/holds no stimuli/);
  });
});

describe('the published theory-of-mind localizer', () => {
  it('is read whole: 10 false beliefs, 10 false photographs', async (ctx) => {
    const published = join(__dirname, '../../../../shared/data/localizer/tom');
    if (!existsSync(published)) ctx.skip('the published stories are not beside this repository');
    const stimuli = await readStimuli([published]);
    expect(stimuli.map(({ condition }) => condition)).toEqual([
      ...Array<string>(10).fill('false-belief'),
      ...Array<string>(10).fill('false-photograph'),
    ]);
    for (const { text } of stimuli) expect(text).toMatch(/\nStatement: [^\n]+\nTrue or false\?$/);
    expect(stimuli[10]!.text).toContain('both fiction and non-fiction books');
  });
});
