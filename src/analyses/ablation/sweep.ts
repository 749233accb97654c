import type { Ablation, TokenLogProbabilities, Transformer } from '../../models/transformer';
import { formatDuration } from '../../shared/progress';
import type { Progress } from '../../shared/progress';
import type { Checkpoint } from '../contract';
import { ablationOf, keyOf } from './masks';
import type { Condition } from './masks';
import { ItemStore } from './item-store';
import type { ItemScores, TaskPlan } from './plan';

/** What is to be scored. */
export interface SweepInput {
  readonly plans: readonly TaskPlan[];
  readonly conditions: readonly Condition[];
  /** Means for mean ablation, f32 [layers, width]. */
  readonly fill?: Float32Array;
  readonly transformer: Transformer;
  readonly checkpoint: Checkpoint;
  /** Budget in bytes. */
  readonly memory: number;
  readonly signal: AbortSignal;
}

export interface SweepScores {
  /** Per task the items' scores: the model as it is, then one per condition. */
  readonly scores: readonly (readonly ItemScores[])[];
  /** What the sweep was expected to take after its first measured batch; 0 where nothing was left to do. */
  readonly estimatedSeconds: number;
}

/** Conditions that go through together at most: more gain no speed. */
const GROUP = 16;
/** Share of the budget for the streams of one group's largest batch, and bytes of such a batch's tokens per condition. */
const GROUP_SHARE = 0.1;
const BATCH_TOKENS = 512;
/** (Tokens × conditions) that are measured before the sweep. */
const MEASURED = 512;

/** Tasks under some of the conditions, in one call of the model. */
interface Job {
  readonly tasks: readonly number[];
  /** Indices: 0 is the model as it is. */
  readonly conditions: readonly number[];
  readonly ablations: readonly (Ablation | undefined)[];
  readonly sequences: readonly Int32Array[];
  /** Tokens × conditions. */
  readonly work: number;
}

/**
 * Scores all tasks with the model as it is and under every condition. What a cancelled sweep has kept, by task and
 * condition, is not computed again.
 * @throws Cancelled; UserError of the model
 */
export async function* runSweep(input: SweepInput): AsyncGenerator<Progress, SweepScores> {
  const { plans, conditions, transformer, signal, checkpoint } = input;
  const names = ['baseline', ...conditions.map(keyOf)];
  const store = new ItemStore(checkpoint, plans, names);
  await store.load();
  const jobs = jobsOf(input, store);
  const total = jobs.reduce((sum, { work }) => sum + work, 0);
  if (total === 0) return { scores: store.all(), estimatedSeconds: 0 };

  const estimatedSeconds = yield* measure(jobs, total, transformer, signal);
  const phase = `Ablation (about ${formatDuration(estimatedSeconds)} in all)`;
  let done = 0;
  for (const { tasks, conditions: indices, ablations, sequences, work } of jobs) {
    const steps = transformer.nextTokens(sequences, ablations, { signal });
    const values = yield* asShare(steps, (share) => {
      return { phase, done: Math.floor(done + share * work), total, unit: 'tokens × conditions' };
    });
    let first = 0;
    for (const task of tasks) {
      const plan = plans[task]!;
      for (const [column, index] of indices.entries()) {
        await store.put(task, index, plan.judge(readerOf(values, column, first)));
      }
      first += plan.sequences.length;
    }
    done += work;
  }
  return { scores: store.all(), estimatedSeconds };
}

/** Groups of conditions come first: a model loaded for one group's first ablated block serves all tasks. */
function jobsOf({ plans, conditions, fill, transformer, memory }: SweepInput, store: ItemStore): Job[] {
  const bytes = 3 * 4 * BATCH_TOKENS * transformer.description.width;
  const size = Math.max(1, Math.min(GROUP, Math.floor((GROUP_SHARE * memory) / bytes)));
  const all = Array.from({ length: conditions.length + 1 }, (_, i) => i);
  const tasks = plans.map((_, i) => i);
  // Streaming loads all weights for every call, so that it takes all tasks at once.
  const bundles = transformer.executor === 'streaming' ? [tasks] : tasks.map((task) => [task]);
  const jobs: Job[] = [];
  for (let from = 0; from < all.length; from += size) {
    const group = all.slice(from, from + size);
    const ablations = new Map(group.map((i) => [i, i === 0 ? undefined : ablationOf(conditions[i - 1]!.mask, fill)]));
    for (const bundle of bundles) {
      const missing = group.filter((index) => bundle.some((task) => !store.has(task, index)));
      if (missing.length === 0) continue;
      const sequences = bundle.flatMap((task) => plans[task]!.sequences);
      jobs.push({
        tasks: bundle,
        conditions: missing,
        ablations: missing.map((index) => ablations.get(index)),
        sequences,
        work: missing.length * sequences.reduce((sum, { length }) => sum + length, 0),
      });
    }
  }
  return jobs;
}

/** Seconds that all jobs will take, from one sequence (which also loads the model) and a small batch. */
async function* measure(
  jobs: readonly Job[],
  total: number,
  transformer: Transformer,
  signal: AbortSignal,
): AsyncGenerator<Progress, number> {
  const { sequences, ablations } = jobs[0]!;
  const sample: Int32Array[] = [];
  let tokens = 0;
  for (const ids of sequences) {
    if (tokens * ablations.length >= MEASURED) break;
    sample.push(ids);
    tokens += ids.length;
  }
  const phase = 'Estimating the time';
  const timed = async function* (part: readonly Int32Array[], done: number): AsyncGenerator<Progress, number> {
    const start = performance.now();
    yield* asShare(transformer.nextTokens(part, ablations, { signal }), () => {
      return { phase, done, total: 2, unit: 'measurements' };
    });
    return (performance.now() - start) / 1000;
  };
  const once = yield* timed(sample.slice(0, 1), 0);
  const batch = yield* timed(sample, 1);
  const share = total / (tokens * ablations.length);
  const seconds =
    transformer.executor === 'streaming' ? jobs.length * once + Math.max(0, batch - once) * share : batch * share;
  yield { phase: `Estimated time: ${formatDuration(seconds)}`, done: 0, total, unit: 'tokens × conditions' };
  return seconds;
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
