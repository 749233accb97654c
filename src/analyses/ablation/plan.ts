import { sentenceOf, regionSurprisals, formulasMet } from '../../data/tasks/sentence';
import type { SyntaxGymTask } from '../../data/tasks/syntaxgym';
import { choiceText } from '../../data/tasks/task';
import type { MinimalPairsTask, MultipleChoiceTask, Task, TextTask } from '../../data/tasks/task';
import { tokenStarts } from '../../models/token-starts';
import type { ModelTokenizer } from '../../models/tokenizer';
import { UserError } from '../../shared/errors';

/** What every item of a task gave under one condition. */
export interface ItemScores {
  /** 1 or 0 for accuracies, summed loss in nats for texts; f64 [items]. */
  readonly scores: Float64Array;
  /** 1 for accuracies, predicted tokens for texts; f64 [items]. */
  readonly weights: Float64Array;
  /** Multiple choice only: the same by log P per token of the choice. */
  readonly normalized?: Float64Array;
}

/** A task made ready for one model: what is to be scored, and how log probabilities become item scores. */
export interface TaskPlan {
  readonly name: string;
  readonly kind: Task['kind'];
  readonly metric: 'accuracy' | 'loss';
  readonly source: string;
  readonly items: number;
  readonly sequences: readonly Int32Array[];
  /** A short text of every item, for tables. */
  readonly labels: readonly string[];
  /** Every item's row in its file. */
  readonly rows: readonly number[];
  /** Accuracy of a guess, for pairs and choices. */
  readonly chance?: number;
  /** Texts whose file names conditions: every item's, '' where it has none. */
  readonly groups?: readonly string[];
  /**
   * @param of log P of the tokens after the first of sequence `i`, natural, f64 [length − 1]
   */
  judge(of: (i: number) => Float64Array): ItemScores;
}

/** Windows that a long text is cut into: the tokens of each are predicted from those before it in the same window. */
const TEXT_WINDOW = 1024;

/** A task cut to its first items. */
export function firstItems<T extends Task>(task: T, most = Infinity): T {
  return { ...task, items: task.items.slice(0, most) };
}

/**
 * Makes a task ready for a tokenizer.
 * @throws UserError where a text gives no tokens, is longer than the model's context, or cannot be aligned with its tokens
 */
export function planTask(task: Task, tokenizer: ModelTokenizer, context: number): TaskPlan {
  const plan = planOf(task, tokenizer, context);
  plan.sequences.forEach((ids) => {
    if (ids.length === 0) throw new UserError(`${task.source} has a text without tokens`, 'Remove it or give it text.');
    if (ids.length > context) {
      throw new UserError(
        `${task.source} has an item of ${ids.length} tokens, and the model takes at most ${context}`,
        'Shorten the item.',
      );
    }
  });
  if (plan.kind === 'text' && plan.sequences.every(({ length }) => length < 2)) {
    throw new UserError(`${task.source} has no text of two tokens or more`, 'There is nothing to predict: add texts.');
  }
  return plan;
}

function planOf(task: Task, tokenizer: ModelTokenizer, context: number): TaskPlan {
  switch (task.kind) {
    case 'minimal-pairs':
      return planPairs(task, tokenizer);
    case 'multiple-choice':
      return planChoices(task, tokenizer);
    case 'syntaxgym':
      return planSuite(task, tokenizer);
    case 'text':
      return planText(task, tokenizer, context);
  }
}

function planPairs(task: MinimalPairsTask, tokenizer: ModelTokenizer): TaskPlan {
  return {
    ...headOf(task),
    metric: 'accuracy',
    chance: 0.5,
    sequences: task.items.flatMap(({ good, bad }) => [tokenizer.encode(good), tokenizer.encode(bad)]),
    labels: task.items.map(({ good, bad }) => `${good} / ${bad}`),
    judge: (of) => accuracies(task.items.map((_, i) => sum(of(2 * i)) > sum(of(2 * i + 1)))),
  };
}

