import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureLayer } from '../../../../src/analyses/crystals/layer';
import type { LayerFields } from '../../../../src/analyses/crystals/layer';
import { PROPERTIES } from '../../../../src/analyses/crystals/result';
import type { Property } from '../../../../src/analyses/crystals/result';
import { TEST, TRAINING } from '../../../../src/math/crystals/word-splits';
import { Gemm } from '../../../../src/math/gemm';
import { Random } from '../../../../src/math/random';
import { differences, golden, labels, words } from '../../math/crystals/support';
import { resultOf } from '../../models/support';

const { width, dimensions, relations } = golden;
const DRAWS = 39;
/** Random differences have a parallelogram quality of about 0.3, planted ones of 0.9. */
const ALIKE = 0.6;

const gemm = new Gemm(1);
afterAll(() => gemm.dispose());

/** The whole measurement of one layer: words 2i and 2i + 1 are pair i, whose relation is `own[i]`. */
function measured(own: Int32Array): Promise<LayerFields> {
  const pairs = Int32Array.from(own.keys());
  const names = Array.from({ length: relations }, (_, relation) => `relation ${relation}`);
  const texts = Array.from({ length: 2 * own.length }, (_, i) => `word ${i}`);
  const inputs = pairs.map((pair) => 2 * pair);
  const outputs = pairs.map((pair) => 2 * pair + 1);
  const table = { names, words: texts, places: [], inputs, outputs, labels: own };
  const random = new Random(11, 'planted');
  const properties = Object.fromEntries(
    PROPERTIES.map((property) => [property, Float64Array.from(texts, () => random.normal())]),
  ) as Record<Property, Float64Array>;
  const roles = Uint8Array.from(pairs, (pair) => (golden.test.includes(pair) ? TEST : TRAINING));
  const shuffles = Array.from({ length: DRAWS }, () => random.permutation(own.length).map((from) => own[from]!));
  const signal = new AbortController().signal;
  const measure = {
    table,
    labellings: [own, ...shuffles],
    dimensions,
    kind: 'plain' as const,
    silhouettePairs: 1000,
    gemm,
    signal,
  };
  return resultOf(measureLayer({ layer: 0, width, words, differences }, [roles], measure, properties, random));
}

/** Relations whose differences are alike, and more so than under any shuffle of the labels. */
function found({ relations: own }: LayerFields, where: 'before' | 'after', heldOut: boolean): number {
  return own.filter(({ null: draws, ...relation }) => {
    const { value, p, smallestP } = (heldOut ? draws.heldOut : draws)[where].parallelogram;
    expect(value).toBe((heldOut ? relation.heldOut : relation)[where].parallelogram);
    return value > ALIKE && p === smallestP;
  }).length;
}

const CASES = [
  ['before', 'in sample'],
  ['before', 'held out'],
  ['after', 'in sample'],
  ['after', 'held out'],
] as const;

describe('a planted set of parallelograms hidden under a strong distractor', () => {
  let fields: LayerFields;
  beforeAll(async () => {
    fields = await measured(labels);
  });

  it.each(CASES)('%s discriminant analysis, %s: none is found before, all are after', (where, rows) => {
    expect(found(fields, where, rows === 'held out')).toBe(where === 'before' ? 0 : relations);
  });

  it('stands apart by relation on held-out pairs after, not before, beyond every shuffle', () => {
    const { heldOut, null: draws } = fields.silhouette;
    expect(heldOut.before).toBeLessThan(0.1);
    expect(heldOut.after).toBeGreaterThan(0.7);
    expect(draws.heldOut.p).toBe(draws.heldOut.smallestP);
  });
});

describe('the same pairs with shuffled relations', () => {
  let fields: LayerFields;
  beforeAll(async () => {
    fields = await measured(Int32Array.from(golden.shuffled));
  });

  it.each(CASES)('%s discriminant analysis, %s: none is found', (where, rows) => {
    expect(found(fields, where, rows === 'held out')).toBe(0);
  });

  it('do not stand apart on held-out pairs', () => {
    expect(fields.silhouette.heldOut.after).toBeLessThan(0.1);
    expect(fields.silhouette.null.heldOut.p).toBeGreaterThan(0.05);
  });
});
