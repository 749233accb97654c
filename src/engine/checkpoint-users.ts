import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../data/make-folder';

const MINUTE = 60_000;
/** Between two signs of life. */
const BEAT_MS = MINUTE;
/** A run on another machine that was silent for so long is over; clocks of a cluster differ by less. */
const SILENT_MS = 15 * MINUTE;
/** What shards made waits so long for the run that merges it. */
const WAITING_MS = 7 * 24 * 60 * MINUTE;
const FOLDER = 'users';
/** Says that a run which is over left a folder to others, which perhaps never end. */
const LEFT = 'left';
const RESULT = 'result-';

/** What is told of a run that uses a checkpoint. */
export interface User {
  /** Its result folder, absolute: shards and the run that merges them have it in common. */
  readonly out: string;
  /** Whether it makes pieces for a run that is still to come. */
  readonly shard: boolean;
}

/**
 * One run's use of a checkpoint folder that others may use at the same time, in `<folder>/users`: a lease of its process
 * (`<pid>@<host>@<random>`, touched every minute), and where it is a shard, a claim of its result (`result-<SHA-256>`) that
 * lasts until that result is written. It only saves work: nothing throws.
 */
export class CheckpointUse {
  private readonly users: string;
  private readonly lease = `${process.pid}@${machine()}@${randomBytes(4).toString('hex')}`;
  private readonly claim: string;
  private readonly beat: NodeJS.Timeout;
  private over = false;

  private constructor(
    private readonly folder: string,
    out: string,
  ) {
    this.users = join(folder, FOLDER);
    this.claim = `${RESULT}${createHash('sha256').update(out).digest('hex').slice(0, 32)}`;
    this.beat = setInterval(() => void this.touch(), BEAT_MS).unref();
  }

  static async begin(folder: string, { out, shard }: User): Promise<CheckpointUse> {
    const use = new CheckpointUse(folder, out);
    await use.touch();
    if (shard) await written(join(use.users, use.claim));
    return use;
  }

  /** The run's result is written: removes the folder, unless another run uses it or shards made pieces for one. */
  async finish(): Promise<void> {
    await this.end();
    await removed(join(this.users, this.claim));
    if (await isUsed(this.folder)) await written(join(this.users, LEFT));
    else await removed(this.folder);
    await sweep(dirname(this.folder));
  }

  /** The run is over without a result: what it kept stays. */
  async release(): Promise<void> {
    if (this.over) return;
    await this.end();
    // Only empty ones go.
    await rmdir(this.users).catch(() => undefined);
    await rmdir(this.folder).catch(() => undefined);
  }

  private async end(): Promise<void> {
    this.over = true;
    clearInterval(this.beat);
    await removed(join(this.users, this.lease));
  }

  private async touch(): Promise<void> {
    const path = join(this.users, this.lease);
    const now = new Date();
    // A run that ended just as this one began may have taken the lease along.
    await utimes(path, now, now).catch(() => (this.over ? undefined : written(path)));
  }
}

/** Removes what was left to runs that are over by now. */
async function sweep(checkpoints: string): Promise<void> {
  for (const name of await readdir(checkpoints).catch(() => [])) {
    const folder = join(checkpoints, name);
    const left = await ageOf(join(folder, FOLDER, LEFT));
    // A run that was cancelled is perhaps taken up again.
    if (left !== undefined && left > WAITING_MS && !(await isUsed(folder))) await removed(folder);
  }
}

async function isUsed(folder: string): Promise<boolean> {
  const users = join(folder, FOLDER);
  for (const name of await readdir(users).catch(() => [])) {
    if (name !== LEFT && (await isAlive(join(users, name)))) return true;
  }
  return false;
}

async function isAlive(path: string): Promise<boolean> {
  const name = basename(path);
  const [pid, host] = name.split('@');
  if (host === machine()) return isRunning(Number(pid));
  const age = await ageOf(path);
  return age !== undefined && age < (name.startsWith(RESULT) ? WAITING_MS : SILENT_MS);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Milliseconds since a file was touched; `undefined` where there is none. */
async function ageOf(path: string): Promise<number | undefined> {
  const facts = await stat(path).catch(() => undefined);
  return facts && Date.now() - facts.mtimeMs;
}

function machine(): string {
  return hostname().replaceAll(/[^\w.-]/g, '_');
}

async function written(path: string): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await writeFile(path, '');
  } catch {
    // A cache folder that is full or read-only must not fail the run.
  }
}

async function removed(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}
