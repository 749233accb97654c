import { UserError } from '../../shared/errors';

/** Two words that stand in a relation: France and Paris. */
export interface WordPair {
  readonly input: string;
  readonly output: string;
}

/** A relation as its file lists it. */
export interface Relation {
  readonly name: string;
  /** In file order, without duplicates. */
  readonly pairs: readonly WordPair[];
  readonly source: string;
  /** Pairs that the file lists again. */
  readonly duplicates: number;
}

/** Collects the pairs of relations in the order in which they come, and counts those that come again. */
export class RelationList {
  private readonly relations = new Map<string, { pairs: Map<string, WordPair>; duplicates: number }>();

  /** @param source the file, for messages */
  constructor(private readonly source: string) {}

  /**
   * @param place where the pair stands: "row 3 (line 4)"
   * @throws UserError for anything but two words
   */
  add(relation: string, input: unknown, output: unknown, place: string): void {
    const pair = { input: this.word(input, 'input', place), output: this.word(output, 'output', place) };
    const key = `${pair.input}\n${pair.output}`;
    const known = this.relations.get(relation) ?? { pairs: new Map<string, WordPair>(), duplicates: 0 };
    if (known.pairs.has(key)) known.duplicates += 1;
    else known.pairs.set(key, pair);
    this.relations.set(relation, known);
  }

  /** What was collected. @throws UserError where that is nothing */
  all(): Relation[] {
    if (this.relations.size === 0) {
      throw new UserError(`${this.source} holds no word pairs`, 'Give pairs of input and output.');
    }
    return [...this.relations].map(([name, { pairs, duplicates }]) => ({
      name,
      pairs: [...pairs.values()],
      source: this.source,
      duplicates,
    }));
  }

  private word(value: unknown, end: string, place: string): string {
    // Lists of accepted answers with one answer are common in published sets.
    const word: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (Array.isArray(word)) {
      throw new UserError(
        `${this.source}, ${place}: the ${end} is a list of ${word.length} words`,
        'Keep one word for every pair.',
      );
    }
    if (typeof word !== 'string') {
      const what = word === undefined ? 'is missing' : 'is not text';
      throw new UserError(`${this.source}, ${place}: the ${end} ${what}`, 'Give every pair an input and an output.');
    }
    const trimmed = word.trim();
    if (trimmed !== '' && !trimmed.includes('\n')) return trimmed;
    const what = trimmed === '' ? 'is empty' : 'has several lines';
    throw new UserError(`${this.source}, ${place}: the ${end} ${what}`, 'Fill it in or delete the pair.');
  }
}
