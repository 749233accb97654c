import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { basename } from 'node:path';
import { Cancelled, UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { Turn } from '../../study/next';
import type { Surroundings } from '../study/look';
import { readShardState } from './marks';
import { missingShards } from './plan';
import type { Shard } from './share';

/** Bytes of a child's error stream that are kept, for the last of it. */
const TAIL = 4000;
/** Between a polite signal and one that cannot be ignored. */
const GRACE_MS = 20_000;

/** How shards run on this machine. */
export interface LocalShards {
  /** Shards of every stage that can be divided. */
  readonly shards: number;
  /** Child processes at the same time. */
  readonly atOnce: number;
  /** The program and arguments that make one shard. */
  command(turn: Turn, shard: Shard): { readonly file: string; readonly args: readonly string[] };
}

/**
 * Makes the missing shards of a run in child processes, one stage after the other. After a failure none begins any more.
 * @throws UserError with what the failed shard said; Cancelled when the signal fires, once the children have kept what
 *   they made
 */
export async function makeShards(
  turn: Turn,
  around: Surroundings,
  { shards, atOnce, command }: LocalShards,
  { signal, onProgress }: { readonly signal: AbortSignal; onProgress(progress: Progress): void },
): Promise<void> {
  const run = { ...turn.run, input: turn.input };
  const stages = await missingShards(run, shards, around);
  for (const { stage, shards: missing } of stages) {
    const crew = new Crew(stage, missing.length, onProgress);
    let next = 0;
    let stopped = false;
    const lane = async (): Promise<void> => {
      while (next < missing.length && !stopped && !signal.aborted) {
        const shard = missing[next++]!;
        try {
          await crew.make(shard, command(turn, shard), signal);
        } catch (error) {
          stopped = true;
          throw error;
        }
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: Math.min(atOnce, missing.length) }, lane));
    if (signal.aborted) throw new Cancelled();
    const failed = lanes.find((one) => one.status === 'rejected');
    if (failed === undefined) continue;
    const said = (await readShardState(run.out)).find((one) => one.stage === stage && one.failure !== undefined);
    throw said === undefined
      ? failed.reason
      : new UserError(`Shard ${said.index} of ${said.count} of ${stage} failed: ${said.failure}`);
  }
}

/** The children of one stage, and how far they are together. */
class Crew {
  private readonly running = new Map<number, Progress>();
  private done = 0;

  constructor(
    private readonly stage: string,
    private readonly total: number,
    private readonly onProgress: (progress: Progress) => void,
  ) {}

  async make(
    { index, count }: Shard,
    { file, args }: { readonly file: string; readonly args: readonly string[] },
    signal: AbortSignal,
  ): Promise<void> {
    // A group of its own: Ctrl+C in a terminal reaches this process alone, which tells its children once.
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], detached: true });
    const stop = (): void => end(child);
    signal.addEventListener('abort', stop, { once: true });
    let tail = '';
    child.stderr!.on('data', (chunk: Buffer) => (tail = `${tail}${String(chunk)}`.slice(-TAIL)));
    child.on('message', (message) => {
      this.running.set(index, message as Progress);
      this.tell();
    });
    try {
      const ended = await new Promise<string | undefined>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (code, killed) => resolve(code === 0 ? undefined : (killed ?? `exit code ${code}`)));
      });
      if (ended !== undefined && !signal.aborted) {
        const last = tail.trim().split('\n').slice(-3).join(' ');
        const how = `Shard ${index} of ${count} of ${this.stage} ended with ${ended}`;
        throw new UserError(last === '' ? `${how} (${basename(file)})` : `${how}: ${last}`);
      }
      this.done += 1;
    } finally {
      signal.removeEventListener('abort', stop);
      this.running.delete(index);
      this.tell();
    }
  }

  private tell(): void {
    const shares = [...this.running.values()].map(({ done, total }) => (total > 0 ? Math.min(1, done / total) : 0));
    const done = Math.round((this.done + shares.reduce((sum, share) => sum + share, 0)) * 100) / 100;
    this.onProgress({ phase: `Shards of ${this.stage}`, done, total: this.total, unit: 'shards' });
  }
}

/** Asks a child to keep what it has and end, and ends it where it does not. */
function end(child: ChildProcess): void {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  child.once('close', () => clearTimeout(timer));
}
