import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../shared/progress';
import { fromEngineSchema } from '../shared/protocol';
import type { Estimate, EstimateRequest, FromEngine, JobRequest, LookRequest, ToEngine } from '../shared/protocol';

import { causeOfDeath, causeOfNoStart } from './client-death';
import { discardPartial } from './store-folders';

/** How a run ended. `user` failures are the input's fault and their message says the remedy; others are ours. */
export type Outcome =
  | { readonly kind: 'done'; readonly out: string; readonly summary: string; readonly warnings: readonly string[] }
  | Ended;

/** How a question for an estimate ended. */
export type EstimateOutcome = { readonly kind: 'done'; readonly estimate: Estimate } | Ended;

/** How the writing of a first manifest ended. `notes`: a line for each thing understood. */
export type ManifestOutcome =
  { readonly kind: 'done'; readonly path: string; readonly notes: readonly string[] } | Ended;

/** How a question about the cache ended: bytes that are there, or that were freed. */
export type CacheOutcome = { readonly kind: 'done'; readonly bytes: number } | Ended;

type RunState = Extract<FromEngine, { type: 'state' }>['state'];

/** How a look at a run of a study ended. */
export type LookOutcome = { readonly kind: 'done'; readonly state: RunState } | Ended;

type Ended =
  { readonly kind: 'cancelled' } | { readonly kind: 'failed'; readonly user: boolean; readonly message: string };

export interface EngineClientOptions {
  /** Absolute path of `engine.js`. */
  readonly entry: string;
  /** Added to the child's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** One line for the output channel. */
  log(line: string): void;
}

export interface RunHooks {
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

interface Pending {
  readonly message: ToEngine;
  onProgress(progress: Progress): void;
  settle(reply: FromEngine | Ended): void;
}

/** One child: what it owes us, and what it last said on its error stream. */
interface Engine {
  readonly child: ChildProcess;
  readonly pending: Map<number, Pending>;
  /** Last lines of its error stream. */
  readonly tail: string[];
  ready: boolean;
  /** The run that was cancelled, when we killed it ourselves. */
  cancelled?: number;
}

const TAIL_LINES = 20;

/**
 * The extension host's side of the engine process: forks it on first use, keeps it for the next run, kills it to cancel,
 * and starts a fresh one after a cancel or a crash. Runs wait for each other; estimates do not. Nothing here throws for
 * what the child does: every call resolves to an outcome.
 */
export class EngineClient {
  private engine: Engine | undefined;
  private nextId = 1;
  private lastRun: Promise<unknown> = Promise.resolve();
  private disposed = false;

  constructor(private readonly options: EngineClientOptions) {}

  /** Runs one analysis. Resolves when it is done, cancelled through `signal`, or has failed; never rejects. */
  run(job: JobRequest, { signal, onProgress }: RunHooks): Promise<Outcome> {
    const before = this.lastRun;
    const outcome = (async (): Promise<Outcome> => {
      await Promise.race([before, abortOf(signal)]);
      if (signal.aborted || this.disposed) return { kind: 'cancelled' };
      return this.runNow(job, signal, onProgress);
    })();
    this.lastRun = before.then(() => outcome);
    return outcome;
  }

  /** What a run on a model would need and how it would run; never rejects. */
  async estimate(request: EstimateRequest): Promise<EstimateOutcome> {
    if (this.disposed) return { kind: 'cancelled' };
    const reply = await this.ask({ type: 'estimate', id: this.nextId++, request }, () => undefined);
    if ('kind' in reply) return reply;
    return reply.type === 'estimated' ? { kind: 'done', estimate: reply.estimate } : unexpected(reply);
  }

  /** Writes a first dataset manifest into a folder (absolute), by its files; never rejects. */
  async writeManifest(folder: string): Promise<ManifestOutcome> {
    if (this.disposed) return { kind: 'cancelled' };
    const reply = await this.ask({ type: 'writeManifest', id: this.nextId++, folder }, () => undefined);
    if ('kind' in reply) return reply;
    return reply.type === 'manifest' ? { kind: 'done', path: reply.path, notes: reply.notes } : unexpected(reply);
  }

  /** How much cached activations take, or how much was freed where they are to be removed; never rejects. */
  async cache(cacheFolder: string, { clear }: { readonly clear: boolean }): Promise<CacheOutcome> {
    if (this.disposed) return { kind: 'cancelled' };
    const reply = await this.ask({ type: 'cache', id: this.nextId++, cacheFolder, clear }, () => undefined);
    if ('kind' in reply) return reply;
    return reply.type === 'cache' ? { kind: 'done', bytes: reply.bytes } : unexpected(reply);
  }

  /** How a run of a study stands; never rejects. */
  async look(request: LookRequest): Promise<LookOutcome> {
    if (this.disposed) return { kind: 'cancelled' };
    const reply = await this.ask({ type: 'look', id: this.nextId++, look: request }, () => undefined);
    if ('kind' in reply) return reply;
    return reply.type === 'state' ? { kind: 'done', state: reply.state } : unexpected(reply);
  }

  /** Ends the child; whatever is running ends as cancelled. */
  dispose(): void {
    this.disposed = true;
    const engine = this.engine;
    if (engine === undefined) return;
    this.engine = undefined;
    engine.child.kill('SIGKILL');
  }

