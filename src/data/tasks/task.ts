import type { SyntaxGymTask } from './syntaxgym';

/** What a model is tested on. Tasks know no model: they say what is to be scored, not how. */
export type Task = MinimalPairsTask | SyntaxGymTask | MultipleChoiceTask | TextTask;

/** Two sentences of which the first should be the more probable one. */
export interface MinimalPair {
  readonly good: string;
  readonly bad: string;
  /** Row in the file, from 1 (below the header, where there is one). */
  readonly row: number;
  /** Paradigm, where the file names one. */
  readonly label?: string;
}

/** BLiMP and its like: the share of pairs with log P(good) > log P(bad). */
export interface MinimalPairsTask {
  readonly kind: 'minimal-pairs';
  readonly name: string;
  readonly source: string;
  readonly items: readonly MinimalPair[];
}

/** A context and its possible continuations, one of them right. */
export interface Choice {
  readonly context: string;
  /** At least two, all different. */
  readonly choices: readonly string[];
  /** Index of the right one, from 0. */
  readonly answer: number;
  readonly row: number;
}

/** The share of items whose right choice has the highest log P(choice | context). */
export interface MultipleChoiceTask {
  readonly kind: 'multiple-choice';
  readonly name: string;
  readonly source: string;
  readonly items: readonly Choice[];
}

/** A text whose tokens are predicted one after another. */
export interface TextItem {
  readonly text: string;
  readonly row: number;
  /** For the loss by condition, where the file names conditions. */
  readonly condition?: string;
}

/** Mean next-token loss over all tokens of the file. */
export interface TextTask {
  readonly kind: 'text';
  readonly name: string;
  readonly source: string;
  readonly items: readonly TextItem[];
}

/**
 * The text of one choice in its context, and the UTF-16 index from which on tokens count as the choice's. One blank
 * joins the two unless either brings its own; a blank between them belongs to the choice, as tokenizers see it.
 */
export function choiceText(context: string, choice: string): { readonly text: string; readonly start: number } {
  const blank = /\s$/.test(context) || /^\s/.test(choice) ? '' : ' ';
  return { text: context + blank + choice, start: context.trimEnd().length };
}
