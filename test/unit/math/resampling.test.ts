import { afterAll, describe, expect, test } from 'vitest';
import { bootstrapMeans, CorrelationBootstrap, intervalOf, resample } from '../../../src/math/bootstrap';
import { Gemm } from '../../../src/math/gemm';
import { empiricalP, shiftStretches, shuffled, shuffleGroups, shuffleRows } from '../../../src/math/permutation';
import { Random } from '../../../src/math/random';
import { readNpyFile } from '../../../src/data/npy-file';
import { join } from 'node:path';
import { folder, golden } from '../analyses/alignment/support';

const gemm = new Gemm(1);
afterAll(() => gemm.dispose());

describe('bootstrap with predictions fixed', () => {
  async function heldOut(): Promise<ConstructorParameters<typeof CorrelationBootstrap>[0]> {
    const responses = Float64Array.from((await readNpyFile(join(folder, 'responses.npy'))).data);
    const foldOf = (await readNpyFile(join(folder, 'folds.npy'))).data;
    const rows = Int32Array.from({ length: 60 }, (_, row) => row);
    return {
      responses,
      predictions: Float64Array.from(golden.bootstrap.predictions.flat()),
      targets: 5,
      folds: [0, 1, 2, 3, 4].map((fold) => rows.filter((row) => foldOf[row] === fold)),
      clusterOf: rows,
      clusters: 60,
    };
  }

  test('scores of drawn rows are NumPy’s correlations of repeated rows', async () => {
    const bootstrap = new CorrelationBootstrap(await heldOut(), gemm);
    const counts = Float64Array.from(golden.bootstrap.counts.flat());
    const scores = await bootstrap.scores(counts, 4);
    golden.bootstrap.scores.flat().forEach((score, i) => expect(scores[i]).toBeCloseTo(score, 9));
  });

  test('every row once gives the score itself', async () => {
    const bootstrap = new CorrelationBootstrap(await heldOut(), gemm);
    const scores = await bootstrap.scores(new Float64Array(60).fill(1), 1);
    for (let u = 0; u < 5; u += 1) {
      const mean = golden.nested.foldScores[0]!.reduce((sum, of) => sum + of[u]!, 0) / 5;
      expect(scores[u]).toBeCloseTo(mean, 9);
    }
  });

  test('the same seed draws the same resamples', async () => {
    const bootstrap = new CorrelationBootstrap(await heldOut(), gemm);
    const draw = async (): Promise<number[]> => {
      const seen: number[] = [];
      for await (const _done of bootstrap.draws(30, new Random(4), (scores) => seen.push(scores[0]!))) void _done;
      return seen;
    };
    const first = await draw();
    expect(first).toHaveLength(30);
    expect(await draw()).toEqual(first);
    expect(new Set(first).size).toBe(30);
  });

  test('draws have as many rows as there are, and means of resampled subjects spread as σ/√n', () => {
    resample(7, 20, new Random(1), (counts) => expect(counts.reduce((a, b) => a + b)).toBe(7));
    const values = [1, 2, 3, 4, NaN, 5, 6, 7, 8];
    const draws = bootstrapMeans(values, 4000, new Random(2));
    const mean = draws.reduce((a, b) => a + b) / draws.length;
    const sd = Math.sqrt(draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length);
    // Population s.d. of 1…8 is 2.291; drawn means of about 8 of them spread by a √8-th: 0.81, here within 8 %.
    expect(mean).toBeCloseTo(4.5, 1);
    expect(Math.abs(sd / 0.81 - 1)).toBeLessThan(0.08);
    const [low, high] = intervalOf(draws);
    expect(low).toBeLessThan(3.3);
    expect(high).toBeGreaterThan(5.7);
  });
});

describe('permutations', () => {
  const groups = ['a', 'a', 'b', 'c', 'c', 'b'];

  test('rows: every row once', () => {
    const { outcomes, draw } = shuffleRows(6);
    expect(outcomes).toBe(720);
    expect([...draw(new Random(1))].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('whole groups: rows of a group stay together and in order', () => {
    const { outcomes, draw } = shuffleGroups(groups);
    expect(outcomes).toBe(6);
    const seen = new Set<string>();
    for (let seed = 0; seed < 60; seed += 1) {
      const source = draw(new Random(seed));
      for (const [first, second] of [
        [0, 1],
        [2, 5],
        [3, 4],
      ] as const) {
        const pair = [source[first]!, source[second]!].join();
        expect(['0,1', '2,5', '3,4']).toContain(pair);
      }
      seen.add(source.join());
    }
    expect(seen.size).toBe(6);
  });

  test('shifts: within each stretch, by more than the span either way', () => {
    const stretches = [
      { start: 0, length: 9 },
      { start: 9, length: 12 },
    ];
    const shuffle = shiftStretches(stretches, 3)!;
    expect(shuffle.outcomes).toBe(2 * 5);
    for (let seed = 0; seed < 40; seed += 1) {
      const source = shuffle.draw(new Random(seed));
      stretches.forEach(({ start, length }) => {
        const by = (start - source[start]! + length) % length;
        expect(Math.min(by, length - by)).toBeGreaterThan(3);
        for (let i = 0; i < length; i += 1) {
          expect(source[start + i]).toBe(start + ((i - by + length) % length));
        }
      });
    }
    expect(shiftStretches(stretches, 4)).toBeUndefined();
  });

  test('missing values stay where they are and the others change places', () => {
    const data = Float64Array.of(1, 10, 2, NaN, 3, 30, 4, 40);
    const out = shuffled(data, 2, [Int32Array.of(3, 2, 1, 0), Int32Array.of(1, 0, 3, 2)]);
    expect([...out]).toEqual([4, 40, 2, 10, 3, NaN, 1, NaN, 2, 30, 4, 40, 1, 10, 3, 30]);
  });

  test('p counts the observed value among the draws', () => {
    expect(empiricalP(2, [1, 2, 3, NaN])).toBe(3 / 4);
    expect(empiricalP(5, [1, 2, 3])).toBe(1 / 4);
    // An observed order that is drawn again and fitted in another batch differs in the last digits, and counts.
    expect(empiricalP(0.3, [0.3 - 1e-15, 0.1])).toBe(2 / 3);
    expect(empiricalP(-0.3, [-0.3 - 1e-15, -0.4])).toBe(2 / 3);
    expect(empiricalP(0.3, [0.2999, 0.1])).toBe(1 / 3);
    expect(empiricalP(NaN, [1])).toBeNaN();
    expect(empiricalP(1, [])).toBeNaN();
  });
});
