import { basename, extname } from 'node:path';
import { UserError } from '../../shared/errors';
import { filesOf, isFolder } from '../files';
import { isTable } from '../tables';
import { readAnalogies, readPairList, readPairTable } from './formats';
import type { Relation } from './relation';

const UNDERSTOOD =
  'Give JSON lists of {"input": …, "output": …}, tables (.csv, .tsv, .jsonl, .parquet) with columns input and output, or analogies (.txt).';

/**
 * The files that paths stand for: a file is itself, a folder the relations in it, in name order.
 * @throws UserError for a missing path or a folder without relations
 */
export async function relationFiles(paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      if (!(await isFolder(path))) return [path];
      const found = (await filesOf(path)).filter(holdsRelations);
      if (found.length === 0) throw new UserError(`${path} holds no relations`, UNDERSTOOD);
      return found;
    }),
  );
  return files.flat();
}

/**
 * Reads word-pair relations. A JSON list or a table without a column `relation` is one relation, called by its file;
 * words are trimmed, a pair that a relation lists again is left out and counted.
 * @throws UserError that names the file and the row; also for two relations of one name
 */
export async function readRelations(paths: readonly string[]): Promise<Relation[]> {
  const relations: Relation[] = [];
  for (const file of await relationFiles(paths)) {
    for (const relation of await readFile(file)) {
      const other = relations.find(({ name }) => name === relation.name);
      if (other !== undefined) {
        throw new UserError(
          `two relations are called ${relation.name}: in ${other.source} and ${file}`,
          'Rename one of them.',
        );
      }
      relations.push(relation);
    }
  }
  return relations;
}

function readFile(file: string): Promise<Relation[]> {
  const name = basename(file, extname(file));
  if (isTable(file)) return readPairTable(file, name);
  const extension = extname(file).toLowerCase();
  if (extension === '.json') return readPairList(file, name);
  if (extension === '.txt') return readAnalogies(file);
  throw new UserError(`${file} is of no kind that holds relations`, UNDERSTOOD);
}

function holdsRelations(file: string): boolean {
  return isTable(file) || ['.json', '.txt'].includes(extname(file).toLowerCase());
}
