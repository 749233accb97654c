import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { DividedWork, RunContext } from '../../../../src/analyses/contract';
import type { DocumentOptions, DocumentSource } from '../../../../src/data/documents/documents';
import type { Sae } from '../../../../src/data/sae/sae';
import type { FiringBlocks } from '../../../../src/data/sae/firing';
import { divided } from '../../../../src/engine/shards/divided';
import type { Shard } from '../../../../src/engine/shards/share';

/** A folder that is gone after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'brainlens-sae-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Documents that are in memory already. */
export function documentsOf(
  texts: readonly { readonly text: string; readonly type: string }[],
  options: DocumentOptions = {},
): DocumentSource {
  const source = {
    files: [],
    names: [],
    options,
    skipped: new Map(),
    otherFiles: undefined,
    share: 0,
    async *documents() {
      for (const [i, { text, type }] of texts.entries()) {
        await Promise.resolve();
        source.share = (i + 1) / texts.length;
        yield { text, type, source: `text ${i}` };
      }
    },
  };
  return source;
}

/** What the engine lends, as far as a firing pass needs it. @param folder of the checkpoint */
export function contextOf(
  folder: string,
  shard?: Shard,
): { readonly context: RunContext; readonly warnings: string[] } {
  const warnings: string[] = [];
  const context = {
    signal: new AbortController().signal,
    seed: 0,
    threads: 1,
    checkpoint: () => Promise.resolve({ folder }),
    divided: (work: DividedWork) => divided(work, { signal: new AbortController().signal, shard }),
    reached: () => undefined,
    warn: (message: string) => void warnings.push(message),
  } as unknown as RunContext;
  return { context, warnings };
}

/** A ReLU SAE of given weights. */
export function reluSae(
  width: number,
  layer: number,
  weights: {
    readonly encoder: readonly number[];
    readonly encoderBias: readonly number[];
    readonly decoder: readonly number[];
    readonly decoderBias: readonly number[];
  },
): Sae {
  return {
    path: 'test',
    format: 'saelens',
    features: weights.encoderBias.length,
    width,
    layer,
    encoder: Float32Array.from(weights.encoder),
    encoderBias: Float32Array.from(weights.encoderBias),
    decoder: Float32Array.from(weights.decoder),
    decoderBias: Float32Array.from(weights.decoderBias),
    activation: { kind: 'relu' },
    input: { centre: false, normalise: { kind: 'none' }, subtractDecoderBias: true },
    trainedOn: {},
    files: [],
  };
}

/** The features of every block, one list each. */
export async function setsOf(firing: FiringBlocks, from?: number, to?: number): Promise<number[][]> {
  const sets: number[][] = [];
  for await (const { first, starts, features } of firing.read(from, to)) {
    if (first !== (from ?? 0) + sets.length) throw new Error(`a part from block ${first} on`);
    for (let block = 0; block + 1 < starts.length; block += 1)
      sets.push([...features.subarray(starts[block], starts[block + 1])]);
  }
  return sets;
}
