import { describe, expect, test } from 'vitest';
import { Gemm } from '../../../../src/math/gemm';
import { nearestNeighbours } from '../../../../src/math/neighbours/nearest';
import type { Neighbours } from '../../../../src/math/neighbours/nearest';
import { principalComponents } from '../../../../src/math/projection/pca';
import { startUmap } from '../../../../src/math/projection/umap-thread';
import { Random } from '../../../../src/math/random';
import { Cancelled } from '../../../../src/shared/errors';

const gemm = new Gemm(1);
const width = 12;
const points = 120;

/** Three clouds of 40 points around orthogonal directions. */
function clouds(): Float64Array {
  const random = new Random(7);
  return Float64Array.from({ length: points * width }, (_, at) => {
    const [i, j] = [Math.floor(at / width), at % width];
    return (j === i % 3 ? 1 : 0) + 0.1 * (random.uniform() - 0.5);
  });
}

async function neighboursOf(rows: Float64Array): Promise<Neighbours> {
  const steps = nearestNeighbours(rows, width, 9, { gemm, signal: new AbortController().signal });
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value;
  }
}

async function request(): Promise<Parameters<typeof startUmap>[0]> {
  const rows = clouds();
  const { scores } = await principalComponents(Float32Array.from(rows), width, 2, gemm, new Random(0));
  return { neighbours: await neighboursOf(rows), start: scores, components: 2, seed: 3 };
}

const never = new AbortController().signal;

describe('a UMAP layout on given neighbours', () => {
  test('keeps clouds together and apart from each other', async () => {
    const places = await startUmap(await request(), never).layout;
    const distance = (i: number, j: number): number =>
      Math.hypot(places[2 * i]! - places[2 * j]!, places[2 * i + 1]! - places[2 * j + 1]!);
    const pairs = Array.from({ length: points }, (_, i) => [i, (i + 7) % points, (i + 3) % points] as const);
    const same = pairs.map(([i, , j]) => distance(i, j));
    const other = pairs.map(([i, j]) => distance(i, j));
    expect(Math.max(...same)).toBeLessThan(Math.min(...other));
  });

  test('is the same for the same seed', async () => {
    const given = await request();
    const [a, b] = await Promise.all([startUmap(given, never).layout, startUmap(given, never).layout]);
    expect(a).toEqual(b);
    expect(await startUmap({ ...given, seed: 4 }, never).layout).not.toEqual(a);
  });

  test('ends where it is when it is cancelled', async () => {
    const cancel = new AbortController();
    const run = startUmap(await request(), cancel.signal);
    cancel.abort();
    await expect(run.layout).rejects.toThrow(Cancelled);
  });
});

describe('principal components', () => {
  test('are those of a cloud with known axes', async () => {
    const random = new Random(1);
    const rows = new Float32Array(400 * 3);
    for (let i = 0; i < 400; i += 1) rows.set([random.normal(), 5 * random.normal(), 2 * random.normal()], 3 * i);
    const { scores, shares } = await principalComponents(rows, 3, 2, gemm, new Random(0));
    // Variances 25, 4 and 1 in expectation: shares of 25/30 and 4/30, within the sampling error of 400 points.
    expect(shares[0]).toBeCloseTo(25 / 30, 1);
    expect(shares[1]).toBeCloseTo(4 / 30, 1);
    const column = (c: number): Float64Array => Float64Array.from({ length: 400 }, (_, i) => rows[3 * i + c]!);
    const correlation = Math.abs(
      correlate(
        column(1),
        Float64Array.from({ length: 400 }, (_, i) => scores[2 * i]!),
      ),
    );
    expect(correlation).toBeGreaterThan(0.99);
  });
});

function correlate(a: Float64Array, b: Float64Array): number {
  const [ma, mb] = [a, b].map((x) => x.reduce((sum, v) => sum + v, 0) / x.length) as [number, number];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((v, i) => {
    ab += (v - ma) * (b[i]! - mb);
    aa += (v - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}
