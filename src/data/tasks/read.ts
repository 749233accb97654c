import { basename, extname } from 'node:path';
import { UserError } from '../../shared/errors';
import { filesOf, isFolder, readBytes } from '../files';
import { isTable, readTable } from '../tables';
import { decodeText } from '../text';
import { readJson } from './json-file';
import { taskOfTable, UNDERSTOOD } from './rows';
import { isSuite, suiteOf } from './syntaxgym';
import type { Task, TextItem } from './task';

/**
 * Reads one task file: a SyntaxGym suite (`.json`), minimal pairs, multiple choice or text (`.jsonl`, `.csv`, `.tsv`,
 * `.parquet`, told apart by their columns), or plain text (`.txt`, one text a line). The task is called after the file.
 * @throws UserError that names the file, the line and the remedy
 */
export async function readTask(path: string): Promise<Task> {
  if (await isFolder(path)) {
    throw new UserError(`${path} is a folder where a task file is expected`, 'Name a file in it.');
  }
  const extension = extname(path).toLowerCase();
  const name = basename(path, extname(path));
  if (isTable(path)) return taskOfTable(await readTable(path), { name, source: path });
  if (extension === '.json') {
    const json = await readJson(path);
    if (isSuite(json)) return suiteOf(json, name, path);
    throw new UserError(`${path} is no SyntaxGym suite: it does not have both items and predictions`, UNDERSTOOD);
  }
  if (extension === '.txt') return { kind: 'text', name, source: path, items: await linesOf(path) };
  throw new UserError(`${path} is of no kind that holds tasks`, UNDERSTOOD);
}

/**
 * Reads several tasks; a folder stands for the task files in it, in name order. No two tasks may have the same name,
 * because results tell them apart by it.
 * @throws UserError as `readTask`; also for a folder without tasks, for two tasks of one name and for none at all
 */
export async function readTasks(paths: readonly string[]): Promise<Task[]> {
  const tasks: Task[] = [];
  for (const file of await taskFiles(paths)) {
    const task = await readTask(file);
    const other = tasks.find(({ name }) => name === task.name);
    if (other !== undefined) {
      throw new UserError(`two tasks are called ${task.name}: ${other.source} and ${file}`, 'Rename one of the files.');
    }
    tasks.push(task);
  }
  if (tasks.length === 0) throw new UserError('no tasks were given', 'Name a task file or a folder of them.');
  return tasks;
}

async function taskFiles(paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      if (!(await isFolder(path))) return [path];
      const tasks = (await filesOf(path)).filter(holdsTask);
      if (tasks.length === 0) throw new UserError(`${path} holds no task files`, UNDERSTOOD);
      return tasks;
    }),
  );
  return files.flat();
}

function holdsTask(file: string): boolean {
  return isTable(file) || ['.json', '.txt'].includes(extname(file).toLowerCase());
}

async function linesOf(file: string): Promise<TextItem[]> {
  const lines = decodeText(await readBytes(file), file).split(/\r?\n/);
  const items = lines.map((line, i) => ({ text: line.trim(), row: i + 1 })).filter(({ text }) => text !== '');
  if (items.length === 0) throw new UserError(`${file} is empty`, 'Put one text on each line.');
  return items;
}
