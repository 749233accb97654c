import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkpoint, RunContext } from '../../../../src/analyses/contract';
import { openTransformer } from '../../../../src/models/open';
import type { Transformer } from '../../../../src/models/transformer';
import { divided } from '../../../../src/engine/shards/divided';
import { golden as models, openOptions, temporaryFolder } from '../../models/support';

export const folder = join(import.meta.dirname, '../../../golden/ablation');
export const model = join(models, 'llama-llama3');
/** Name order: that of a folder's tasks. */
export const taskFiles = ['choices.jsonl', 'pairs.jsonl', 'suite.json', 'texts.jsonl'].map((name) =>
  join(folder, name),
);

interface Answers {
  pairs: { sums: [number, number][]; right: number[] };
  choices: { right: number[]; normalized: number[] };
  suite: { regions: [number[], number[]][]; right: number[] };
  texts: { losses: number[]; tokens: number[] };
}

/** What PyTorch, NumPy and SciPy say; `make.py` beside it makes it. */
export const golden = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as {
  plain: Answers;
  zero: Answers;
  mean: Answers;
  tokenMeans: number[];
  effect: Record<'selected' | 'd' | 'p' | 'median' | 'mean' | 'sd', number> & { controls: number[]; range: number[] };
  bootstrap: { before: number[]; after: number[]; interval: [number, number] };
};

/** A checkpoint in memory. */
export class MemoryCheckpoint implements Checkpoint {
  readonly folder = '';
  readonly kept = new Map<string, Float64Array>();
  read = (name: string): Promise<Float64Array | undefined> => Promise.resolve(this.kept.get(name));
  write = (name: string, data: Float64Array): Promise<void> => Promise.resolve(void this.kept.set(name, data));
  clear = (): Promise<void> => Promise.resolve(this.kept.clear());
}

/** A checkpoint in a folder of its own, as far as pieces need it. */
export function inFolder(): Checkpoint {
  const folder = join(temporaryFolder(), 'checkpoint');
  return { ...new MemoryCheckpoint(), folder };
}

export interface Bench {
  readonly context: RunContext;
  readonly warnings: string[];
  /** Every call of the model: sequences × conditions. */
  readonly calls: { sequences: number; conditions: number }[];
}

/** A run on the tiny model that counts its calls. `onCall` is called before each. */
export function bench(
  checkpoint: Checkpoint,
  { signal = new AbortController().signal, onCall = (): unknown => undefined, opened = [] as Transformer[] } = {},
): Bench {
  const warnings: string[] = [];
  const calls: Bench['calls'] = [];
  const context: RunContext = {
    signal,
    seed: 3,
    threads: 1,
    memory: 4e9,
    executor: 'auto',
    openModel: async (path) => {
      const transformer = await openTransformer(path, openOptions());
      opened.push(transformer);
      const next = transformer.nextTokens.bind(transformer);
      transformer.nextTokens = (sequences, conditions, options) => {
        calls.push({ sequences: sequences.length, conditions: conditions.length });
        onCall();
        return next(sequences, conditions, options);
      };
      return transformer;
    },
    sample: (path) => join(import.meta.dirname, '../../../../samples', path),
    recordInput: () => undefined,
    hash: (path) => Promise.resolve(`hash of ${path}`),
    checkpoint: () => Promise.resolve(checkpoint),
    divided: (work) => divided(work.checkpoint?.folder === '' ? { ...work, checkpoint: undefined } : work, { signal }),
    reached: () => undefined,
    cached: () => {
      throw new Error('nothing is cached here');
    },
    keep: () => Promise.resolve(),
    warn: (message) => void warnings.push(message),
  };
  return { context, warnings, calls };
}
