import { afterAll, describe, expect, it } from 'vitest';
import { project, Scatter } from '../../../../src/math/crystals/discriminants';
import type { ScatterKind } from '../../../../src/math/crystals/discriminants';
import { gather, qualitiesOf, qualitiesUnder } from '../../../../src/math/crystals/qualities';
import type { Quality } from '../../../../src/math/crystals/qualities';
import { removedDirections } from '../../../../src/math/crystals/removed';
import { silhouetteOf } from '../../../../src/math/crystals/silhouette';
import { transferOf } from '../../../../src/math/crystals/transfer';
import { Gemm } from '../../../../src/math/gemm';
import { mean, pearson } from '../../../../src/math/statistics';
import { Random } from '../../../../src/math/random';
import { resultOf } from '../../models/support';
import { differences, golden, labels, words } from './support';

/** scikit-learn and ours differ by the order of float64 sums; the scatter's condition number here is about 1e6. */
const TOLERANCE = 1e-8;

const gemm = new Gemm(1);
afterAll(() => gemm.dispose());
const { relations, width, dimensions } = golden;
const every = Int32Array.from(labels.keys());
const shuffled = Int32Array.from(golden.shuffled);
const test = Int32Array.from(golden.test);
const training = every.filter((pair) => !golden.test.includes(pair));
const options = { gemm, signal: new AbortController().signal, phase: 'Qualities' };

interface Case {
  readonly fit: Int32Array;
  readonly score: Int32Array;
  readonly own: Int32Array;
  readonly kind?: ScatterKind;
}

async function afterOf({ fit, score, own, kind = 'plain' }: Case) {
  const scatter = await Scatter.of(gemm, differences, width, fit, relations, kind);
  const directions = scatter.discriminants(own, relations, dimensions);
  const projected = await project(gemm, gather(differences, width, score), width, directions);
  const scored = score.map((pair) => own[pair]!);
  return {
    scatter,
    directions,
    qualities: await qualitiesOf(projected, directions.count, scored, relations, gemm),
    silhouette: await silhouetteOf(projected, directions.count, scored, relations, gemm),
  };
}

function expectQualities(actual: readonly Quality[], expected: readonly (readonly [number, number])[]) {
  expect(actual).toHaveLength(expected.length);
  actual.forEach(({ cosine, parallelogram }, relation) => {
    expect(Math.abs(cosine - expected[relation]![0]), `cosine of relation ${relation}`).toBeLessThan(TOLERANCE);
    expect(Math.abs(parallelogram - expected[relation]![1]), `parallelogram ${relation}`).toBeLessThan(TOLERANCE);
  });
}

describe('qualities of differences', () => {
  it('are those of SciPy, one labelling at a time or many in one pass', async () => {
    expectQualities(await qualitiesOf(differences, width, labels, relations, gemm), golden.before.qualities);
    const [actual, drawn] = await resultOf(qualitiesUnder(differences, width, [labels, shuffled], relations, options));
    expectQualities(actual!, golden.before.qualities);
    expectQualities(drawn!, golden.before.shuffled);
  });

  it('are the same beyond one block of pairs', async () => {
    const random = new Random(3);
    const [n, d] = [1100, 20];
    const rows = Float64Array.from({ length: n * d }, () => random.normal());
    const own = Int32Array.from({ length: n }, (_, i) => (i * 7) % 3);
    const [one] = await resultOf(qualitiesUnder(rows, d, [own], 3, options));
    const other = await qualitiesOf(rows, d, own, 3, gemm);
    one!.forEach((quality, group) => {
      expect(quality.parallelogram).toBeCloseTo(other[group]!.parallelogram, 12);
      expect(quality.cosine).toBeCloseTo(other[group]!.cosine, 12);
    });
  });

  it('count a difference of zero as no likeness, as scikit-learn does', async () => {
    const rows = differences
      .slice(0, 4 * width)
      .fill(0, width, 2 * width)
      .fill(0, 3 * width);
    const [quality] = await qualitiesOf(rows, width, new Int32Array(4), 1, gemm);
    expectQualities([quality!], [golden.withZeros]);
  });

  it('are 1 for equal differences and undefined for one', async () => {
    const same = Float64Array.of(1, 2, 1, 2, 1, 2, 5, 5);
    const [three, one] = await qualitiesOf(same, 2, Int32Array.of(0, 0, 0, 1), 2, gemm);
    expect(three!.cosine).toBeCloseTo(1, 14);
    expect(three!.parallelogram).toBe(1);
    expect(one).toEqual({ cosine: NaN, parallelogram: NaN });
  });
});

