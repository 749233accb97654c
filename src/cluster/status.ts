import { keyOf, REDUCE } from './jobs';
import type { ClusterRecord, SubmittedJob, SubmittedRun } from './record';
import { endInWords, isNeverSatisfied, stateOf, waitInWords } from './states';
import type { TaskReport } from './states';
import { leftOf, measuredOf } from './pace';
import type { Measured } from './pace';

/** What became of a shard, of a reduce or of a run. */
export type Standing = 'done' | 'running' | 'pending' | 'failed' | 'cancelled' | 'absent';

/** What a shard says of itself in its marks. */
export interface ShardSaid {
  readonly stage: string;
  readonly index: number;
  readonly count: number;
  readonly mark?: {
    readonly seconds: number;
    readonly work: number;
    readonly unit: string;
    readonly bytes: number;
    readonly pieces: number;
    readonly made: number;
    readonly cpu: string;
    readonly threads: number;
    readonly at: string;
  };
  readonly progress?: { readonly done: number; readonly total: number; readonly unit: string; readonly phase: string };
  readonly failure?: string;
}

/** What lies on the disk of a run. */
export interface RunFiles {
  readonly shards: readonly ShardSaid[];
  /** Milliseconds since 1970 at which its result was written; absent: there is none. */
  readonly made?: number;
  /** Why it failed the last time, and when. */
  readonly failure?: { readonly message: string; readonly at: number };
}

/** One task. */
export interface ShardStatus {
  /** From 1; 0 of a reduce. */
  readonly shard: number;
  readonly standing: Standing;
  /** Slurm's id: `12_3`. */
  readonly job?: string;
  /** Part that is done, 0 to 1. */
  readonly share: number;
  /** Seconds that it has been running. */
  readonly seconds?: number;
  /** Why it waits or failed, in words. */
  readonly why?: string;
  /** The last lines of its log, of one that failed. */
  readonly log?: readonly string[];
}

/** One stage of a run, or its reduce. */
export interface StageStatus {
  readonly stage: string;
  readonly standing: Standing;
  readonly shards: readonly ShardStatus[];
  /** Part that is done, 0 to 1. */
  readonly share: number;
  /** Seconds that are left, where they can be told. */
  readonly left?: number;
  /** Rate and size of its shards that are done. */
  readonly measured?: Measured;
}

/** One run on the cluster. */
export interface RunStatus {
  readonly id: string;
  readonly label: string;
  readonly verb: string;
  /** Its result folder. */
  readonly out: string;
  readonly standing: Standing;
  readonly share: number;
  readonly left?: number;
  readonly stages: readonly StageStatus[];
}

/** Between the clocks of two machines, and a mark and what submitted it. */
const SKEW_MS = 60_000;

/**
 * How the runs of a study stand on the cluster: from what was submitted, what Slurm says of it and what lies on the disk.
 * @param files by id of the run
 */
export function statusOf(
  record: ClusterRecord,
  reports: readonly TaskReport[],
  files: ReadonlyMap<string, RunFiles>,
): RunStatus[] {
  const known = new Map<string, StageStatus>();
  return record.runs.map((run) => {
    const own = files.get(run.id) ?? { shards: [] };
    const over = isMade(run, record, own);
    const stages = [...run.stages, { stage: REDUCE, of: 0 }].map(({ stage, of }): StageStatus => {
      const numbers = of === 0 ? [0] : Array.from({ length: of }, (_, i) => i + 1);
      const shards = numbers.map((shard) =>
        over
          ? { shard, standing: 'done' as const, share: 1 }
          : new Task(run, stage, of, shard, record, own).status(reports, known),
      );
      const marks = own.shards.filter((one) => one.stage === stage && one.count === of);
      const measured = measuredOf(marks);
      const left = leftOf(shards, marks);
      const status = {
        stage,
        standing: together(shards),
        shards,
        share: mean(shards.map(({ share }) => share)),
        ...(left !== undefined && { left }),
        ...(measured !== undefined && { measured }),
      };
      known.set(keyOf({ run: run.id, stage }), status);
      return status;
    });
    const current = stages.find(({ standing }) => standing !== 'done');
    const { id, label, verb, out } = run;
    return {
      ...{ id, label, verb, out, stages },
      standing: together(stages),
      share: mean(stages.flatMap(({ shards }) => shards.map(({ share }) => share))),
      ...(current?.left !== undefined && { left: current.left }),
    };
  });
}

/** The result is newer than the job that was to write it; of a reduce that was never submitted, that is there. */
function isMade({ id }: SubmittedRun, { jobs }: ClusterRecord, { made }: RunFiles): boolean {
  const reduce = jobs.findLast(({ run, stage }) => run === id && stage === REDUCE);
  return made !== undefined && (reduce === undefined || made >= Date.parse(reduce.submitted) - SKEW_MS);
}

