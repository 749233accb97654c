import { UserError } from '../../shared/errors';
import { readBytes } from '../files';
import { readTable } from '../tables';
import { readJson } from '../tasks/json-file';
import { decodeText } from '../text';
import { RelationList } from './relation';
import type { Relation } from './relation';

/** Column names of a pair's ends, in the order in which they are looked for. */
const ENDS = [
  ['input', 'output'],
  ['a', 'b'],
] as const;

/** A JSON list of `{"input": …, "output": …}` (Todd et al. 2024). @throws UserError that names file and item */
export async function readPairList(file: string, name: string): Promise<Relation[]> {
  const content = await readJson(file, 'a list of {"input": …, "output": …}');
  if (!Array.isArray(content)) {
    throw new UserError(`${file} is no list of word pairs`, 'Write it as [{"input": "France", "output": "Paris"}, …].');
  }
  const list = new RelationList(file);
  (content as unknown[]).forEach((item, i) => {
    const place = `item ${i + 1}`;
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      throw new UserError(`${file}, ${place} is no object`, 'Write every pair as {"input": …, "output": …}.');
    }
    const { input, output } = item as { input?: unknown; output?: unknown };
    list.add(name, input, output, place);
  });
  return list.all();
}

/**
 * A table of pairs, one relation per value of its column `relation` or else one in all.
 * @throws UserError that names file and row
 */
export async function readPairTable(file: string, name: string): Promise<Relation[]> {
  const table = await readTable(file);
  const ends = ENDS.find((pair) => pair.every((column) => table.columns.includes(column)));
  if (ends === undefined) {
    throw new UserError(
      `${file} has no columns input and output (or a and b), but: ${table.columns.slice(0, 20).join(', ')}`,
      'Name two of its columns so.',
    );
  }
  const named = table.columns.includes('relation');
  const list = new RelationList(file);
  for (let row = 0; row < table.length; row += 1) {
    const relation = named ? table.value(row, 'relation') : name;
    if (typeof relation !== 'string' || relation.trim() === '') {
      throw new UserError(`${file}, ${table.place(row)}: the relation is empty`, 'Fill it in or delete the row.');
    }
    list.add(relation.trim(), table.value(row, ends[0]), table.value(row, ends[1]), table.place(row));
  }
  return list.all();
}

/**
 * The text of Google's analogy test (Mikolov et al. 2013): a section per relation, `: capital-common-countries`, of lines
 * of four words, two pairs each. Every pair stands in many lines: that is no duplicate.
 * @throws UserError that names file and line
 */
export async function readAnalogies(file: string): Promise<Relation[]> {
  const list = new RelationList(file);
  let section: string | undefined;
  decodeText(await readBytes(file), file)
    .split(/\r?\n/)
    .forEach((text, i) => {
      const line = text.trim();
      const place = `line ${i + 1}`;
      if (line === '') return;
      if (line.startsWith(':')) {
        section = line.slice(1).trim();
        return;
      }
      const words = line.split(/\s+/);
      if (section === undefined || section === '') {
        throw new UserError(`${file}, ${place} stands in no section`, 'Begin with a line such as ": capital-world".');
      }
      if (words.length !== 4) {
        throw new UserError(`${file}, ${place} has ${words.length} words, not four`, 'Write two pairs on each line.');
      }
      list.add(section, words[0], words[1], place);
      list.add(section, words[2], words[3], place);
    });
  return list.all().map((relation) => ({ ...relation, duplicates: 0 }));
}