describe('discriminant directions', () => {
  it.each([
    ['all pairs', { fit: every, score: every, own: labels }, golden.after],
    ['shuffled labels', { fit: every, score: every, own: shuffled }, golden.afterShuffled],
    ['held-out pairs', { fit: training, score: test, own: labels }, golden.heldOut],
    ['held-out pairs with shuffled labels', { fit: training, score: test, own: shuffled }, golden.heldOutShuffled],
  ])("are scikit-learn's on %s", async (_, given, expected) => {
    const { scatter, qualities, silhouette } = await afterOf(given);
    expect(scatter.kind).toBe('plain');
    expectQualities(qualities, expected.qualities);
    expect(Math.abs(silhouette - expected.silhouette)).toBeLessThan(TOLERANCE);
  });

  it('separate relations in the ratio that scikit-learn finds', async () => {
    const { directions } = await afterOf({ fit: every, score: every, own: labels });
    golden.ratios.forEach((ratio, i) => {
      expect(directions.ratios[i]! / directions.ratios[0]!).toBeCloseTo(ratio, 8);
    });
  });

  it('shrink the scatter where there are fewer pairs than dimensions, by the intensity of Ledoit and Wolf', async () => {
    const few = Int32Array.from(golden.few);
    const { scatter, qualities, silhouette } = await afterOf({ fit: few, score: few, own: labels });
    expect(scatter.kind).toBe('shrinkage');
    expect(Math.abs(scatter.shrinkage - golden.shrinkage.gamma)).toBeLessThan(1e-12);
    expectQualities(qualities, golden.shrinkage.qualities);
    expect(Math.abs(silhouette - golden.shrinkage.silhouette)).toBeLessThan(TOLERANCE);
  });

  it('give a constant column no weight, and shrink where a column repeats another', async () => {
    const constant = differences.map((value, i) => (i % width === 5 ? 3.25 : value));
    const fit = await Scatter.of(gemm, constant, width, every, relations, 'plain');
    const { directions, count } = fit.discriminants(labels, relations, dimensions);
    expect(fit.kind).toBe('plain');
    for (let i = 0; i < count; i += 1) expect(directions[i * width + 5]).toBe(0);
    const repeated = differences.map((value, i) => (i % width === 5 ? differences[i - 1]! : value));
    expect((await Scatter.of(gemm, repeated, width, every, relations, 'plain')).kind).toBe('shrinkage');
  });
});

describe('parallelograms under a strong distractor', () => {
  const averages = (of: readonly Quality[]) => mean(of.map(({ parallelogram }) => parallelogram));

  it('are not found before, are found after, also on held-out pairs, and not with shuffled relations', async () => {
    const before = await qualitiesOf(differences, width, labels, relations, gemm);
    const after = await afterOf({ fit: training, score: test, own: labels });
    const none = await afterOf({ fit: training, score: test, own: shuffled });
    expect(averages(before)).toBeLessThan(0.4);
    expect(averages(after.qualities)).toBeGreaterThan(0.85);
    expect(averages(none.qualities)).toBeLessThan(0.45);
    expect(after.silhouette).toBeGreaterThan(0.7);
    expect(none.silhouette).toBeLessThan(0.1);
  });

  it('are hidden by what is removed: three directions with nearly all of the variance', async () => {
    const { directions } = await afterOf({ fit: every, score: every, own: labels });
    const found = await removedDirections(gemm, differences, width, directions, 5, new Random(0));
    expect(found.removed).toBeGreaterThan(0.95);
    expect(found.shares.slice(0, 3).reduce((sum, share) => sum + share, 0)).toBeGreaterThan(0.95);
    expect(found.shares[3]).toBeLessThan(0.01);
    const axes = { directions: found.directions, count: 5, ratios: found.shares };
    const along = await project(gemm, differences, width, axes);
    const kept = await project(gemm, differences, width, directions);
    const column = (values: Float64Array, count: number, c: number) => values.filter((_, i) => i % count === c);
    expect(Math.abs(pearson(column(along, 5, 0), column(kept, directions.count, 0)))).toBeLessThan(0.3);
    for (let i = 0; i < 5; i += 1) {
      for (let k = 0; k < directions.count; k += 1) {
        const product = found.directions
          .subarray(i * width, (i + 1) * width)
          .reduce((sum, value, at) => sum + value * directions.directions[k * width + at]!, 0);
        expect(Math.abs(product)).toBeLessThan(1e-10);
      }
    }
  });
});

describe('transfer of a relation vector', () => {
  const pairs = Int32Array.from({ length: golden.pairs }, (_, i) => i);
  const given = {
    inputs: pairs.map((pair) => 2 * pair),
    outputs: pairs.map((pair) => 2 * pair + 1),
    training: pairs.filter((pair) => !golden.test.includes(pair)),
    test: pairs.filter((pair) => golden.test.includes(pair)),
  };

  it('finds as many outputs as SciPy, before and after', async () => {
    const before = await transferOf(words, width, given, gemm);
    expect(before.accuracy).toBeCloseTo(golden.transfer[0], 12);
    expect(before).toMatchObject({ candidates: golden.pairs, chance: 1 / golden.pairs });
    const scatter = await Scatter.of(gemm, differences, width, training, relations, 'plain');
    const directions = scatter.discriminants(labels, relations, dimensions);
    const projected = await project(gemm, words, width, directions);
    const after = await transferOf(projected, directions.count, given, gemm);
    expect(after.accuracy).toBeCloseTo(golden.transfer[1], 12);
  });

  it('shares a hit among outputs that lie on one point, never counts the input, and needs both kinds of pairs', async () => {
    // Words 0 … 3: inputs at 0 and 10, outputs 1 and 11 … and 11 again.
    const line = Float64Array.of(0, 1, 10, 11, 11);
    const own = {
      inputs: Int32Array.of(0, 2, 3),
      outputs: Int32Array.of(1, 3, 4),
      training: Int32Array.of(0),
      test: Int32Array.of(1),
    };
    expect(await transferOf(line, 1, own, gemm)).toEqual({ accuracy: 0.5, chance: 1 / 3, candidates: 3 });
    expect((await transferOf(line, 1, { ...own, test: Int32Array.of(2) }, gemm)).accuracy).toBe(1);
    expect((await transferOf(line, 1, { ...own, training: Int32Array.of() }, gemm)).accuracy).toBeNaN();
  });
});