/** One task, and what is known of it. */
class Task {
  private readonly job: SubmittedJob | undefined;
  private readonly said: ShardSaid | undefined;
  private readonly submitted: number;

  constructor(
    run: SubmittedRun,
    stage: string,
    of: number,
    private readonly shard: number,
    private readonly record: ClusterRecord,
    private readonly files: RunFiles,
  ) {
    this.job = record.jobs.findLast(
      (job) =>
        job.run === run.id && job.stage === stage && (shard === 0 || (job.of === of && job.shards.includes(shard))),
    );
    this.said = files.shards.find((one) => one.stage === stage && one.index === shard && one.count === of);
    this.submitted = this.job === undefined ? 0 : Date.parse(this.job.submitted) - SKEW_MS;
  }

  status(reports: readonly TaskReport[], known: ReadonlyMap<string, StageStatus>): ShardStatus {
    const { job, shard } = this;
    if (job === undefined)
      return this.is(this.done ? 'done' : this.failure === undefined ? 'absent' : 'failed', this.failure);
    const own = reports.filter((one) => one.job === job.id);
    const report = own.find(({ task }) => task === shard) ?? own.find(({ task }) => task === undefined);
    const state = report === undefined ? undefined : stateOf(report.state);
    if (state === 'running')
      return { ...this.is('running'), ...(report?.seconds !== undefined && { seconds: report.seconds }) };
    if (state === 'pending' && !isNeverSatisfied(report!.reason))
      return this.is('pending', waitInWords(report!.reason));
    // What Slurm calls done has left its mark, or will be seen to have where the file system is slow.
    if (this.done || state === 'done') return this.is('done');
    if (this.failure !== undefined) return this.is('failed', this.failure);
    const blocker = this.blocker(known);
    if (blocker !== undefined) return this.is('failed', `it never started, for ${blocker}`);
    if (state === 'cancelled') return this.is('cancelled', 'it was cancelled');
    if (state === undefined)
      return this.is('failed', 'it is over and left nothing: Slurm knows nothing of it any more');
    return this.is('failed', endInWords(report!.state));
  }

  /** It has left its mark since it was submitted. */
  private get done(): boolean {
    const at = this.shard === 0 ? this.files.made : Date.parse(this.said?.mark?.at ?? '');
    return at !== undefined && at >= this.submitted;
  }

  /** What it said itself, since it was submitted. A failure's note is removed when a shard begins again. */
  private get failure(): string | undefined {
    if (this.shard > 0) return this.said?.failure;
    const { failure } = this.files;
    return failure !== undefined && failure.at >= this.submitted ? failure.message : undefined;
  }

  /** What failed of the jobs that it waited for: "firing 3 of lobes (smol) failed". */
  private blocker(known: ReadonlyMap<string, StageStatus>): string | undefined {
    for (const id of this.job!.after) {
      const before = this.record.jobs.find((job) => job.id === id);
      const status = before && known.get(keyOf(before));
      const failed = status?.shards.filter(({ standing }) => standing === 'failed' || standing === 'cancelled') ?? [];
      if (before === undefined || failed.length === 0) continue;
      const label = this.record.runs.find((run) => run.id === before.run)?.label ?? before.run;
      const numbers = failed.map(({ shard }) => shard).filter((shard) => shard > 0);
      const how = failed.every(({ standing }) => standing === 'cancelled')
        ? failed.length > 1
          ? 'were cancelled'
          : 'was cancelled'
        : 'failed';
      return `${[before.stage, numbers.join(', ')].filter(Boolean).join(' ')} of ${label} ${how}`;
    }
    return undefined;
  }

  private is(standing: Standing, why?: string): ShardStatus {
    const { shard, job, said } = this;
    const progress = said?.progress;
    const part = progress !== undefined && progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0;
    const share = standing === 'done' ? 1 : standing === 'running' ? part : 0;
    const id = job === undefined ? undefined : job.shards.length > 0 ? `${job.id}_${shard}` : job.id;
    return {
      shard,
      standing,
      share,
      ...(id !== undefined && { job: id }),
      ...(why !== undefined && why !== '' && { why }),
    };
  }
}

/** Of several parts what a person wants to know first: whether something goes on, then what went wrong. */
function together(parts: readonly { readonly standing: Standing }[]): Standing {
  if (parts.every(({ standing }) => standing === 'done')) return 'done';
  const order = ['running', 'failed', 'cancelled', 'pending', 'absent'] as const;
  return order.find((one) => parts.some(({ standing }) => standing === one)) ?? 'pending';
}

function mean(shares: readonly number[]): number {
  return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
