import type { Gemm } from '../../math/gemm';
import type { Random } from '../../math/random';
import type { Progress } from '../../shared/progress';
import type { Checkpoint, RunContext } from '../contract';
import type { LobeSource } from './source';
import type { LobesSpec } from './spec';

/** What every step of a run shares. */
export interface Work {
  readonly spec: LobesSpec;
  readonly context: RunContext;
  readonly source: LobeSource;
  readonly checkpoint: Checkpoint;
  readonly gemm: Gemm;
  /** A stream of random numbers for one purpose, the same after a resumption. */
  random(purpose: string): Random;
}

/** Numbers from the checkpoint, or computed and kept there. */
export async function* remembered<T extends Float64Array | Float32Array | Int32Array>(
  { checkpoint }: Work,
  name: string,
  from: (data: Float64Array) => T,
  compute: () => AsyncGenerator<Progress, T>,
): AsyncGenerator<Progress, T> {
  const known = await checkpoint.read(name);
  if (known !== undefined) return from(known);
  const made = yield* compute();
  await checkpoint.write(name, Float64Array.from(made));
  return made;
}
