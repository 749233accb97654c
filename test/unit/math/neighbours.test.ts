import { describe, expect, it } from 'vitest';
import { Gemm } from '../../../src/math/gemm';
import { nearestNeighbours } from '../../../src/math/neighbours/nearest';
import type { Neighbours } from '../../../src/math/neighbours/nearest';
import { Random } from '../../../src/math/random';

const signal = new AbortController().signal;

async function find(points: Float64Array, width: number, k: number): Promise<Neighbours> {
  const gemm = new Gemm(1);
  const steps = nearestNeighbours(points, width, k, { gemm, signal });
  for (;;) {
    const step = await steps.next();
    if (step.done === true) {
      await gemm.dispose();
      return step.value;
    }
  }
}

/** All distances, sorted: the definition. */
function bruteForce(points: Float64Array, width: number, k: number): number[] {
  const count = points.length / width;
  const distance = (i: number, j: number): number => {
    let sum = 0;
    for (let c = 0; c < width; c += 1) sum += (points[i * width + c]! - points[j * width + c]!) ** 2;
    return Math.sqrt(sum);
  };
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: count }, (_, j) => (i === j ? Infinity : distance(i, j)))
      .sort((a, b) => a - b)
      .slice(0, k),
  ).flat();
}

describe('nearest neighbours', () => {
  it('are those of all distances in float64', async () => {
    const random = new Random(1, 'neighbours');
    const points = Float64Array.from({ length: 300 * 20 }, () => random.normal());
    const { distances, indices } = await find(points, 20, 5);
    expect(Array.from(distances)).toEqual(bruteForce(points, 20, 5));
    expect(indices.every((other, i) => other !== Math.floor(i / 5))).toBe(true);
  });

  it('are exact where float32 cannot tell the distances apart: tight pairs far from the origin', async () => {
    const random = new Random(2, 'far');
    const points = Float64Array.from({ length: 200 * 4 }, (_, i) => 1000 + (i % 4) + 1e-3 * random.normal());
    const { distances } = await find(points, 4, 1);
    expect(Array.from(distances)).toEqual(bruteForce(points, 4, 1));
  });

  it('of a duplicate is its twin, at distance 0', async () => {
    const points = Float64Array.of(0, 0, 5, 5, 0, 0, 9, 1);
    const { indices, distances } = await find(points, 2, 1);
    expect([indices[0], indices[2]]).toEqual([2, 0]);
    expect([distances[0], distances[2]]).toEqual([0, 0]);
  });

  it('are at most all the others', async () => {
    const points = Float64Array.of(0, 1, 3);
    expect(Array.from((await find(points, 1, 2)).indices)).toEqual([1, 2, 0, 2, 1, 0]);
    await expect(find(points, 1, 3)).rejects.toThrow('3 neighbours among 3 points');
  });
});
