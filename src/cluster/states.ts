/** What Slurm says of one task, or of a job without tasks. */
export interface TaskReport {
  /** Id of the job, of an array the one that its tasks share. */
  readonly job: string;
  /** Its number in the array; absent: the job has no tasks, or its pending rest stands for all of `tasks`. */
  readonly task?: number;
  /** As Slurm spells it: `OUT_OF_MEMORY`. */
  readonly state: string;
  /** Why it waits or ended, as Slurm spells it; empty where it says none. */
  readonly reason: string;
  /** How long it has been running, in seconds. */
  readonly seconds?: number;
}

/** What Slurm says of a task and of whose it is: ids alone begin anew on a cluster that is set up again. */
export interface NamedReport extends TaskReport {
  readonly name?: string;
  readonly user?: string;
}

/** What became of a task. */
export type TaskState = 'pending' | 'running' | 'done' | 'failed' | 'cancelled';

const STATES: Readonly<Record<string, TaskState>> = {
  PENDING: 'pending',
  CONFIGURING: 'pending',
  REQUEUED: 'pending',
  REQUEUE_FED: 'pending',
  REQUEUE_HOLD: 'pending',
  SPECIAL_EXIT: 'pending',
  RESV_DEL_HOLD: 'pending',
  SUSPENDED: 'pending',
  STOPPED: 'pending',
  RUNNING: 'running',
  COMPLETING: 'running',
  RESIZING: 'running',
  SIGNALING: 'running',
  STAGE_OUT: 'running',
  COMPLETED: 'done',
  CANCELLED: 'cancelled',
};

/** What became of a task, by Slurm's word for it; what we do not know has failed. */
export function stateOf(state: string): TaskState {
  return STATES[state.split(/[ +]/)[0]!.toUpperCase()] ?? 'failed';
}

const REASONS: Readonly<Record<string, string>> = {
  OUT_OF_MEMORY: 'it took more memory than it asked for: raise memory in the settings of the study',
  TIMEOUT: 'it ran into its time limit: raise time, or cut the work into more shards',
  DEADLINE: 'its deadline passed',
  NODE_FAIL: 'its node failed',
  BOOT_FAIL: 'its node did not start',
  PREEMPTED: 'it was preempted and not queued again',
  CANCELLED: 'it was cancelled',
  FAILED: 'it ended without a word of its own',
};

/** Why a task ended, in words, by Slurm's word for its state. */
export function endInWords(state: string): string {
  const word = state.split(/[ +]/)[0]!.toUpperCase();
  return REASONS[word] ?? `Slurm calls it ${word}`;
}

/** Slurm gives up a job of which something before it failed. */
export function isNeverSatisfied(reason: string): boolean {
  return reason === 'DependencyNeverSatisfied';
}

const WAITS: Readonly<Record<string, string>> = {
  Resources: 'no node is free',
  Priority: 'others come first',
  Dependency: 'waits for what it needs',
  JobArrayTaskLimit: 'as many as allowed are running',
  BeginTime: 'queued again, starts in a moment',
  ReqNodeNotAvail: 'its nodes are down or reserved',
  NodeDown: 'its node is down',
  PartitionDown: 'its partition is down',
  PartitionTimeLimit: "asks for more time than its partition gives: lower time in the study's slurm section",
  PartitionNodeLimit: 'asks for more than its partition has',
  AssocGrpBillingMinutes: 'the account has no time left',
  InvalidAccount: "the account is not known: see account in the study's slurm section",
  JobHeldUser: 'held: scontrol release lets it go',
  JobHeldAdmin: 'held by an administrator',
};

/** Why a task waits, in words where we have some; empty where Slurm says nothing. */
export function waitInWords(reason: string): string {
  if (reason === '' || reason === 'None') return '';
  return WAITS[reason] ?? `Slurm says ${reason}`;
}

/** Seconds of Slurm's durations: `1-02:03:04`, `2:03`, `15`; `undefined` for `UNLIMITED`, `INVALID` and the like. */
export function secondsOf(text: string): number | undefined {
  const match = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(text.trim());
  if (match === null) return undefined;
  const clock = match[2]!.split(':').map(Number);
  const padded = match[1] === undefined ? [...Array<number>(3 - clock.length).fill(0), ...clock] : [...clock, 0, 0];
  const [hours, minutes, seconds] = padded as [number, number, number];
  return Number(match[1] ?? 0) * 86_400 + hours * 3600 + minutes * 60 + seconds;
}
