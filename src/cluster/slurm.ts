import { execFile } from 'node:child_process';
import { UserError } from '../shared/errors';
import { parseSacct, parseSacctJson, SACCT_FORMAT } from './sacct';
import { parseSqueue, parseSqueueJson, SQUEUE_FORMAT } from './squeue';
import { stateOf } from './states';
import type { NamedReport, TaskReport } from './states';

/** A busy controller answers late; one that does not answer at all is told of. */
const PATIENCE_MS = 60_000;
const MOST_OUTPUT = 256e6;
/** From here on `squeue --json` shows what was asked for; before, every job of the cluster. */
const JSON_SINCE = 23;
/** Accounts that did not answer are asked again after this time: their database may have been down. */
export const ACCOUNTS_AGAIN_MS = 300_000;

/** What tells a job of ours from another that has its id: ids begin anew, and records are copied. */
export interface JobIdentity {
  readonly id: string;
  /** Of the job, with the word of chance that it got when it was submitted. */
  readonly name: string;
  readonly user: string;
}

/** What a program said, and how it ended. */
export interface Said {
  /** `ENOENT` where there is no such program. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with arguments, without a shell. @param folder its working directory */
export type Ask = (program: string, args: readonly string[], folder?: string) => Promise<Said>;

/** Programs of this machine. */
export const askProgram: Ask = (program, args, folder) =>
  new Promise((resolve) => {
    // Otherwise sets of tasks end with `...` after 64 characters.
    const env = { ...process.env, SLURM_BITSTR_LEN: '0' };
    const cwd = folder === undefined ? {} : { cwd: folder };
    const options = { timeout: PATIENCE_MS, maxBuffer: MOST_OUTPUT, env, ...cwd };
    execFile(program, args, options, (error, stdout, stderr) => {
      const late = error?.killed === true ? `${program} did not answer within ${PATIENCE_MS / 1000} s` : '';
      resolve({ code: error === null ? 0 : (error.code ?? -1), stdout, stderr: late || stderr });
    });
  });

/** Slurm through its own programs. */
export class Slurm {
  private version: Promise<number> | undefined;
  private noAccountsUntil = 0;

  /** @param now milliseconds since 1970 */
  constructor(
    private readonly ask: Ask = askProgram,
    private readonly now: () => number = Date.now,
  ) {}

  /** The name of the cluster; empty where it does not tell. */
  async cluster(): Promise<string> {
    const { stdout } = await this.ask('scontrol', ['show', 'config']);
    return /^ClusterName\s*=\s*(\S+)/m.exec(stdout)?.[1] ?? '';
  }

  /**
   * Submits a script. @param folder of the script: logs go there
   * @param after ids of jobs that must have succeeded
   * @param name of the job, in place of that in the script
   * @returns the id of the job
   * @throws UserError with what sbatch says
   */
  async submit(script: string, folder: string, after: readonly string[], name: string): Promise<string> {
    const waits = after.length === 0 ? [] : [`--dependency=afterok:${after.join(':')}`];
    const said = await this.ask('sbatch', ['--parsable', `--job-name=${name}`, ...waits, script], folder);
    const id = /^(\d+)(;|$)/m.exec(said.stdout.trim())?.[1];
    if (said.code !== 0 || id === undefined) throw refusal('sbatch', said, `Look at ${script} in ${folder}.`);
    return id;
  }

  /**
   * Cancels jobs of ours that wait or run, after a look at the queue whether they are: others of the same id are left alone.
   * @returns the ids of those that were cancelled
   * @throws UserError with what scancel says, or where Slurm does not answer
   */
  async cancel(jobs: readonly JobIdentity[]): Promise<string[]> {
    if (jobs.length === 0) return [];
    const queued = ownOf(jobs, await this.queue(jobs.map(({ id }) => id)));
    const open = new Set(queued.filter(({ state }) => OPEN.includes(stateOf(state))).map(({ job }) => job));
    const ids = jobs.map(({ id }) => id).filter((id) => open.has(id));
    if (ids.length === 0) return [];
    const said = await this.ask('scancel', ['--', ...ids]);
    if (said.code !== 0 && !isUnknownJob(said)) throw refusal('scancel', said, 'Try again, or cancel them by hand.');
    return ids;
  }