function planChoices(task: MultipleChoiceTask, tokenizer: ModelTokenizer): TaskPlan {
  const texts = task.items.flatMap(({ context, choices }) => choices.map((choice) => choiceText(context, choice)));
  const firstChoice = new Int32Array(task.items.length);
  task.items.forEach(({ choices }, i) => (firstChoice[i + 1] = firstChoice[i]! + choices.length));
  // A token is the choice's when it starts in it; the first token of all is predicted from nothing.
  const from = texts.map(({ text, start }) => {
    const starts = tokenStarts(tokenizer, text);
    const first = starts.findIndex((at) => at >= start);
    // A choice that only continues the context's last token is scored by that token.
    return Math.max(1, first < 0 ? starts.length - 1 : first);
  });
  const best = (i: number, value: (tokens: Float64Array) => number, of: (i: number) => Float64Array): boolean => {
    const { choices, answer } = task.items[i]!;
    const values = choices.map((_, c) => {
      const at = firstChoice[i]! + c;
      return value(of(at).subarray(from[at]! - 1));
    });
    return values.indexOf(Math.max(...values)) === answer;
  };
  return {
    ...headOf(task),
    metric: 'accuracy',
    chance: mean(Float64Array.from(task.items, ({ choices }) => 1 / choices.length)),
    sequences: texts.map(({ text }) => tokenizer.encode(text)),
    labels: task.items.map(({ context, choices, answer }) => `${context} ${choices[answer]!}`),
    judge: (of) => ({
      ...accuracies(task.items.map((_, i) => best(i, sum, of))),
      normalized: accuracies(task.items.map((_, i) => best(i, mean, of))).scores,
    }),
  };
}

function planSuite(task: SyntaxGymTask, tokenizer: ModelTokenizer): TaskPlan {
  const sentences = task.items.flatMap(({ conditions }) => conditions.map(sentenceOf));
  const starts = sentences.map(({ text }) => tokenStarts(tokenizer, text));
  const firstSentence: number[] = [0];
  task.items.forEach(({ conditions }, i) => firstSentence.push(firstSentence[i]! + conditions.length));
  return {
    ...headOf(task),
    metric: 'accuracy',
    sequences: sentences.map(({ text }) => tokenizer.encode(text)),
    labels: task.items.map((_, i) => sentences[firstSentence[i]!]!.text),
    judge: (of) =>
      accuracies(
        task.items.map((item, i) => {
          const values = item.conditions.map((_, c) => {
            const at = firstSentence[i]! + c;
            return regionSurprisals(sentences[at]!, starts[at]!, surprisals(of(at)), task.metric);
          });
          return formulasMet(task, item, values).every(Boolean);
        }),
      ),
  };
}

function planText(task: TextTask, tokenizer: ModelTokenizer, context: number): TaskPlan {
  const size = Math.min(TEXT_WINDOW, context);
  const windows = task.items.map(({ text }) => windowsOf(tokenizer.encode(text), size));
  const firstWindow: number[] = [0];
  windows.forEach((own, i) => firstWindow.push(firstWindow[i]! + own.length));
  return {
    ...headOf(task),
    metric: 'loss',
    sequences: windows.flat(),
    labels: task.items.map(({ text }) => text.slice(0, 120)),
    ...(task.items.some(({ condition }) => condition !== undefined) && {
      groups: task.items.map(({ condition }) => condition ?? ''),
    }),
    judge: (of) => {
      const total = (i: number, value: (tokens: Float64Array) => number): number =>
        windows[i]!.reduce((subtotal, _, w) => subtotal + value(of(firstWindow[i]! + w)), 0);
      return {
        scores: Float64Array.from(task.items, (_, i) => total(i, (tokens) => -sum(tokens))),
        weights: Float64Array.from(task.items, (_, i) => total(i, (tokens) => tokens.length)),
      };
    },
  };
}

/** The first token of a later window has been predicted by none: windows overlap by one token, so that every token but the first is scored once. */
function windowsOf(ids: Int32Array, size: number): Int32Array[] {
  const windows: Int32Array[] = [];
  for (let from = 0; from === 0 || from < ids.length - 1; from += size - 1) {
    windows.push(ids.subarray(from, from + size));
  }
  return windows;
}

function headOf(task: Task): Pick<TaskPlan, 'name' | 'kind' | 'source' | 'items' | 'rows'> {
  const { name, kind, source, items } = task;
  return { name, kind, source, items: items.length, rows: items.map(({ row }) => row) };
}

function accuracies(right: readonly boolean[]): ItemScores {
  return { scores: Float64Array.from(right, Number), weights: new Float64Array(right.length).fill(1) };
}

/** −log₂ P per token; the first has no prediction. */
function surprisals(logProbabilities: Float64Array): Float64Array {
  return Float64Array.from({ length: logProbabilities.length + 1 }, (_, i) =>
    i === 0 ? NaN : -logProbabilities[i - 1]! / Math.LN2,
  );
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: Float64Array): number {
  return sum(values) / values.length;
}
