import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkpoint, RunContext } from '../../../../src/analyses/contract';
import { alignment } from '../../../../src/analyses/alignment/index';
import { fieldsOf } from '../../../../src/analyses/alignment/result';
import type { AlignmentFields } from '../../../../src/analyses/alignment/result';
import { alignmentSpec } from '../../../../src/analyses/alignment/spec';
import { openTransformer } from '../../../../src/models/open';
import type { Transformer } from '../../../../src/models/transformer';
import { parseSpec } from '../../../../src/shared/analysis';
import type { AnalysisResult } from '../../../../src/shared/analysis';
import type { Progress } from '../../../../src/shared/progress';
import { divided } from '../../../../src/engine/shards/divided';
import { openOptions, resultOf } from '../../models/support';

export const folder = join(import.meta.dirname, '../../../golden/alignment');
export const samples = join(import.meta.dirname, '../../../../samples');

interface Encoding {
  readonly foldScores: number[][][];
  /** −1: none. */
  readonly alphas: number[][][];
}

/** What himalaya, scikit-learn and NumPy say; `make.py` beside it makes it. */
export const golden = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as Record<
  'nested' | 'loo' | 'ols' | 'pca',
  Encoding
> & {
  readonly aggregate: Record<'median' | 'normalised' | 'mean', number[]>;
  readonly bootstrap: { readonly counts: number[][]; readonly scores: number[][]; readonly predictions: number[][] };
};

export interface Run {
  readonly result: AnalysisResult;
  readonly fields: AlignmentFields;
  readonly warnings: readonly string[];
  readonly progress: readonly Progress[];
}

/** A context of its own for one run; models are opened for real and closed by the caller. */
export function contextFor(
  opened: Transformer[] = [],
  changes: Partial<RunContext> = {},
): RunContext & { readonly warnings: string[] } {
  const warnings: string[] = [];
  return {
    signal: new AbortController().signal,
    seed: 11,
    threads: 1,
    memory: 4e9,
    executor: 'auto',
    openModel: async (path) => {
      const transformer = await openTransformer(path, openOptions());
      opened.push(transformer);
      return transformer;
    },
    sample: (path) => join(samples, path),
    recordInput: () => undefined,
    hash: (path) => Promise.resolve(`hash of ${path}`),
    checkpoint: () => Promise.resolve(forgetful),
    divided: (work) => divided({ ...work, checkpoint: undefined }, { signal: new AbortController().signal }),
    reached: () => undefined,
    cached: inMemory,
    keep: () => Promise.resolve(),
    warn: (message) => void warnings.push(message),
    warnings,
    ...changes,
  };
}

/** Runs the whole analysis. */
export async function run(
  settings: Record<string, unknown>,
  opened: Transformer[] = [],
  changes: Partial<RunContext> = {},
): Promise<Run> {
  const context = contextFor(opened, changes);
  const progress: Progress[] = [];
  const result = await resultOf(alignment.run(parseSpec(alignmentSpec, settings), context), progress);
  return { result, fields: fieldsOf(result), warnings: context.warnings, progress };
}

/** A checkpoint that keeps nothing. */
const forgetful: Checkpoint = {
  folder: '',
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  clear: () => Promise.resolve(),
};

/** A cache that forgets. */
const inMemory: RunContext['cached'] = async function* (_, shape, compute) {
  const { layers, rows, width } = shape;
  const data = Array.from({ length: layers }, () => new Float32Array(rows * width));
  yield* compute({
    write: (layer, row, slab) => {
      data[layer]!.set(slab, row * width);
      return Promise.resolve();
    },
  });
  return { shape, read: (layer) => Promise.resolve(data[layer]!.slice()) };
};
