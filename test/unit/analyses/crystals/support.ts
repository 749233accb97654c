import { join } from 'node:path';
import type { LayerShape, LayerSink, RunContext } from '../../../../src/analyses/contract';
import { crystals } from '../../../../src/analyses/crystals/index';
import { crystalsSpec } from '../../../../src/analyses/crystals/spec';
import type { CrystalsSpec } from '../../../../src/analyses/crystals/spec';
import { openTransformer } from '../../../../src/models/open';
import type { AnalysisResult } from '../../../../src/shared/analysis';
import { parseSpec } from '../../../../src/shared/analysis';
import type { Progress } from '../../../../src/shared/progress';
import { openOptions, resultOf } from '../../models/support';

export interface Ran {
  readonly result: AnalysisResult;
  readonly warnings: readonly string[];
  readonly inputs: readonly string[];
}

/** Runs `crystals` without an engine: nothing is cached. */
export async function run(settings: object): Promise<Ran> {
  const warnings: string[] = [];
  const inputs: string[] = [];
  const context = {
    signal: new AbortController().signal,
    seed: 0,
    threads: 1,
    memory: 1e9,
    executor: 'auto',
    openModel: (path: string) => openTransformer(path, openOptions()),
    sample: (relative: string) => join(__dirname, '../../../../samples', relative),
    recordInput: (path: string) => inputs.push(path),
    hash: (path: string) => Promise.resolve(path),
    async *cached(
      _: unknown,
      { layers, rows, width }: LayerShape,
      compute: (sink: LayerSink) => AsyncGenerator<Progress, void>,
    ) {
      const held = Array.from({ length: layers }, () => new Float32Array(rows * width));
      const write = (layer: number, row: number, values: Float32Array) => {
        held[layer]!.set(values, row * width);
        return Promise.resolve();
      };
      yield* compute({ write });
      return { shape: { layers, rows, width }, read: (layer: number) => Promise.resolve(held[layer]!) };
    },
    warn: (message: string) => warnings.push(message),
  } as unknown as RunContext;
  const spec = parseSpec<CrystalsSpec>(crystalsSpec, { ...settings });
  return { result: await resultOf(crystals.run(spec, context)), warnings, inputs };
}