  private async runNow(job: JobRequest, signal: AbortSignal, onProgress: RunHooks['onProgress']): Promise<Outcome> {
    const id = this.nextId++;
    const cancel = () => this.cancel(id);
    signal.addEventListener('abort', cancel, { once: true });
    const reply = await this.ask({ type: 'run', id, job }, onProgress);
    signal.removeEventListener('abort', cancel);
    if ('kind' in reply) return reply;
    if (reply.type !== 'done') return unexpected(reply);
    return { kind: 'done', out: reply.out, summary: reply.summary, warnings: reply.warnings };
  }

  private ask(
    message: ToEngine,
    onProgress: RunHooks['onProgress'],
  ): Promise<Exclude<FromEngine, Progressing> | Ended> {
    return new Promise((resolve) => {
      this.post({ message, onProgress, settle: (reply) => resolve(reply as Exclude<FromEngine, Progressing> | Ended) });
    });
  }

  private post(pending: Pending): void {
    const engine = (this.engine ??= this.start());
    engine.pending.set(pending.message.id, pending);
    engine.child.send(pending.message, (error) => {
      if (error) this.options.log(`engine: a message could not be sent: ${error.message}`);
    });
  }

  private cancel(id: number): void {
    const engine = this.engine;
    if (engine === undefined || !engine.pending.has(id)) return;
    engine.cancelled = id;
    this.engine = undefined;
    engine.child.kill('SIGKILL');
  }

  private start(): Engine {
    const child = fork(this.options.entry, [], {
      execArgv: [],
      env: childEnvironment(this.options.env),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.options.log(`engine: started as process ${child.pid ?? 'none'}`);
    const engine: Engine = { child, pending: new Map(), tail: [], ready: false };
    eachLine(child.stdout, (line) => this.options.log(`engine: ${line}`));
    eachLine(child.stderr, (line) => {
      engine.tail.push(line);
      if (engine.tail.length > TAIL_LINES) engine.tail.shift();
      this.options.log(`engine: ${line}`);
    });
    child.on('message', (message) => this.receive(engine, message));
    child.on('error', (error) => {
      this.options.log(`engine: ${error.message}`);
      if (child.pid === undefined) this.bury(engine, `The engine could not start: ${error.message}`);
    });
    // `close`, not `exit`: by then all that the child wrote has been read.
    child.on('close', (code, signal) => {
      this.bury(
        engine,
        engine.ready
          ? causeOfDeath({ code, signal, tail: engine.tail })
          : causeOfNoStart(this.options.entry, { code, signal, tail: engine.tail }),
      );
    });
    return engine;
  }

  private receive(engine: Engine, raw: unknown): void {
    const parsed = fromEngineSchema.safeParse(raw);
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      this.options.log(`engine: a message was not understood (${issue.path.join('.')}: ${issue.message})`);
      return;
    }
    const message = parsed.data;
    if (message.type === 'ready') {
      engine.ready = true;
      return;
    }
    const pending = engine.pending.get(message.id);
    if (pending === undefined) return;
    if (message.type === 'progress') {
      pending.onProgress(message.progress);
      return;
    }
    engine.pending.delete(message.id);
    if (message.type === 'failed' && message.stack !== undefined) this.options.log(`engine: ${message.stack}`);
    pending.settle(
      message.type === 'failed' ? { kind: 'failed', user: message.kind === 'user', message: message.message } : message,
    );
  }

  /** The child is gone: removes what it left behind and answers everything that it still owed. */
  private bury(engine: Engine, cause: string): void {
    if (this.engine === engine) this.engine = undefined;
    const owed = [...engine.pending.values()];
    engine.pending.clear();
    for (const pending of owed) {
      const { message } = pending;
      if (message.type === 'run') this.clear(message.job, engine.child.pid);
      if (this.disposed || message.id === engine.cancelled) pending.settle({ kind: 'cancelled' });
      // A question that went down with someone else's cancelled run is asked again.
      else if (engine.cancelled !== undefined && message.type !== 'run') this.post(pending);
      else pending.settle({ kind: 'failed', user: false, message: cause });
    }
  }

  private clear(job: JobRequest, pid: number | undefined): void {
    if (pid === undefined) return;
    try {
      discardPartial(job.out, pid);
      removePartialCaches(job.cacheFolder, pid);
    } catch (error) {
      this.options.log(`engine: could not remove an unfinished result: ${String(error)}`);
    }
  }
}

type Progressing = Extract<FromEngine, { type: 'ready' | 'progress' | 'failed' }>;

/** Unfinished cache files end in `.<process>.<random>.tmp` or `.<process>-<random>.tmp`, in the cache or one folder down. */
function removePartialCaches(folder: string, pid: number): void {
  const unfinished = new RegExp(`\\.${pid}[.-][0-9a-f]{8}\\.tmp$`);
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (unfinished.test(entry.name)) rmSync(path, { recursive: true, force: true });
    else if (entry.isDirectory()) {
      for (const name of readdirSync(path)) {
        if (unfinished.test(name)) rmSync(join(path, name), { recursive: true, force: true });
      }
    }
  }
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function unexpected(reply: FromEngine): Ended {
  return { kind: 'failed', user: false, message: `The engine gave an answer of the wrong kind (${reply.type}).` };
}

/** The child's environment: a plain Node, without the options that were meant for the editor. */
function childEnvironment(extra: EngineClientOptions['env']): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, ...extra, ELECTRON_RUN_AS_NODE: '1' };
  delete environment['NODE_OPTIONS'];
  return environment;
}

function eachLine(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    lines.filter((line) => line.trim() !== '').forEach(take);
  });
  stream?.on('end', () => {
    if (rest.trim() !== '') take(rest);
  });
}
