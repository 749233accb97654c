import { setImmediate as breathe } from 'node:timers/promises';
import { Cancelled, UserError } from '../../shared/errors';
import { formatBytes } from '../../shared/progress';
import type { Progress } from '../../shared/progress';
import { chunksOf } from './chunk';
import type { Chunk } from './chunk';
import { triangleIndex } from './cooccurrence';
import type { Cooccurrence, FiringPart } from './cooccurrence';
import { addDense, DenseBuffers } from './dense';
import { IntegerProduct } from './integer-product';
import { sparseUpdates, updateRow } from './sparse';
import { chooseSplit, splitOf, typicalCosts } from './split';
import type { Costs, Split } from './split';

export interface CountOptions {
  readonly features: number;
  /** T, the blocks that the parts hold in all. */
  readonly blocks: number;
  readonly threads: number;
  /** Bytes that counting may take: the triangle and about 350 MB beside it. */
  readonly memory: number;
  readonly signal: AbortSignal;
  /** Only dense products or only sparse updates (tests); else the cheaper of both per chunk. */
  readonly strategy?: 'dense' | 'sparse' | undefined;
}

/** Blocks counted together: a product of this inner length reaches full speed, and its operands stay below 70 MB each. */
const CHUNK_BLOCKS = 4096;
/** Firings held at a time, 4 bytes each in five lists. */
const CHUNK_ENTRIES = 2 ** 23;
/** Bytes of each of the two dense operands. */
const DENSE_BYTES = 2 ** 26;
const BREATH = 200;

/**
 * Counts exactly, for every pair of features, the blocks in which both fired. Each chunk of blocks is split: pairs of features
 * that fire often by integer products, pairs with a rarer feature by updates of single counts, the split by least predicted
 * time. Memory: the triangle, 4 bytes · n(n + 1)/2, and buffers of bounded size.
 * @throws UserError where the triangle exceeds the memory, blocks are missing or damaged; Cancelled between tiles
 */
export async function* countCooccurrence(
  parts: AsyncIterable<FiringPart>,
  options: CountOptions,
): AsyncGenerator<Progress, Cooccurrence> {
  const { features, blocks, threads } = options;
  const counts = triangle(features, options.memory);
  const product = new IntegerProduct(threads);
  const buffers = new DenseBuffers(Math.min(DENSE_BYTES, features * Math.min(CHUNK_BLOCKS, blocks)));
  try {
    let counted = 0;
    const progress = (share: number, of: number): Progress => ({
      phase: 'Co-occurrence',
      done: counted + Math.floor(share * of),
      total: blocks,
      unit: 'blocks',
    });
    for await (const chunk of chunksOf(parts, features, { blocks: CHUNK_BLOCKS, entries: CHUNK_ENTRIES })) {
      for await (const share of addChunk(counts, chunk, { options, product, buffers })) {
        if (options.signal.aborted) throw new Cancelled();
        yield progress(share, chunk.blocks);
      }
      counted += chunk.blocks;
      yield progress(0, 0);
    }
    if (counted !== blocks) {
      throw new UserError(`Firing blocks: ${counted} of ${blocks} blocks`, 'Make the firing statistics again.');
    }
    return { features, blocks, counts };
  } finally {
    await product.dispose();
  }
}

interface Tools {
  readonly options: CountOptions;
  readonly product: IntegerProduct;
  readonly buffers: DenseBuffers;
}

/** Adds one chunk, yielding the share of it that is done several times a second. */
async function* addChunk(
  counts: Int32Array,
  chunk: Chunk,
  { options, product, buffers }: Tools,
): AsyncGenerator<number, void> {
  const { features } = options;
  const split = splitFor(chunk, options, typicalCosts(options.threads));
  const denseShare = split.dense.length / features;
  yield 0;
  if (split.dense.length > 0) {
    const ones = buffers.fill(chunk, split);
    yield 0;
    for await (const share of addDense(counts, features, {
      blocks: chunk.blocks,
      split,
      ones,
      sums: buffers.sums,
      product,
    })) {
      yield share * denseShare;
    }
  }
  const updates = sparseUpdates(chunk, features, split);
  yield denseShare;
  let last = performance.now();
  for (let i = 0; i < features; i++) {
    const start = triangleIndex(i, i, features);
    updateRow(updates, i, counts.subarray(start, start + features - i));
    if (i % 16 === 0 && performance.now() - last > BREATH) {
      await breathe();
      yield denseShare + (1 - denseShare) * (i / features);
      last = performance.now();
    }
  }
}

function splitFor(chunk: Chunk, { features, strategy }: CountOptions, costs: Costs): Split {
  const limit = Math.floor(DENSE_BYTES / chunk.blocks);
  if (strategy === 'sparse') return splitOf([], features);
  if (strategy === 'dense' && features <= limit) {
    return splitOf(
      Array.from({ length: features }, (_, i) => i),
      features,
    );
  }
  return chooseSplit(chunk, features, costs, limit);
}

function triangle(features: number, memory: number): Int32Array {
  const length = (features * (features + 1)) / 2;
  if (length * 4 > memory) {
    throw new UserError(
      `Co-occurrence counts of ${features} features take ${formatBytes(length * 4)}, the memory budget is ${formatBytes(memory)}`,
      'Raise the budget (--memory), or take an autoencoder with fewer features.',
    );
  }
  return new Int32Array(length);
}
