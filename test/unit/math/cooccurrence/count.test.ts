import { describe, expect, it } from 'vitest';
import { triangleIndex } from '../../../../src/math/cooccurrence/cooccurrence';
import type { Cooccurrence, FiringPart } from '../../../../src/math/cooccurrence/cooccurrence';
import { countCooccurrence } from '../../../../src/math/cooccurrence/count';
import type { CountOptions } from '../../../../src/math/cooccurrence/count';
import { Random } from '../../../../src/math/random';
import { Cancelled } from '../../../../src/shared/errors';
import type { Progress } from '../../../../src/shared/progress';

/** Blocks in which a few features fire often, most rarely, one in all of them and the last never. */
function firing(features: number, blocks: number, seed: number): Int32Array[] {
  const random = new Random(seed);
  const rates = Float64Array.from({ length: features }, () => random.uniform() ** 4);
  rates[3] = 1;
  rates[features - 1] = 0;
  return Array.from({ length: blocks }, () =>
    Int32Array.from({ length: features }, (_, i) => i).filter((i) => random.uniform() < rates[i]!),
  );
}

async function* inParts(blocks: readonly Int32Array[], size: number): AsyncGenerator<FiringPart> {
  for (let first = 0; first < blocks.length; first += size) {
    const lists = blocks.slice(first, first + size);
    const starts = new Int32Array(lists.length + 1);
    lists.forEach((list, b) => (starts[b + 1] = starts[b]! + list.length));
    yield await Promise.resolve({ first, starts, features: Int32Array.from(lists.flatMap((list) => [...list])) });
  }
}

async function count(
  parts: AsyncIterable<FiringPart>,
  options: Partial<CountOptions> & Pick<CountOptions, 'features' | 'blocks'>,
): Promise<{ counted: Cooccurrence; steps: Progress[] }> {
  const run = countCooccurrence(parts, {
    threads: 2,
    memory: 2 ** 30,
    signal: new AbortController().signal,
    ...options,
  });
  const steps: Progress[] = [];
  for (;;) {
    const step = await run.next();
    if (step.done === true) return { counted: step.value, steps };
    steps.push(step.value);
  }
}

/** Compared as bytes: a matcher that walks millions of elements takes minutes. */
const bytes = ({ buffer }: Int32Array): Buffer => Buffer.from(buffer);

/** The definition: for every block, every pair of its features. */
function byDefinition(blocks: readonly Int32Array[], features: number): Int32Array {
  const counts = new Int32Array((features * (features + 1)) / 2);
  for (const list of blocks) {
    for (const i of list) for (const j of list) if (j >= i) counts[triangleIndex(i, j, features)]! += 1;
  }
  return counts;
}

describe('Counts of blocks in which two features both fired', () => {
  it('are exact, by dense products, by sparse updates and by the split of both, however the parts are cut', async () => {
    const [features, blocks] = [130, 300];
    const lists = firing(features, blocks, 1);
    const expected = byDefinition(lists, features);
    for (const strategy of ['dense', 'sparse', undefined] as const) {
      for (const size of [300, 77]) {
        const { counted, steps } = await count(inParts(lists, size), { features, blocks, strategy });
        expect(counted.counts).toEqual(expected);
        expect(steps.at(-1)).toMatchObject({ done: blocks, total: blocks });
      }
    }
    expect(expected[triangleIndex(3, 3, features)]).toBe(blocks);
    expect(expected[triangleIndex(features - 1, features - 1, features)]).toBe(0);
  });

  it('are exact over several chunks and several tiles', async () => {
    const [features, blocks] = [2100, 4200];
    const random = new Random(5);
    // Two features of every block, and one of them in a common group: counts that are known without counting pairs.
    const lists = Array.from({ length: blocks }, (_, b) =>
      Int32Array.from(new Set([b % 7, 10 + random.below(2000), 2050])).sort(),
    );
    const expected = bytes(byDefinition(lists, features));
    for (const strategy of ['dense', 'sparse', undefined] as const) {
      const { counted } = await count(inParts(lists, 1000), { features, blocks, strategy });
      expect(Buffer.compare(bytes(counted.counts), expected)).toBe(0);
    }
  });

  it('refuses lists out of order, features that do not exist, missing blocks and a triangle beyond the memory', async () => {
    const two = (list: number[]) => inParts([Int32Array.of(0, 1), Int32Array.from(list)], 2);
    await expect(count(two([2, 2]), { features: 4, blocks: 2 })).rejects.toThrow(
      'block 1 lists feature 2 after feature 2',
    );
    await expect(count(two([2, 4]), { features: 4, blocks: 2 })).rejects.toThrow(
      'block 1 lists feature 4; there are 4 (0…3)',
    );
    await expect(count(two([2]), { features: 4, blocks: 3 })).rejects.toThrow('2 of 3 blocks');
    await expect(count(two([2]), { features: 4, blocks: 2, memory: 39 })).rejects.toThrow('4 features take 40 B');
  });

  it('stops when it is cancelled', async () => {
    const lists = firing(50, 100, 2);
    await expect(
      count(inParts(lists, 50), { features: 50, blocks: 100, signal: AbortSignal.abort() }),
    ).rejects.toBeInstanceOf(Cancelled);
  });
});
