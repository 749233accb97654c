import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chiSquare, topLobes, typesDifferBetweenLobes } from '../../../src/math/contingency';
import { Random } from '../../../src/math/random';

const { tables } = JSON.parse(readFileSync(join(__dirname, '../../golden/lobes-stats/stats.json'), 'utf8')) as {
  tables: { table: number[]; columns: number; chi2: number; df: number; cramersV: number }[];
};

/**
 * Blocks of documents of which each keeps to its own mixture of lobes; the mixture follows the type only where asked.
 * Blocks of a document are alike, so that they are far from independent.
 */
function corpus(random: Random, follow: boolean): Parameters<typeof typesDifferBetweenLobes>[0] {
  const documentTypes = Int32Array.from({ length: 40 }, (_, d) => d % 2);
  const favourite = documentTypes.map((type) => (follow && random.uniform() < 0.8 ? type : random.below(3)));
  const documents = Int32Array.from({ length: 400 }, (_, block) => Math.floor(block / 10));
  const topLobe = documents.map((document) => (random.uniform() < 0.7 ? favourite[document]! : random.below(3)));
  return { topLobe, documents, documentTypes };
}

describe('χ² of a contingency table', () => {
  test('is SciPy’s, with degrees of freedom and Cramér’s V', () => {
    for (const { table, columns, chi2, df, cramersV } of tables) {
      const found = chiSquare(table, columns);
      expect(found.chi2).toBeCloseTo(chi2, 9);
      expect(found.df).toBe(df);
      expect(found.cramersV).toBeCloseTo(cramersV, 12);
    }
  });

  test('rows and columns of zeros change nothing', () => {
    const { table } = tables[0]!;
    const [a, b, c, d] = table as [number, number, number, number];
    expect(chiSquare([a, 0, b, 0, 0, 0, c, 0, d], 3)).toEqual(chiSquare(table, 2));
  });

  test('one type cannot differ', () => {
    expect(chiSquare([4, 5, 6], 3)).toEqual({ chi2: 0, df: 0, cramersV: NaN });
  });
});

describe('the most active lobe of a block', () => {
  test('has the highest share of its features firing, the lower of equals; −1 where none fired', () => {
    const labels = Int32Array.of(0, 0, 1, 1, 1, 1, -1, 2);
    const blocks = [[0, 2], [0, 2, 3], [2], [6], [], [0, 1, 7]];
    const starts = Int32Array.from([0, 2, 5, 6, 7, 7, 10]);
    const found = topLobes({ first: 0, starts, features: Int32Array.from(blocks.flat()) }, labels, 3);
    // 1/2 against 1/4; 1/2 against 2/4; only lobe 1; only a feature in no lobe; nothing; 2/2 against 1/1.
    expect([...found.lobes]).toEqual([0, 0, 1, -1, -1, 0]);
    expect(found.silent).toBe(2);
  });
});

describe('document types against lobes', () => {
  test('counts what it leaves out, and shuffles whole documents', () => {
    const found = typesDifferBetweenLobes(
      {
        topLobe: Int32Array.of(0, 0, 1, 1, -1, -1),
        documents: Int32Array.of(0, 0, 1, 1, 2, 1),
        documentTypes: Int32Array.of(0, 1, 1),
      },
      { draws: 50, random: new Random(2) },
    );
    expect([...found.table]).toEqual([2, 0, 0, 2]);
    expect(found).toMatchObject({ chi2: 4, df: 1, cramersV: 1, blocks: 4, silent: 2, documents: 2, draws: 50 });
    // Two documents, each all in one lobe: exchanging their types gives the same χ².
    expect(found).toMatchObject({ p: 1, nullSd: 0, reason: 'all null draws are equal' });
  });

  test('χ² over blocks would cry wolf where documents keep to themselves; the null over documents does not', () => {
    const random = new Random(9);
    const found = Array.from({ length: 60 }, () =>
      typesDifferBetweenLobes(corpus(random, false), { draws: 99, random }),
    );
    // 5.99 is the 95th percentile of χ² with two degrees of freedom.
    expect(found.filter(({ chi2 }) => chi2 > 5.99).length).toBeGreaterThan(20);
    // Under a uniform p: 60 · 0.1 = 6 ± 2.3; mean 0.5 ± 0.037. Bounds at four standard errors.
    expect(found.filter(({ p }) => p <= 0.1).length).toBeLessThan(16);
    const mean = found.reduce((sum, { p }) => sum + p, 0) / found.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.15);
  });

  test('types that keep to lobes are found', () => {
    const random = new Random(10);
    const found = typesDifferBetweenLobes(corpus(random, true), { random });
    expect(found).toMatchObject({ p: 1 / 1001, draws: 1000 });
    expect(found.z).toBeGreaterThan(4);
  });
});
