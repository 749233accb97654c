import { basename } from 'node:path';
import type { DecoderMatrix } from '../../data/sae/decoder';
import { openNpyRows } from '../../data/npy-rows';
import type { NpyRows } from '../../data/npy-rows';
import { firingFromMatrix } from '../../data/sae/firing-matrix';
import { countCooccurrence } from '../../math/cooccurrence/count';
import { triangleIndex } from '../../math/cooccurrence/cooccurrence';
import type { Cooccurrence } from '../../math/cooccurrence/cooccurrence';
import type { NdArray } from '../../shared/analysis';
import { Cancelled, UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import type { LobeSource } from './source';
import type { LobesSpec } from './spec';

/** Bytes of a matrix that are in memory at a time. */
const PART_BYTES = 2 ** 25;

/**
 * A firing matrix `.npy` [blocks, features] of 0 and 1, read in parts.
 * @throws UserError for another shape or other numbers, or features that are not the decoder's
 */
export async function firingMatrix(
  { firing: path = '' }: LobesSpec,
  decoder: DecoderMatrix,
  context: RunContext,
): Promise<LobeSource> {
  context.recordInput(path, 'firing');
  const { threads, memory, signal } = context;
  const firing = await firingFromMatrix(path, { signal });
  checkFeatures(path, firing.features, decoder.features);
  const { features, blocks, counts } = firing;
  return {
    kind: 'firing',
    name: basename(path),
    features,
    width: decoder.width,
    decoder: decoder.data,
    blocks,
    counts,
    cooccurrence: () => countCooccurrence(firing.read(), { features, blocks, threads, memory, signal }),
    fields: {},
    files: [path],
    close: () => Promise.resolve(),
  };
}

/**
 * Given counts n_ij, `.npy` [features, features] of whole numbers, with n_i on the diagonal.
 * @throws UserError for another shape, counts that are not symmetric or exceed n_i or the blocks
 */
export async function countMatrix(
  { cooccurrence: path = '', blocks = 0 }: LobesSpec,
  decoder: DecoderMatrix,
  context: RunContext,
): Promise<LobeSource> {
  context.recordInput(path, 'co-occurrence');
  const matrix = await openNpyRows(path);
  try {
    if (matrix.rows !== matrix.columns) {
      throw new UserError(
        `${path} has shape (${matrix.rows}, ${matrix.columns}) where --cooccurrence wants [features, features]`,
        'Save the counts as a square.',
      );
    }
    checkFeatures(path, matrix.columns, decoder.features);
    return {
      kind: 'co-occurrence',
      name: basename(path),
      features: decoder.features,
      width: decoder.width,
      decoder: decoder.data,
      blocks,
      cooccurrence: () => readCounts(path, matrix, blocks, context.signal),
      fields: {},
      files: [path],
      close: () => matrix.close(),
    };
  } catch (error) {
    await matrix.close();
    throw error;
  }
}

async function* readCounts(
  path: string,
  matrix: NpyRows,
  blocks: number,
  signal: AbortSignal,
): AsyncGenerator<Progress, Cooccurrence> {
  const features = matrix.columns;
  const counts = new Int32Array((features * (features + 1)) / 2);
  const atOnce = Math.max(1, Math.floor(PART_BYTES / (8 * features)));
  for (let from = 0; from < features; from += atOnce) {
    if (signal.aborted) throw new Cancelled();
    const to = Math.min(features, from + atOnce);
    const data = await matrix.read(from, to);
    for (let i = from; i < to; i += 1) {
      takeRow(path, data.subarray((i - from) * features, (i - from + 1) * features), i, counts);
    }
    yield { phase: 'Co-occurrence', done: to, total: features, unit: 'rows' };
  }
  checkCounts(path, counts, features, blocks);
  return { features, blocks, counts };
}

/** The part behind the diagonal is kept, the part before it must be what is known already. */
function takeRow(path: string, row: NdArray['data'], i: number, counts: Int32Array): void {
  const features = row.length;
  for (let j = 0; j < features; j += 1) {
    const value = row[j]!;
    if (!Number.isInteger(value) || value < 0) {
      throw new UserError(`${path} holds ${value} at [${i}, ${j}]`, '--cooccurrence wants whole numbers of blocks.');
    }
    if (j >= i) counts[triangleIndex(i, j, features)] = value;
    else if (counts[triangleIndex(j, i, features)] !== value) {
      throw new UserError(
        `${path} is not symmetric: ${counts[triangleIndex(j, i, features)]} at [${j}, ${i}], ${value} at [${i}, ${j}]`,
        'Save n_ij for both orders.',
      );
    }
  }
}

function checkCounts(path: string, counts: Int32Array, features: number, blocks: number): void {
  const own = Int32Array.from({ length: features }, (_, i) => counts[triangleIndex(i, i, features)]!);
  const many = own.findIndex((n) => n > blocks);
  if (many >= 0) {
    throw new UserError(
      `${path} counts ${own[many]} blocks of feature ${many}, --blocks says ${blocks}`,
      'Give the number of blocks that were counted.',
    );
  }
  for (let i = 0; i < features; i += 1) {
    for (let j = i + 1; j < features; j += 1) {
      const both = counts[triangleIndex(i, j, features)]!;
      if (both <= own[i]! && both <= own[j]! && own[i]! + own[j]! - both <= blocks) continue;
      throw new UserError(
        `${path}: features ${i} and ${j} fire in ${own[i]} and ${own[j]} of ${blocks} blocks, which cannot be both in ${both}`,
        'The diagonal must hold the blocks of each feature, and --blocks all that were counted.',
      );
    }
  }
}

function checkFeatures(path: string, given: number, features: number): void {
  if (given === features) return;
  throw new UserError(
    `${path} has ${given} columns, the decoder has ${features} rows`,
    'Give the decoder of the same autoencoder: one row per feature.',
  );
}
