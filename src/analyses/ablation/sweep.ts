import type { Ablation, TokenLogProbabilities, Transformer } from '../../models/transformer';
import { formatDuration } from '../../shared/progress';
import type { Progress } from '../../shared/progress';
import type { Checkpoint, Piece, RunContext } from '../contract';
import { ablationOf, keyOf } from './masks';
import type { Condition } from './masks';
import type { ItemScores, TaskPlan } from './plan';

/** What is to be scored. */
export interface SweepInput {
  readonly plans: readonly TaskPlan[];
  readonly conditions: readonly Condition[];
  /** Means for mean ablation, f32 [layers, width]. */
  readonly fill?: Float32Array;
  readonly transformer: Transformer;
  readonly checkpoint: Checkpoint;
}

/** The stage of an ablation study in which tasks are scored. */
export const SWEEP_STAGE = 'sweep';

/** Conditions of a piece, which go through together: more gain no speed. */
const GROUP = 16;
/** Share of the budget for the streams of a call's largest batch, and bytes of such a batch's tokens per condition. */
const CALL_SHARE = 0.1;
const BATCH_TOKENS = 512;
/** (Tokens × conditions) that are measured before the sweep. */
const MEASURED = 512;
const PHASE = 'Ablation';
const UNIT = 'tokens × conditions';

/** One task under some of the conditions. */
interface Cell {
  readonly task: number;
  /** Of which the conditions are: pieces of one group can share a call. */
  readonly group: number;
  /** Indices: 0 is the model as it is. */
  readonly conditions: readonly number[];
  readonly name: string;
  /** Tokens × conditions. */
  readonly work: number;
}

/**
 * Scores all tasks with the model as it is and under every condition, in pieces of a task and up to 16 conditions.
 * @returns per task the items' scores: the model as it is, then one per condition
 * @throws Cancelled; UserError of the model
 */
export async function* runSweep(
  input: SweepInput,
  context: Pick<RunContext, 'divided' | 'memory' | 'signal'>,
): AsyncGenerator<Progress, readonly (readonly ItemScores[])[]> {
  const { plans, conditions, transformer, checkpoint } = input;
  // Groups of conditions come first: a model loaded for one group's first ablated block serves all tasks.
  const cells = cellsOf(input);
  const sizes = cells.map(({ work }) => work);
  let measured = false;
  const pieces = yield* context.divided({
    stage: SWEEP_STAGE,
    pieces: cells.map(({ name }) => name),
    checkpoint,
    phase: PHASE,
    unit: UNIT,
    sizes,
    // Streaming loads all weights for every call, so that it takes all tasks at once.
    together: (index, next) => transformer.executor === 'streaming' && cells[index]!.group === cells[next]!.group,
    async *make(indices) {
      const some = indices.map((index) => cells[index]!);
      if (!measured) yield* measure(some[0]!, input, sizes, context.signal);
      measured = true;
      return yield* score(some, input, context);
    },
  });
  const scores = plans.map((): ItemScores[] => new Array<ItemScores>(conditions.length + 1));
  for (const [index, { task, conditions: own }] of cells.entries()) {
    const { arrays } = await pieces.read(index);
    own.forEach((condition, column) => (scores[task]![condition] = unpacked(arrays, column, plans[task]!.items)));
  }
  return scores;
}

function cellsOf({ plans, conditions }: SweepInput): Cell[] {
  const names = ['baseline', ...conditions.map(keyOf)];
  const cells: Cell[] = [];
  for (let from = 0; from < names.length; from += GROUP) {
    const own = Array.from({ length: Math.min(GROUP, names.length - from) }, (_, i) => from + i);
    for (const [task, { name, sequences }] of plans.entries()) {
      const tokens = sequences.reduce((sum, { length }) => sum + length, 0);
      const title = `${name}: ${own.map((i) => names[i]!).join(', ')}`;
      cells.push({ task, group: from / GROUP, conditions: own, name: title, work: own.length * tokens });
    }
  }
  return cells;
}

