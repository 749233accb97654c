import { execFile } from 'node:child_process';
import { UserError } from '../shared/errors';
import { parseSacct, parseSacctJson, SACCT_FORMAT } from './sacct';
import { parseSqueue, parseSqueueJson, SQUEUE_FORMAT } from './squeue';
import type { TaskReport } from './states';

/** A busy controller answers late; one that does not answer at all is told of. */
const PATIENCE_MS = 60_000;
const MOST_OUTPUT = 256e6;
/** From here on `squeue --json` shows what was asked for; before, every job of the cluster. */
const JSON_SINCE = 23;

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
    const options = { timeout: PATIENCE_MS, maxBuffer: MOST_OUTPUT, ...(folder !== undefined && { cwd: folder }) };
    execFile(program, args, options, (error, stdout, stderr) => {
      const late = error?.killed === true ? `${program} did not answer within ${PATIENCE_MS / 1000} s` : '';
      resolve({ code: error === null ? 0 : (error.code ?? -1), stdout, stderr: late || stderr });
    });
  });

/** Slurm through its own programs. */
export class Slurm {
  private version: Promise<number> | undefined;
  private accounting: 'json' | 'text' | 'none' = 'json';

  constructor(private readonly ask: Ask = askProgram) {}

  /**
   * Submits a script. @param folder of the script: logs go there
   * @param after ids of jobs that must have succeeded
   * @returns the id of the job
   * @throws UserError with what sbatch says
   */
  async submit(script: string, folder: string, after: readonly string[]): Promise<string> {
    const waits = after.length === 0 ? [] : [`--dependency=afterok:${after.join(':')}`];
    const said = await this.ask('sbatch', ['--parsable', ...waits, script], folder);
    const id = /^(\d+)(;|$)/m.exec(said.stdout.trim())?.[1];
    if (said.code !== 0 || id === undefined) throw refusal('sbatch', said, `Look at ${script} in ${folder}.`);
    return id;
  }

  /** Cancels jobs, waiting or running; those that are over stay as they are. @throws UserError with what scancel says */
  async cancel(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const said = await this.ask('scancel', [...ids]);
    if (said.code !== 0 && !isUnknownJob(said)) throw refusal('scancel', said, 'Try again, or cancel them by hand.');
  }

  /** What Slurm knows of jobs; of those that it has forgotten, nothing. @throws UserError where it does not answer */
  async reports(ids: readonly string[]): Promise<TaskReport[]> {
    if (ids.length === 0) return [];
    const queued = await this.queue(ids);
    const known = new Set(queued.map(({ job }) => job));
    const gone = ids.filter((id) => !known.has(id));
    return [...queued, ...(await this.accounted(gone))];
  }

  private async queue(ids: readonly string[]): Promise<TaskReport[]> {
    const asked = ['--states=all', `--jobs=${ids.join(',')}`];
    const wanted = new Set(ids);
    if ((await this.major()) >= JSON_SINCE) {
      const said = await this.ask('squeue', [...asked, '--json']);
      const read = said.code === 0 ? readWhere(() => parseSqueueJson(said.stdout, Date.now() / 1000)) : undefined;
      if (read !== undefined) return read.filter(({ job }) => wanted.has(job));
    }
    const said = await this.ask('squeue', [...asked, '--array', '--noheader', `--format=${SQUEUE_FORMAT}`]);
    if (said.code === 0) return parseSqueue(said.stdout).filter(({ job }) => wanted.has(job));
    if (isUnknownJob(said)) return [];
    throw refusal('squeue', said, 'See whether the controller of Slurm is up (sinfo).');
  }

  /** Jobs that the queue has forgotten. Many clusters keep no accounts. */
  private async accounted(ids: readonly string[]): Promise<TaskReport[]> {
    if (ids.length === 0 || this.accounting === 'none') return [];
    const asked = [`--jobs=${ids.join(',')}`, '--allocations'];
    if (this.accounting === 'json') {
      const said = await this.ask('sacct', [...asked, '--json']);
      const read = said.code === 0 ? readWhere(() => parseSacctJson(said.stdout)) : undefined;
      if (read !== undefined) return read;
      this.accounting = 'text';
    }
    const said = await this.ask('sacct', [...asked, '--noheader', '--parsable2', `--format=${SACCT_FORMAT}`]);
    if (said.code === 0) return parseSacct(said.stdout);
    this.accounting = 'none';
    return [];
  }

  private major(): Promise<number> {
    this.version ??= this.ask('squeue', ['--version']).then(({ stdout }) =>
      Number(/(\d+)\.\d+/.exec(stdout)?.[1] ?? 0),
    );
    return this.version;
  }
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
