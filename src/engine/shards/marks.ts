import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { cpus, hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../../data/make-folder';
import type { Progress } from '../../shared/progress';
import { pieceProblem } from './piece-store';
import type { Shard, ShardWork } from './share';

/** What a shard that is done says of itself. */
const markSchema = z.object({
  schema: z.literal('brainlens/shard@1'),
  stage: z.string(),
  index: z.number(),
  count: z.number(),
  /** Of the inputs and settings that it was made from (see `shardDigest`). */
  digest: z.string(),
  /** Pieces of its share, and those that it made itself. */
  pieces: z.number(),
  made: z.number(),
  seconds: z.number(),
  /** What its pieces took, in `unit`: tokens, layers. */
  work: z.number(),
  unit: z.string(),
  /** Of its pieces on the disk. */
  bytes: z.number(),
  /** Folder of the pieces. */
  folder: z.string().optional(),
  host: z.string(),
  /** Model of the processor. */
  cpu: z.string(),
  threads: z.number(),
  at: z.string(),
});
export type ShardMark = z.infer<typeof markSchema>;

const progressSchema = z.object({
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  phase: z.string(),
  at: z.string(),
});
/** How far a shard was when it last said so. */
export type ShardProgress = z.infer<typeof progressSchema>;

const failureSchema = z.object({ message: z.string(), host: z.string(), at: z.string() });

/** One shard of which something is known. */
export interface ShardState {
  readonly stage: string;
  readonly index: number;
  readonly count: number;
  /** It was made. */
  readonly mark?: ShardMark;
  /** It runs, or was stopped. */
  readonly progress?: ShardProgress;
  /** It failed the last time. */
  readonly failure?: string;
}

const NAME = /^(?<stage>.+)\.(?<index>\d+)-of-(?<count>\d+)(?<kind>\.progress|\.failed)?\.json$/;
/** Time between two notes of a shard's progress. */
const PROGRESS_MS = 5000;

/** Where the shards of the run that writes to `out` leave their marks. */
export function shardsFolder(out: string): string {
  return `${out}-shards`;
}

/** The mark of a shard: `<out>-shards/<stage>.<I>-of-<N>.json`; of its progress, or of its failure, beside it. */
export function markFile(out: string, { stage, index, count }: Shard, kind: '' | '.progress' | '.failed' = ''): string {
  return join(shardsFolder(out), `${stage}.${index}-of-${count}${kind}.json`);
}

/** All shards of a run of which anything is known, by stage and place; none once the result is written. */
export async function readShardState(out: string): Promise<ShardState[]> {
  const folder = shardsFolder(out);
  const names = await readdir(folder).catch(() => []);
  const states = new Map<string, ShardState>();
  for (const name of names.sort()) {
    const { stage, index, count, kind = '' } = NAME.exec(name)?.groups ?? {};
    const content = stage === undefined ? undefined : await parsedJson(join(folder, name));
    if (stage === undefined || content === undefined) continue;
    const key = `${stage} ${index} ${count}`;
    const known = states.get(key) ?? { stage, index: Number(index), count: Number(count) };
    states.set(key, { ...known, ...saidBy(kind, content) });
  }
  return [...states.values()].sort((a, b) => a.stage.localeCompare(b.stage) || a.count - b.count || a.index - b.index);
}

/** The mark of one shard, where it is done. */
export async function readMark(out: string, shard: Shard): Promise<ShardMark | undefined> {
  return markSchema.safeParse(await parsedJson(markFile(out, shard))).data;
}

/** Removes what the shards of a run said: its result is there. */
export async function removeMarks(out: string): Promise<void> {
  await rm(shardsFolder(out), { recursive: true, force: true });
}

/** What one running shard says of itself. */
export class ShardNotes {
  private noted = -Infinity;
  private pending: Promise<void> = Promise.resolve();

  constructor(
    private readonly out: string,
    private readonly shard: Shard,
  ) {}

  /** Makes the folder and forgets what an earlier try said. @throws UserError where it cannot be written */
  async begin(): Promise<void> {
    try {
      await makeFolder(shardsFolder(this.out));
      for (const kind of ['', '.failed', '.progress'] as const) await rm(this.file(kind), { force: true });
    } catch (error) {
      throw pieceProblem(shardsFolder(this.out), error);
    }
  }

  /** Notes progress, at most every five seconds. */
  progress({ done, total, unit, phase }: Progress): void {
    if (Date.now() - this.noted < PROGRESS_MS) return;
    this.noted = Date.now();
    const note: ShardProgress = { done, total, unit, phase, at: new Date().toISOString() };
    // A note that cannot be written costs nothing but the note.
    this.pending = this.pending.then(() => writeJson(this.file('.progress'), note)).catch(() => undefined);
  }

  /** @throws UserError where the mark cannot be written: without it the shard would count as missing */
  async done(work: ShardWork, facts: Pick<ShardMark, 'digest' | 'seconds' | 'threads'>): Promise<ShardMark> {
    await this.settled();
    const { stage, index, count } = this.shard;
    const mark: ShardMark = {
      ...{ schema: 'brainlens/shard@1', stage, index, count, ...facts, ...work },
      ...{ host: hostname(), cpu: cpuModel(), at: new Date().toISOString() },
    };
    try {
      await writeJson(this.file(''), mark);
    } catch (error) {
      throw pieceProblem(shardsFolder(this.out), error);
    }
    return mark;
  }

  async failed(message: string): Promise<void> {
    await this.settled();
    const note = { message, host: hostname(), at: new Date().toISOString() };
    await writeJson(this.file('.failed'), note).catch(() => undefined);
  }

  /** It was stopped: nothing is said of it any more. */
  async settled(): Promise<void> {
    await this.pending;
    await rm(this.file('.progress'), { force: true }).catch(() => undefined);
  }

  private file(kind: '' | '.progress' | '.failed'): string {
    return markFile(this.out, this.shard, kind);
  }
}

/** As the machine names its processor. */
export function cpuModel(): string {
  return cpus()[0]?.model.trim() ?? 'unknown';
}

function saidBy(kind: string, content: unknown): Partial<ShardState> {
  if (kind === '.progress') {
    const progress = progressSchema.safeParse(content).data;
    return progress === undefined ? {} : { progress };
  }
  if (kind === '.failed') {
    const failure = failureSchema.safeParse(content).data;
    return failure === undefined ? {} : { failure: failure.message };
  }
  const mark = markSchema.safeParse(content).data;
  return mark === undefined ? {} : { mark };
}

async function parsedJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

async function writeJson(path: string, content: unknown): Promise<void> {
  const temporary = join(dirname(path), `.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    await writeFile(temporary, `${JSON.stringify(content)}\n`, { flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}
