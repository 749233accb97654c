import { Random } from '../../src/math/random';
import { arithmetic, patterns } from './controls';
import { PARADIGMS } from './grammar';
import type { Paradigm, SentencePair } from './grammar';
import { multipleDemand } from './multiple-demand';
import { sentencesAndLists } from './lists';

const SEED = 20240501;
const PAIRS = 100;
const ARITHMETIC_ITEMS = 120;
const PATTERN_ITEMS = 100;
const SUMS = 100;
const TEXTS = 80;

/**
 * Every generated file under `samples/`: its path there and its content, always the same.
 * @param language content of `samples/stimuli/language.csv`
 */
export function generatedFiles(language: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const paradigm of PARADIGMS) {
    const rows = distinctPairs(paradigm).map(({ good, bad }) => ({
      sentence_good: good,
      sentence_bad: bad,
      paradigm: paradigm.name,
    }));
    files.set(`tasks/${paradigm.name}.jsonl`, jsonLines(rows));
  }
  files.set('tasks/arithmetic.jsonl', jsonLines(arithmetic(SEED, ARITHMETIC_ITEMS)));
  files.set('tasks/sentences-and-lists.jsonl', jsonLines(sentencesAndLists(language, SEED, TEXTS)));
  files.set('tasks/pattern-continuation.jsonl', jsonLines(patterns(SEED, PATTERN_ITEMS)));
  const sums = multipleDemand(SEED, SUMS).map(({ id, condition, text }) => `${id},${condition},"${text}"\n`);
  files.set('stimuli/multiple-demand.csv', `id,condition,text\n${sums.join('')}`);
  return files;
}

function distinctPairs({ name, draw }: Paradigm): SentencePair[] {
  const random = new Random(SEED, `minimal-pairs/${name}`);
  const pairs = new Map<string, SentencePair>();
  while (pairs.size < PAIRS) {
    const pair = draw(random);
    pairs.set(pair.good, pairs.get(pair.good) ?? pair);
  }
  return [...pairs.values()];
}

function jsonLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
