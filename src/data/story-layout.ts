import { basename } from 'node:path';
import { UserError } from '../shared/errors';
import { readBytes } from './files';
import type { Table } from './tables';
import { decodeText } from './text';

/** What stands before every story, in words of our own. */
export const STORY_INSTRUCTION = 'Read the story. Then decide whether the statement that follows it is true or false.';

/** Conditions of the theory-of-mind localizer by the letter in its file names (Dodell-Feder et al. 2011). */
const CONDITIONS: Readonly<Record<string, string>> = { b: 'false-belief', p: 'false-photograph' };

const STORY_FILE = /^(\d+)([bp])_(story|question)\.txt$/i;

const COLUMNS = ['story', 'question'];

/** The text that a model reads: instruction, story and question, with an answer to be given. */
export function storyText(instruction: string, story: string, question: string): string {
  const asked = `Story: ${story}\nStatement: ${question}\nTrue or false?`;
  return instruction === '' ? asked : `${instruction}\n\n${asked}`;
}

/** A stimulus that was made of a story and its question. */
export interface Story {
  readonly text: string;
  readonly condition: string;
  /** The file of the story. */
  readonly source: string;
  readonly row: number;
}

/** Whether a file's name says that it is part of the story layout. */
export function isStoryFile(file: string): boolean {
  return STORY_FILE.test(basename(file));
}

/** Whether a table has stories and questions instead of texts. */
export function isStoryTable(table: Table): boolean {
  return COLUMNS.every((column) => table.columns.includes(column));
}

/**
 * Reads the story files of one folder of the theory-of-mind localizer, `1b_story.txt … 10p_question.txt`, b = false
 * belief, p = false photograph; conditions `false-belief`, then `false-photograph`, in the order of the numbers
 * within each. Lines are joined; the layout "True   False" below a question is left out.
 * @throws UserError for a story without question or the reverse, or an empty file
 */
export async function readStoryFiles(files: readonly string[], instruction: string): Promise<Story[]> {
  return Promise.all(
    pairsOf(files).map(async ({ key, condition, story, question }) => {
      if (story === undefined) throw alone(question!, `${key}_story.txt`);
      if (question === undefined) throw alone(story, `${key}_question.txt`);
      const text = storyText(instruction, await proseOf(story), await proseOf(question));
      return { text, condition, source: story, row: 1 };
    }),
  );
}

interface StoryFiles {
  readonly key: string;
  readonly number: number;
  readonly condition: string;
  story?: string;
  question?: string;
}

function pairsOf(files: readonly string[]): StoryFiles[] {
  const stories = new Map<string, StoryFiles>();
  for (const file of files) {
    const match = STORY_FILE.exec(basename(file));
    if (match === null) continue;
    const [, number, letter, part] = match.map((group) => group.toLowerCase());
    const key = number! + letter!;
    const entry = stories.get(key) ?? { key, number: Number(number), condition: CONDITIONS[letter!]! };
    entry[part as 'story' | 'question'] = file;
    stories.set(key, entry);
  }
  return [...stories.values()].sort((a, b) => a.condition.localeCompare(b.condition) || a.number - b.number);
}

function alone(present: string, absent: string): UserError {
  return new UserError(`${present} has no ${absent} beside it`, 'Every story needs its question.');
}

/** Text that was broken into lines for a screen, as one line; a word that was broken after its hyphen is joined again. */
async function proseOf(file: string): Promise<string> {
  const text = decodeText(await readBytes(file), file)
    .replace(/[\r\n]\s*True\s+False\s*$/i, '')
    .replace(/(\p{L})-[ \t]*\r?\n[ \t]*(?=\p{L})/gu, '$1-')
    .replace(/\s+/g, ' ')
    .trim();
  if (text === '') throw new UserError(`${file} is empty`, 'Fill it in, or remove the story and its question.');
  return text;
}
