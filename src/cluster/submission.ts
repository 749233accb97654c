import { keyOf, REDUCE } from './jobs';
import type { ClusterJob } from './jobs';

/** A job that waits or runs, of an earlier submission. */
export interface LiveJob {
  readonly id: string;
  readonly run: string;
  readonly stage: string;
  /** Its shards that wait or run; empty for a reduce. */
  readonly shards: readonly number[];
  readonly of: number;
}

/** One stage of a run that is to be made. */
export interface StageWork {
  readonly stage: string;
  /** Into how many shards it is cut. */
  readonly of: number;
  /** Numbers of the shards that are not there. */
  readonly missing: readonly number[];
}

/** A run that is to be made, as it stands now. */
export interface RunWork {
  readonly run: string;
  readonly label: string;
  readonly out: string;
  /** Ids of the runs that it takes results of. */
  readonly needs: readonly string[];
  readonly memory: number;
  readonly stages: readonly StageWork[];
}

/** What to ask of Slurm, in this order. */
export interface Submission {
  /** Ids of jobs that wait for what will be made anew: they would start too early, or never. */
  readonly cancel: readonly string[];
  /** Whatever a job needs comes before it. */
  readonly jobs: readonly ClusterJob[];
}

/**
 * The jobs that make runs: of every stage an array of the shards that are neither there nor in the queue, after the stage
 * before it, and a reduce after all stages; runs come after the reduces of the runs that they need.
 * @param works in the order of the plan
 * @param live of earlier submissions of the study
 */
export function jobsFor(works: readonly RunWork[], live: readonly LiveJob[]): Submission {
  const plan = new Planner(works, live);
  for (const work of works) plan.add(work);
  return { cancel: plan.cancelled, jobs: plan.jobs };
}

class Planner {
  readonly jobs: ClusterJob[] = [];
  readonly cancelled: string[] = [];
  /** Runs of which something is submitted now. */
  private readonly renewed = new Set<string>();

  constructor(
    private readonly works: readonly RunWork[],
    private readonly live: readonly LiveJob[],
  ) {}

  add(work: RunWork): void {
    const own = this.live.filter(({ run }) => run === work.run);
    const anew = work.needs.some((need) => this.renewed.has(need));
    const upstream = anew ? [] : own;
    const before = this.submitted;
    let first = this.afterNeeds(work);
    const all = { after: [...first.after], afterIds: [...first.afterIds] };
    for (const stage of work.stages) {
      // Once a stage is submitted, those behind it may not start on its account alone.
      const kept = this.submitted > before ? [] : upstream.filter((job) => fits(job, stage));
      const queued = new Set(kept.flatMap(({ shards }) => shards));
      const missing = anew ? everyShard(stage) : stage.missing.filter((shard) => !queued.has(shard));
      const next = { after: [] as string[], afterIds: kept.map(({ id }) => id) };
      if (missing.length > 0) {
        const job = { ...common(work), stage: stage.stage, shards: missing, of: stage.of, ...first };
        this.jobs.push(job);
        next.after.push(keyOf(job));
      }
      this.drop(own.filter((job) => job.stage === stage.stage && !kept.includes(job)));
      all.after.push(...next.after);
      all.afterIds.push(...next.afterIds);
      if (next.after.length + next.afterIds.length > 0) first = next;
    }
    const reduces = own.filter(({ stage }) => stage === REDUCE);
    if (!anew && this.submitted === before && reduces.length > 0) return;
    this.drop(reduces);
    this.jobs.push({ ...common(work), stage: REDUCE, shards: [], of: 0, ...all });
    this.renewed.add(work.run);
  }

  private get submitted(): number {
    return this.jobs.length;
  }

  private drop(jobs: readonly LiveJob[]): void {
    this.cancelled.push(...jobs.map(({ id }) => id));
  }

  /** The reduces of what a run needs: submitted now, or in the queue already. */
  private afterNeeds({ needs }: RunWork): Pick<ClusterJob, 'after' | 'afterIds'> {
    const made = needs.filter((need) => this.works.some(({ run }) => run === need));
    const after = made.filter((need) => this.renewed.has(need)).map((run) => keyOf({ run, stage: REDUCE }));
    const waiting = made.filter((need) => !this.renewed.has(need));
    const afterIds = this.live
      .filter(({ run, stage }) => stage === REDUCE && waiting.includes(run))
      .map(({ id }) => id);
    return { after, afterIds };
  }
}

function fits(job: LiveJob, { stage, of }: StageWork): boolean {
  return job.stage === stage && job.of === of;
}

function everyShard({ of }: StageWork): number[] {
  return Array.from({ length: of }, (_, i) => i + 1);
}

function common({ run, label, out, memory }: RunWork): Pick<ClusterJob, 'run' | 'label' | 'out' | 'memory'> {
  return { run, label, out, memory };
}
