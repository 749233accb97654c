import { describe, expect, it } from 'vitest';
import { parallelogramFigure } from '../../../../src/analyses/crystals/figures-planes';
import type { PairTable } from '../../../../src/analyses/crystals/pairs';
import { distancesArray, shownDistances, shownPairs, splitDistances } from '../../../../src/analyses/crystals/planes';
import type { RelationsResult } from '../../../../src/analyses/crystals/result';
import { qualitiesOf } from '../../../../src/math/crystals/qualities';
import { LEFT_OUT, TEST, TRAINING } from '../../../../src/math/crystals/word-splits';
import { Gemm } from '../../../../src/math/gemm';
import { Random } from '../../../../src/math/random';
import { parallelogramOf } from '../../../../src/shared/parallelogram';

/** Relations of some pairs each, no word twice. */
function tableOf(sizes: readonly number[]): PairTable {
  const labels = sizes.flatMap((size, relation) => new Array<number>(size).fill(relation));
  const inputs = Int32Array.from(labels, (_, pair) => 2 * pair);
  return {
    names: sizes.map((_, relation) => `relation ${relation}`),
    words: Array.from({ length: 2 * labels.length }, (_, i) => `word ${i}`),
    places: [],
    inputs,
    outputs: inputs.map((input) => input + 1),
    labels: Int32Array.from(labels),
  };
}

const result = (planes: RelationsResult['planes'], layers: readonly number[], splits = 1) =>
  ({ kind: 'relations', planes, layers, splits }) as unknown as RelationsResult;

describe('pairs that are drawn', () => {
  it('are all of a small relation, and say what each was to the discriminant analysis', () => {
    const roles = Uint8Array.from([TRAINING, TEST, LEFT_OUT, TRAINING, TRAINING]);
    const [first, second] = shownPairs(tableOf([3, 2]), roles, 2);
    expect(first).toMatchObject({ of: 3, pairs: [0, 1, 2, 3, 4, 5], uses: ['training', 'held-out', 'left-out'] });
    expect(second).toMatchObject({ words: ['word 6', 'word 7', 'word 8', 'word 9'], uses: ['training', 'training'] });
    expect(shownPairs(tableOf([2]), undefined, 1)[0]!.uses).toEqual(['training', 'training']);
  });

  it('name a word that two pairs have in common once', () => {
    const table = { ...tableOf([2]), inputs: Int32Array.from([0, 0]), outputs: Int32Array.from([1, 2]) };
    expect(shownPairs(table, undefined, 1)[0]).toMatchObject({
      words: ['word 0', 'word 1', 'word 2'],
      pairs: [0, 1, 0, 2],
    });
  });

  it('of a large relation are forty in the order of its file, half of them held out where there are enough', () => {
    const roles = Uint8Array.from({ length: 200 }, (_, pair) => (pair >= 150 ? TEST : TRAINING));
    const [shown] = shownPairs(tableOf([200]), roles, 2);
    expect(shown!.of).toBe(200);
    expect(shown!.uses).toHaveLength(40);
    expect(shown!.uses.filter((use) => use === 'held-out')).toHaveLength(20);
    expect(shown!.words.slice(0, 2)).toEqual(['word 0', 'word 1']);
    expect(shown!.words.at(-1)).toBe(`word ${2 * 169 + 1}`);
  });

  it('are fewer where there are many relations and layers, and the figure says so', () => {
    const shown = shownPairs(tableOf(new Array<number>(29).fill(40)), undefined, 8);
    expect(shown[0]!.uses.length).toBeLessThan(40);
    expect(shown[0]!.uses.length).toBeGreaterThanOrEqual(2);
    const each = shown.reduce((sum, { words }) => sum + (words.length * (words.length - 1)) / 2, 0);
    const distances = distancesArray(Array.from({ length: 8 }, () => new Float32Array(2 * each)));
    const { summary } = parallelogramFigure(result(shown, [0, 1, 2, 3, 4, 5, 6, 7]), distances);
    expect(summary).toContain(`Of 29 relations with more pairs, ${shown[3]!.uses.length} each can be chosen.`);
  });
});

describe('their distances', () => {
  it('hold the qualities that the tables have, before and after, at every layer', async () => {
    const gemm = new Gemm(1);
    const table = tableOf([4, 5]);
    const [width, count] = [24, 3];
    const random = new Random(5, 'planes');
    const words = Float64Array.from({ length: table.words.length * width }, () => 50 + random.normal());
    const directions = Float64Array.from({ length: count * width }, () => random.normal());
    const discriminants = { directions, count, ratios: new Float64Array(count) };
    const shown = shownPairs(table, undefined, 2);
    const layer = (values: Float64Array) =>
      shownDistances(shown, { layer: 0, width, words: values, differences: new Float64Array(0) }, discriminants, gemm);
    const array = distancesArray([await layer(words.map((value) => 2 * value)), await layer(words)]);
    expect(array.shape).toEqual([2, 2, 28 + 45]);
    const figure = parallelogramFigure(result(shown, [-1, 0]), array);
    expect(figure.layers).toEqual(['Embedding', 'Layer 0']);
    const [pair, other] = [4 + 1, 4 + 3];
    const differences = (points: Float64Array, wide: number) =>
      Float64Array.from({ length: 2 * wide }, (_, i) => {
        const at = 2 * [pair, other][Math.floor(i / wide)]! * wide + (i % wide);
        return points[at + wide]! - points[at]!;
      });
    const projected = Float64Array.from({ length: table.words.length * count }, (_, i) => {
      const [word, direction] = [Math.floor(i / count), i % count];
      let sum = 0;
      for (let k = 0; k < width; k += 1) sum += words[word * width + k]! * directions[direction * width + k]!;
      return sum;
    });
    const same = new Int32Array(2);
    const spaces = [
      [words, width],
      [projected, count],
    ] as const;
    for (const [space, [points, wide]] of spaces.entries()) {
      const [expected] = await qualitiesOf(differences(points, wide), wide, same, 1, gemm);
      const drawn = parallelogramOf(figure, { relation: 1, layer: 1, pairs: [1, 3] }, space);
      // Distances are held to seven digits.
      expect(Math.abs(drawn.quality - expected!.parallelogram)).toBeLessThan(1e-5);
      expect(Math.abs(drawn.cosine - expected!.cosine)).toBeLessThan(1e-5);
    }
    // Twice as far at the layer below, one quality.
    const [above, below] = [1, 0].map((at) => parallelogramOf(figure, { relation: 0, layer: at, pairs: [0, 1] }, 0));
    expect(below!.x[1]! / above!.x[1]!).toBeCloseTo(2, 4);
    expect(below!.quality).toBeCloseTo(above!.quality, 4);
    await gemm.dispose();
  });

  it('of fourteen relations of thirty pairs at two layers fit into a figure file', () => {
    const shown = shownPairs(tableOf(new Array<number>(14).fill(30)), undefined, 2);
    expect(shown.every(({ uses }) => uses.length === 30)).toBe(true);
    const each = shown.length * 1770;
    const random = new Random(1, 'planes');
    const layers = [0, 1].map(() => Float32Array.from({ length: 2 * each }, () => 1000 * random.normal() ** 2));
    const array = distancesArray(layers);
    expect(splitDistances(array, shown)[13]![1]![1]!.at(-1)).toBe(layers[1]!.at(-1));
    const size = JSON.stringify(parallelogramFigure(result(shown, [-1, 0]), array)).length;
    expect(size).toBeLessThan(1.4e6);
  });
});
