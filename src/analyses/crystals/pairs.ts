import type { Relation } from '../../data/relations/relation';
import type { SplitPair } from '../../math/crystals/word-splits';
import type { ModelTokenizer } from '../../models/tokenizer';
import { UserError } from '../../shared/errors';
import { count, counted } from '../../shared/words';
import type { RunContext } from '../contract';
import { PROPERTIES } from './result';
import type { Property } from './result';

/** Least pairs of a relation, and least relations, that qualities and discriminants can be made of. */
const LEAST_PAIRS = 2;
const LEAST_RELATIONS = 3;
/** Shares above which relations are said to have common inputs, or few outputs. */
const COMMON_INPUTS = 0.5;
const FEW_OUTPUTS = 0.5;

/** The pairs of all relations over one list of words. */
export interface PairTable {
  readonly names: readonly string[];
  /** Every word once, in order of first use. */
  readonly words: readonly string[];
  /** Where every word stands first, for messages. */
  readonly places: readonly { readonly source: string; readonly row: number }[];
  /** Word of every pair's input and output; its relation. */
  readonly inputs: Int32Array;
  readonly outputs: Int32Array;
  readonly labels: Int32Array;
}

/** @throws UserError for fewer than three relations, or a relation of one pair */
export function pairTable(relations: readonly Relation[]): PairTable {
  if (relations.length < LEAST_RELATIONS) {
    throw new UserError(
      `${counted(relations.length, 'relation')} cannot be told apart by discriminant analysis`,
      'Give three relations or more.',
    );
  }
  const indices = new Map<string, number>();
  const places: { source: string; row: number }[] = [];
  const columns = { inputs: [] as number[], outputs: [] as number[], labels: [] as number[] };
  relations.forEach(({ name, pairs, source, duplicates }, label) => {
    if (pairs.length < LEAST_PAIRS) {
      const again = duplicates > 0 ? `, listed ${duplicates + 1} times` : '';
      throw new UserError(`${source} has one pair only in ${name}${again}`, 'Give every relation two pairs or more.');
    }
    pairs.forEach(({ input, output }, row) => {
      const place = (word: string): number => {
        const known = indices.get(word);
        if (known !== undefined) return known;
        places.push({ source, row: row + 1 });
        indices.set(word, indices.size);
        return indices.size - 1;
      };
      columns.inputs.push(place(input));
      columns.outputs.push(place(output));
      columns.labels.push(label);
    });
  });
  return {
    names: relations.map(({ name }) => name),
    words: [...indices.keys()],
    places,
    inputs: Int32Array.from(columns.inputs),
    outputs: Int32Array.from(columns.outputs),
    labels: Int32Array.from(columns.labels),
  };
}

/** The pairs as splits see them. */
export function splitPairs({ words, inputs, outputs, labels }: PairTable): SplitPair[] {
  return Array.from(labels, (relation, i) => ({ relation, words: [words[inputs[i]!]!, words[outputs[i]!]!] }));
}

/** Warns of what makes a relation's numbers mean less than they seem to. */
export function warnOfRelations(relations: readonly Relation[], context: RunContext): void {
  for (const { name, duplicates } of relations) {
    if (duplicates > 0) context.warn(`${name} lists ${counted(duplicates, 'pair')} again: counted once.`);
  }
  const few = relations.flatMap(({ name, pairs }) => {
    const outputs = new Set(pairs.map(({ output }) => output)).size;
    return outputs < FEW_OUTPUTS * pairs.length ? [`${name} (${outputs} for ${pairs.length} pairs)`] : [];
  });
  if (few.length > 0) {
    context.warn(`Few different outputs, which alone make differences alike: ${few.join(', ')}.`);
  }
  const inputs = relations.map(({ pairs }) => new Set(pairs.map(({ input }) => input.toLowerCase())));
  const sharing = relations.flatMap(({ name }, i) =>
    relations.slice(i + 1).flatMap((other, step) => {
      const common = [...inputs[i]!].filter((word) => inputs[i + 1 + step]!.has(word)).length;
      const least = Math.min(inputs[i]!.size, inputs[i + 1 + step]!.size);
      return common >= COMMON_INPUTS * least ? [`${name} and ${other.name} (${common})`] : [];
    }),
  );
  if (sharing.length > 0)
    context.warn(`Relations with common inputs, whose words are held out together: ${sharing.join(', ')}.`);
}

/** Warns of words that the tokenizer splits, as the last sub-token stands for all. */
export function warnOfTokens(tokens: Float64Array, context: RunContext): void {
  const split = tokens.filter((own) => own > 1).length;
  if (split === 0) return;
  context.warn(
    `${count(split)} of ${counted(tokens.length, 'word')} have several sub-tokens: the last stands for the word.`,
  );
}

/**
 * Properties of every word: characters; how common it is, as −log₁₀ of the largest token id of its sub-tokens (vocabularies
 * are numbered in the order in which they were learned, which follows frequency; no corpus is counted); whether it begins
 * with a capital; sub-tokens, as they are where the word is read.
 * @param before the text in front of the word: in most vocabularies a word behind a space is another token
 */
export function propertiesOf(
  words: readonly string[],
  tokenizer: ModelTokenizer,
  before = '',
): Record<Property, Float64Array> {
  const start = tokenizer.encode(before);
  const special = new Set(tokenizer.encode(''));
  const ids = words.map((word) => {
    const all = tokenizer.encode(before + word);
    const own = all.findIndex((id, i) => id !== start[i]);
    return all.slice(own < 0 ? all.length : own).filter((id) => !special.has(id));
  });
  const measures: Record<Property, (word: string, index: number) => number> = {
    length: (word) => [...word].length,
    frequency: (_, i) => -Math.log10(1 + ids[i]!.reduce((most, id) => Math.max(most, id), 0)),
    capitalised: (word) => Number(/^\p{Lu}/u.test(word)),
    tokens: (_, i) => ids[i]!.length,
  };
  return Object.fromEntries(
    PROPERTIES.map((property) => [property, Float64Array.from(words, measures[property])]),
  ) as Record<Property, Float64Array>;
}
