import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localizationSpec } from '../../../../src/analyses/localization/spec';
import type { LocalizationSpec } from '../../../../src/analyses/localization/spec';
import type { RunContext } from '../../../../src/analyses/contract';
import type { Transformer } from '../../../../src/models/transformer';
import type { AnalysisResult } from '../../../../src/shared/analysis';
import { parseSpec } from '../../../../src/shared/analysis';
import type { Progress } from '../../../../src/shared/progress';
import { localization } from '../../../../src/analyses/localization';
import { divided } from '../../../../src/engine/shards/divided';

const folder = join(__dirname, '../../../golden/localization');

interface Golden {
  layers: number;
  width: number;
  fraction: number;
  labels: string[];
  t: (number | string)[];
  p: (number | string)[];
  q: (number | string)[];
  selected: number[];
  threshold: number;
  dice: number;
  spearman: number;
  profile: Record<string, { mean: number; sem: number; n: number; odd: [number, number]; even: [number, number] }>;
  massive: number;
  magnitude: number[];
  range: [number, number];
  smallest: number[];
  meansOfFirst: number[];
}

/** A small localization by SciPy: 23 stimuli of three conditions, 3 layers of 24 units. */
export const golden = JSON.parse(readFileSync(join(folder, 'localization.json'), 'utf8')) as Golden;

export function goldenActivations(): Float32Array {
  const bytes = readFileSync(join(folder, 'activations.f32'));
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}

/** A transformer that gives the activations it is told to; its tokens are the characters of the text. */
export function fakeTransformer(activations: Float32Array, layers: number, width: number, context = 64): Transformer {
  const description = { layers, width, context } as Transformer['description'];
  return {
    description,
    tokenizer: {
      encode: (text, maxTokens = Infinity) =>
        Int32Array.from([...text.trim()].slice(0, maxTokens), (c) => c.codePointAt(0)!),
      token: (id) => String.fromCodePoint(id),
      sha256: '',
      specialTokens: 'none added',
      decode: (ids) => String.fromCodePoint(...Array.from(ids)),
      bosId: undefined,
      eosId: undefined,
    },
    executor: 'resident',
    files: [],
    endIds: [],
    async *activations(sequences, options) {
      yield {
        phase: `Activations (${options.pooling})`,
        done: sequences.length,
        total: sequences.length,
        unit: 'stimuli',
      };
      return activations.slice();
    },

    async *tokenActivations() {
      throw new Error('localization reads no single tokens');
    },
    async *score() {
      throw new Error('localization scores nothing');
    },
    async *nextTokens() {
      throw new Error('localization scores nothing');
    },
    async *nextLogits() {
      throw new Error('localization scores nothing');
    },
    dispose: () => Promise.resolve(),
  };
}

export interface Run {
  readonly result: AnalysisResult;
  readonly warnings: readonly string[];
  readonly inputs: readonly string[];
  readonly progress: readonly Progress[];
  /** Seeds of random weights that models were opened with. */
  readonly untrainedSeeds: readonly (number | undefined)[];
}

/** Runs the whole analysis on a fake transformer. */
export async function run(settings: Record<string, unknown>, transformer: Transformer, samples = ''): Promise<Run> {
  const warnings: string[] = [];
  const inputs: string[] = [];
  const progress: Progress[] = [];
  const untrainedSeeds: (number | undefined)[] = [];
  const context: RunContext = {
    signal: new AbortController().signal,
    seed: 7,
    threads: 1,
    memory: 1e9,
    executor: 'auto',
    openModel: (_, options) => {
      untrainedSeeds.push(options?.untrainedSeed);
      return Promise.resolve(transformer);
    },
    sample: (path) => join(samples, path),
    recordInput: (path) => void inputs.push(path),
    hash: () => Promise.reject(new Error('nothing is hashed here')),
    checkpoint: () => Promise.reject(new Error('nothing is kept here')),
    divided: (work) => divided(work, { signal: new AbortController().signal }),
    reached: () => undefined,
    cached: () => {
      throw new Error('nothing is cached here');
    },
    keep: () => Promise.resolve(),
    warn: (message) => void warnings.push(message),
  };
  const spec: LocalizationSpec = parseSpec(localizationSpec, { model: 'fake', ...settings });
  const steps = localization.run(spec, context);
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return { result: step.value, warnings, inputs, progress, untrainedSeeds };
    progress.push(step.value);
  }
}