/** Scores cells of one group in common calls of the model, of as many conditions as memory allows. */
async function* score(
  cells: readonly Cell[],
  input: SweepInput,
  { memory, signal }: Pick<RunContext, 'memory' | 'signal'>,
): AsyncGenerator<Progress, Piece[]> {
  const { plans, transformer } = input;
  const { conditions } = cells[0]!;
  const bytes = 3 * 4 * BATCH_TOKENS * transformer.description.width;
  const atOnce = Math.max(1, Math.min(conditions.length, Math.floor((CALL_SHARE * memory) / bytes)));
  const sequences = cells.flatMap(({ task }) => plans[task]!.sequences);
  const total = cells.reduce((sum, { work }) => sum + work, 0);
  const scores = cells.map((): ItemScores[] => []);
  for (let from = 0; from < conditions.length; from += atOnce) {
    const some = conditions.slice(from, from + atOnce);
    const steps = transformer.nextTokens(sequences, ablationsOf(some, input), { signal });
    const values = yield* asShare(steps, (share) => {
      const done = Math.floor((total * (from + share * some.length)) / conditions.length);
      return { phase: PHASE, done, total, unit: UNIT };
    });
    let first = 0;
    for (const [i, { task }] of cells.entries()) {
      const plan = plans[task]!;
      for (const column of some.keys()) scores[i]!.push(plan.judge(readerOf(values, column, first)));
      first += plan.sequences.length;
    }
  }
  return cells.map(({ work }, i) => ({ arrays: packed(scores[i]!), work }));
}

function ablationsOf(indices: readonly number[], { conditions, fill }: SweepInput): (Ablation | undefined)[] {
  return indices.map((index) => (index === 0 ? undefined : ablationOf(conditions[index - 1]!.mask, fill)));
}

/** f64 [conditions, items] each. */
function packed(scores: readonly ItemScores[]): Record<string, Float64Array> {
  const joined = (of: (one: ItemScores) => Float64Array): Float64Array =>
    Float64Array.from(scores.flatMap((one) => [...of(one)]));
  return {
    scores: joined((one) => one.scores),
    weights: joined((one) => one.weights),
    ...(scores[0]?.normalized !== undefined && { normalized: joined((one) => one.normalized!) }),
  };
}

function unpacked({ scores, weights, normalized }: Piece['arrays'], column: number, items: number): ItemScores {
  const own = (of: Piece['arrays'][string]): Float64Array =>
    Float64Array.from(of.subarray(column * items, (column + 1) * items));
  return {
    scores: own(scores!),
    weights: own(weights!),
    ...(normalized !== undefined && { normalized: own(normalized) }),
  };
}

/** Says how long the sweep will take in all, from one sequence (which also loads the model) and a small batch. */
async function* measure(
  { task, conditions }: Cell,
  input: SweepInput,
  sizes: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<Progress, void> {
  const { plans, transformer } = input;
  const ablations = ablationsOf(conditions, input);
  const sample: Int32Array[] = [];
  let tokens = 0;
  for (const ids of plans[task]!.sequences) {
    if (tokens * ablations.length >= MEASURED) break;
    sample.push(ids);
    tokens += ids.length;
  }
  const timed = async function* (part: readonly Int32Array[], done: number): AsyncGenerator<Progress, number> {
    const start = performance.now();
    yield* asShare(transformer.nextTokens(part, ablations, { signal }), () => {
      return { phase: 'Estimating the time', done, total: 2, unit: 'measurements' };
    });
    return (performance.now() - start) / 1000;
  };
  const once = yield* timed(sample.slice(0, 1), 0);
  const batch = yield* timed(sample, 1);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const share = total / (tokens * ablations.length);
  const calls = Math.ceil((input.conditions.length + 1) / GROUP);
  const seconds =
    transformer.executor === 'streaming' ? calls * once + Math.max(0, batch - once) * share : batch * share;
  yield { phase: `Estimated time in all: ${formatDuration(seconds)}`, done: 0, total, unit: UNIT, estimate: seconds };
}

async function* asShare<T>(
  steps: AsyncGenerator<Progress, T>,
  show: (share: number) => Progress,
): AsyncGenerator<Progress, T> {
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value;
    const { done, total } = step.value;
    yield show(total > 0 ? Math.min(1, done / total) : 0);
  }
}

function readerOf({ values, starts }: TokenLogProbabilities, column: number, first: number) {
  return (i: number): Float64Array => values[column]!.subarray(starts[first + i], starts[first + i + 1]);
}
