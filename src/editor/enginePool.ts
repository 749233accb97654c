import type { EngineClient, Outcome, RunHooks } from '../engine/client';
import type { JobRequest } from '../shared/protocol';

/** What the editor asks of the engine. */
export type EngineCalls = Pick<EngineClient, 'run' | 'estimate' | 'writeManifest' | 'cache' | 'look'>;

type Engine = EngineCalls & Pick<EngineClient, 'dispose'>;

/** A run that waits for its turn. */
interface Waiting {
  readonly key: string;
  start(engine: Engine): void;
}

/**
 * Several engine processes behind the calls of one: as many runs at once as the setting allows, the others in the order of
 * their coming. Questions go to the first engine, which stays; the others leave when nothing waits.
 */
export class EnginePool implements EngineCalls {
  private readonly first: Engine;
  /** Engines that compute, with what they compute. */
  private readonly busy = new Map<Engine, string>();
  private readonly waiting: Waiting[] = [];

  /**
   * @param make a client of an engine that starts with its first use
   * @param limit how many runs may compute at once
   */
  constructor(
    private readonly make: () => Engine,
    private readonly limit: () => number,
  ) {
    this.first = make();
  }

  readonly estimate: EngineCalls['estimate'] = (request) => this.first.estimate(request);
  readonly writeManifest: EngineCalls['writeManifest'] = (folder) => this.first.writeManifest(folder);
  readonly cache: EngineCalls['cache'] = (folder, options) => this.first.cache(folder, options);
  readonly look: EngineCalls['look'] = (request) => this.first.look(request);

  /** Runs one analysis when it is its turn. Resolves when it is done, cancelled, or has failed; never rejects. */
  async run(job: JobRequest, hooks: RunHooks): Promise<Outcome> {
    const engine = await this.turn(keyOf(job), hooks.signal);
    if (engine === undefined) return { kind: 'cancelled' };
    try {
      return await engine.run(job, hooks);
    } finally {
      this.busy.delete(engine);
      this.next(engine);
    }
  }

  /** The limit may be another one: what waits may be let in. */
  limitChanged(): void {
    this.next();
  }

  dispose(): void {
    for (const engine of new Set([this.first, ...this.busy.keys()])) engine.dispose();
  }

  /** An engine to run on; `undefined` when the run was cancelled while it waited. */
  private turn(key: string, signal: AbortSignal): Promise<Engine | undefined> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(undefined);
      const waiting: Waiting = { key, start: resolve };
      this.waiting.push(waiting);
      const leave = (): void => {
        const at = this.waiting.indexOf(waiting);
        if (at < 0) return;
        this.waiting.splice(at, 1);
        resolve(undefined);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.next();
    });
  }

  /** @param free an engine whose run is over: the next run gets it, else it leaves, unless it is the first */
  private next(free?: Engine): void {
    let left = free === this.first ? undefined : free;
    while (this.busy.size < this.limit()) {
      const at = this.waiting.findIndex(({ key }) => ![...this.busy.values()].includes(key));
      if (at < 0) break;
      const [{ key, start }] = this.waiting.splice(at, 1) as [Waiting];
      const engine = this.busy.has(this.first) ? (left ?? this.make()) : this.first;
      if (engine === left) left = undefined;
      this.busy.set(engine, key);
      start(engine);
    }
    left?.dispose();
  }
}

/** Two runs of the same settings share a checkpoint: one comes after the other. */
function keyOf({ analysis, spec, seed, workspace }: JobRequest): string {
  return JSON.stringify([analysis, workspace, seed, spec]);
}
