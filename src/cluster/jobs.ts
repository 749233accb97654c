import type { SlurmSettings } from '../study/slurm';

/** The stage of a run that merges what the shards made and writes the result. */
export const REDUCE = 'reduce';

/** What Slurm is given at once: an array of one stage's shards, or the reduce of a run. */
export interface ClusterJob {
  /** Id of the run in the study's plan. */
  readonly run: string;
  /** For people: `lobes (smol)`. */
  readonly label: string;
  /** The result folder of the run, absolute. */
  readonly out: string;
  /** `firing`, or `REDUCE`. */
  readonly stage: string;
  /** Numbers, from 1, of the shards to be made; empty for a reduce. */
  readonly shards: readonly number[];
  /** Into how many the stage is cut; 0 for a reduce. */
  readonly of: number;
  /** Keys of jobs of the same submission that must have succeeded. */
  readonly after: readonly string[];
  /** Slurm's ids of jobs of earlier submissions that must have. */
  readonly afterIds: readonly string[];
  /** Bytes that the run may use. */
  readonly memory: number;
}

/** What all jobs of a submission share. */
export interface Surroundings {
  /** The study file, absolute. */
  readonly file: string;
  /** Name of its folder of results. */
  readonly study: string;
  /** Where the tasks run: paths of results are relative to it. Absolute. */
  readonly workspace: string;
  /** Folder of scripts, logs and the record; absolute. */
  readonly folder: string;
  readonly cacheFolder: string;
  /** The program and what precedes its verbs: Node and the built command line. */
  readonly program: readonly string[];
  /** Set for the program: VS Code's own binary is Node only so. */
  readonly variables: Readonly<Record<string, string>>;
  /** Further flags of every task: `--seed 3 --executor streaming`. */
  readonly flags: readonly string[];
  /** Cores of one task. */
  readonly threads: number;
  readonly settings: SlurmSettings;
}

/** What a job is called in dependencies, scripts and logs: `lobes.firing`. */
export function keyOf({ run, stage }: Pick<ClusterJob, 'run' | 'stage'>): string {
  return `${run}.${stage}`;
}

/** What Slurm calls the job of a script; what is submitted from here gets a word of chance behind it. */
export function jobNameOf({ run, stage }: Pick<ClusterJob, 'run' | 'stage'>, study: string): string {
  return [study, run, stage].join('.').replace(/[^A-Za-z0-9._-]+/g, '-');
}

/** The file of a job's script. */
export function scriptNameOf(job: Pick<ClusterJob, 'run' | 'stage'>): string {
  return `${keyOf(job)}.sh`;
}

/** The file that a task writes what it says to. @param shard absent: of a reduce */
export function logNameOf(job: Pick<ClusterJob, 'run' | 'stage'>, shard?: number | string): string {
  return shard === undefined ? `${keyOf(job)}.log` : `${keyOf(job)}.${shard}.log`;
}
