import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Cancelled } from '../../shared/errors';
import type { FoldPlan, InnerRule } from '../folds';
import type { EncoderPool, EncodingOptions, LayerEncoder, LayerScores, Targets } from './encoding';
import { errorOf } from './messages';
import type { FromEncoder, InnerOfRows, ToEncoder } from './messages';
import { checkPlan, patternsOf } from './patterns';
import { checkSize, encoderPool } from './pool';

/** Smaller layers are scored before a process has started. */
const FEWEST_ROWS = 250;

/** In larger layers the products fill all cores by themselves, and one layer at a time needs the least memory. */
const MOST_ROWS = 2000;

/** Node and ONNX Runtime in a process of their own. */
const PROCESS_BYTES = 120e6;

/** The bundle that lies beside the engine's and the command line's; there is none when the sources run. */
const besides = (): string => fileURLToPath(new URL('encoder.js', import.meta.url));

export interface ProcessOptions {
  /** Cores to use; default: those of the machine. */
  readonly threads?: number;
  /** Bytes that all processes together may need. */
  readonly memory?: number;
  /** The process' bundle; without the file everything is computed in this process. */
  readonly entry?: string;
}

/**
 * Encoders that take whole layers in processes of their own, one core each: at some hundred rows the cores gain more from
 * one layer each than from sharing every product. Small and large layers, and bands, are computed in this process.
 */
export function processPool({ threads, memory, entry }: ProcessOptions = {}): EncoderPool {
  const own = encoderPool(threads);
  const bundle = entry ?? besides();
  const cores = existsSync(bundle) ? (threads ?? availableParallelism()) : 1;
  const processes: EncoderProcess[] = [];
  const each = (plan: FoldPlan, width: number, units: number): number => own.memory(plan, width, units) + PROCESS_BYTES;
  const parallel = (plan: FoldPlan, width: number): number => {
    if (plan.rows < FEWEST_ROWS || plan.rows > MOST_ROWS) return 1;
    return Math.max(1, Math.min(cores, Math.floor((memory ?? Infinity) / each(plan, width, 0))));
  };
  const leastBusy = (most: number): EncoderProcess => {
    const idle = processes.find(({ layers, alive }) => alive && layers === 0);
    if (idle !== undefined) return idle;
    const alive = processes.filter((process) => process.alive);
    if (alive.length < most) {
      const started = new EncoderProcess(bundle);
      processes.push(started);
      return started;
    }
    return alive.reduce((least, process) => (process.layers < least.layers ? process : least));
  };
  return {
    parallel,
    layer(features, width, plan, options) {
      const most = parallel(plan, width);
      if (most === 1) return own.layer(features, width, plan, options);
      checkPlan(plan);
      checkSize(features, width, plan);
      return Promise.resolve(leastBusy(most).open(features, width, plan, options));
    },
    banded: (...band) => own.banded(...band),
    memory(plan, width, units) {
      const most = parallel(plan, width);
      return most === 1 ? own.memory(plan, width, units) : most * each(plan, width, units);
    },
    async dispose() {
      await Promise.all(processes.map((process) => process.end()));
      await own.dispose();
    },
  };
}

interface Waiting {
  resolve(scores: LayerScores): void;
  reject(error: Error): void;
}

class EncoderProcess {
  /** Layers that are open there. */
  layers = 0;
  alive = true;
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private readonly waiting = new Map<number, Waiting>();
  private count = 0;

  constructor(entry: string) {
    this.child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.child.on('message', (message) => this.settle(message as FromEncoder));
    this.child.on('error', (error) => this.fail(error));
    this.ended = new Promise((resolve) => {
      this.child.on('exit', (code, signal) => {
        this.fail(new Error(`An encoder process ended by itself (${signal ?? `code ${code}`}).`));
        resolve();
      });
    });
  }

  open(
    features: Float32Array | Float64Array,
    width: number,
    { innerOf, ...plan }: FoldPlan,
    { signal, ...options }: EncodingOptions,
  ): LayerEncoder {
    const layer = this.count++;
    const cancel = (): void => this.send({ call: 'cancel', layer });
    this.layers += 1;
    this.send({ call: 'open', layer, features, width, plan, ruled: innerOf !== undefined, options });
    signal.addEventListener('abort', cancel, { once: true });
    return {
      score: async (targets, { predictions = false } = {}) => {
        if (signal.aborted) throw new Cancelled();
        const request = this.count++;
        const answer = new Promise<LayerScores>((resolve, reject) => this.waiting.set(request, { resolve, reject }));
        const inner = innerOf === undefined ? [] : innerOfRows(plan, innerOf, targets);
        this.send({ call: 'score', layer, request, targets, predictions, inner });
        return answer;
      },
      release: () => {
        signal.removeEventListener('abort', cancel);
        this.layers -= 1;
        this.send({ call: 'release', layer });
      },
    };
  }

  /** Lets the process end, and waits for it. */
  async end(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    await this.ended;
  }

  private send(message: ToEncoder): void {
    if (this.child.connected) this.child.send(message);
    else this.fail(new Error('An encoder process ended by itself.'));
  }

  private settle(answer: FromEncoder): void {
    const waiting = this.waiting.get(answer.request);
    this.waiting.delete(answer.request);
    if ('scores' in answer) waiting?.resolve(answer.scores);
    else waiting?.reject(errorOf(answer.failure));
  }

  private fail(error: Error): void {
    this.alive = false;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

/** What a plan's rule says of the rows that units with missing responses have. */
function innerOfRows({ outer }: Pick<FoldPlan, 'outer'>, rule: InnerRule, targets: Targets): InnerOfRows[] {
  if (!targets.data.some((value) => Number.isNaN(value))) return [];
  return outer.flatMap(({ train }) =>
    patternsOf(targets, train)
      .filter(({ present }) => present.length < train.length)
      .map(({ present }) => ({ present, inner: rule(present) })),
  );
}