  /**
   * What Slurm knows of jobs of ours; of those that it has forgotten, and of others that have their ids, nothing.
   * @throws UserError where it does not answer
   */
  async reports(jobs: readonly JobIdentity[]): Promise<TaskReport[]> {
    if (jobs.length === 0) return [];
    const queued = ownOf(jobs, await this.queue(jobs.map(({ id }) => id)));
    const known = new Set(queued.map(({ job }) => job));
    const gone = jobs.map(({ id }) => id).filter((id) => !known.has(id));
    return [...queued, ...ownOf(jobs, await this.accounted(gone))];
  }

  private async queue(ids: readonly string[]): Promise<NamedReport[]> {
    const asked = ['--states=all', `--jobs=${ids.join(',')}`];
    const wanted = new Set(ids);
    if ((await this.major()) >= JSON_SINCE) {
      const said = await this.ask('squeue', [...asked, '--json']);
      const read = said.code === 0 ? readWhere(() => parseSqueueJson(said.stdout, this.now() / 1000)) : undefined;
      if (read !== undefined) return read.filter(({ job }) => wanted.has(job));
    }
    const said = await this.ask('squeue', [...asked, '--array', '--noheader', `--format=${SQUEUE_FORMAT}`]);
    if (said.code === 0) return parseSqueue(said.stdout).filter(({ job }) => wanted.has(job));
    if (isUnknownJob(said)) return [];
    throw refusal('squeue', said, 'See whether the controller of Slurm is up (sinfo).');
  }

  /** Jobs that the queue has forgotten. Many clusters keep no accounts. */
  private async accounted(ids: readonly string[]): Promise<NamedReport[]> {
    if (ids.length === 0 || this.now() < this.noAccountsUntil) return [];
    const asked = [`--jobs=${ids.join(',')}`, '--allocations'];
    const json = await this.ask('sacct', [...asked, '--json']);
    const read = json.code === 0 ? readWhere(() => parseSacctJson(json.stdout)) : undefined;
    if (read !== undefined) return read;
    const said = await this.ask('sacct', [...asked, '--noheader', '--parsable2', `--format=${SACCT_FORMAT}`]);
    if (said.code === 0) return parseSacct(said.stdout);
    this.noAccountsUntil = this.now() + ACCOUNTS_AGAIN_MS;
    return [];
  }

  private major(): Promise<number> {
    this.version ??= this.ask('squeue', ['--version']).then(({ stdout }) =>
      Number(/(\d+)\.\d+/.exec(stdout)?.[1] ?? 0),
    );
    return this.version;
  }
}

const OPEN: readonly string[] = ['pending', 'running'];

function ownOf(jobs: readonly JobIdentity[], reports: readonly NamedReport[]): TaskReport[] {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  return reports.flatMap(({ name, user, ...report }): TaskReport[] => {
    const own = byId.get(report.job);
    return own !== undefined && name === own.name && user === own.user ? [report] : [];
  });
}

function isUnknownJob({ stderr }: Said): boolean {
  return /invalid job id/i.test(stderr);
}

function readWhere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function refusal(program: string, { code, stderr }: Said, remedy: string): UserError {
  if (code === 'ENOENT')
    return new UserError(
      `There is no ${program} on the path: this machine has no Slurm`,
      'Log in to the cluster first.',
    );
  const said = stderr
    .split('\n')
    .map((line) => line.replace(/^\w+: (error: )?/, '').trim())
    .filter(Boolean)
    .join('; ');
  return new UserError(`${program}: ${said || `it ended with ${code}`}`, remedy);
}
