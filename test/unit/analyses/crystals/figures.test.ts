import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crystals } from '../../../../src/analyses/crystals/index';
import type { RelationsResult } from '../../../../src/analyses/crystals/result';
import { figureTable } from '../../../../src/shared/csv';
import type { ParallelogramFigure } from '../../../../src/shared/figure';
import { figuresSchema } from '../../../../src/shared/figures-file';
import { golden } from '../../models/support';
import { run } from './support';

const samples = join(__dirname, '../../../../samples/relations');
const relations = ['country-capital', 'male-female', 'present-past', 'singular-plural'].map((name) =>
  join(samples, `${name}.json`),
);
const settings = { model: join(golden, 'gpt2'), relations, layers: [0], null: 2 };

async function figuresOf(splits: number, draws = settings.null) {
  const { result } = await run({ ...settings, splits, null: draws });
  const figures = crystals.figures(result);
  expect(figuresSchema.safeParse({ schema: 'brainlens/figures@1', figures }).error).toBeUndefined();
  const drawn = figures.find((figure): figure is ParallelogramFigure => figure.kind === 'parallelogram')!;
  const sentences = [crystals.summary(result), ...figures.map(({ summary }) => summary)];
  return {
    figures,
    fields: result.fields as unknown as RelationsResult,
    ids: figures.map(({ id }) => id),
    drawn,
    sentences,
  };
}

/** Mean over all pairs of pairs of one relation, from the figure's own table. */
function meanOf(figure: ParallelogramFigure, relation: string, column: string): number {
  const { columns, rows } = figureTable(figure);
  const at = columns.findIndex(({ label }) => label === column);
  const values = rows.filter(([name]) => name === relation).map((row) => row[at] as number);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('figures of relations', () => {
  it('draw what the tables say: the mean over drawn parallelograms is the relation’s quality, before and after', async () => {
    const { fields, ids, drawn } = await figuresOf(0);
    expect(ids).toEqual(['quality-0', 'parallelograms', 'silhouette', 'qualities', 'distractors']);
    for (const { name, before, after } of fields.relations) {
      // Distances are held to seven digits, of words that lie far apart beside their differences.
      expect(meanOf(drawn, name, 'Quality, before discriminant analysis')).toBeCloseTo(before.parallelogram, 5);
      expect(meanOf(drawn, name, 'Cosine, before discriminant analysis')).toBeCloseTo(before.cosine, 5);
      expect(meanOf(drawn, name, 'Quality, after discriminant analysis')).toBeCloseTo(after.parallelogram, 5);
      expect(meanOf(drawn, name, 'Cosine, after discriminant analysis')).toBeCloseTo(after.cosine, 5);
    }
    expect(drawn.relations.every(({ uses }) => uses.every((use) => use === 'training'))).toBe(true);
    expect(drawn.summary).toContain('fitted on all pairs');
  });

  it('draw held-out pairs on the directions of the first split, which did not see them', async () => {
    const { fields, ids, drawn } = await figuresOf(1);
    expect(ids).toEqual(expect.arrayContaining(['held-out', 'transfer']));
    const { columns, rows } = figureTable(drawn);
    const quality = columns.findIndex(({ label }) => label === 'Quality, after discriminant analysis');
    for (const { name, heldOut } of fields.relations) {
      const both = rows.filter((row) => row[0] === name && row[4] === 'both').map((row) => row[quality] as number);
      expect(both.length).toBe((heldOut.pairs * (heldOut.pairs - 1)) / 2);
      expect(both.reduce((sum, value) => sum + value, 0) / both.length).toBeCloseTo(heldOut.after.parallelogram, 5);
    }
    expect(drawn.summary).toContain('on the training pairs of the first split by word');
  });

  it('stand with their p corrected for all relations and layers that are tested', async () => {
    const { figures, fields } = await figuresOf(1);
    const { columns, rows } = figureTable(figures.find(({ id }) => id === 'held-out')!);
    const [p, q] = ['p', 'q'].map((label) => columns.findIndex((column) => column.label === label));
    const own = rows.map((row) => row[p!] as number);
    expect(own).toEqual(fields.relations.map(({ null: { heldOut } }) => heldOut.after.parallelogram.p));
    rows.forEach((row) => {
      // The definition: the least of p·m/rank over all that are not smaller.
      const adjusted = own
        .filter((other) => other >= (row[p!] as number))
        .map((other) => (other * own.length) / own.filter((one) => one <= other).length);
      expect(row[q!]).toBeCloseTo(Math.min(1, ...adjusted), 12);
    });
    const { summary } = figures.find(({ id }) => id === 'held-out')!;
    expect(summary).toContain("Benjamini and Hochberg's correction for the 4 relations × 1 layer");
  });

  it('do not call relations unfound where so few draws cannot find any', async () => {
    const { sentences, ids } = await figuresOf(1, 2);
    expect(sentences[0]).toMatch(/ on held-out pairs, p cannot fall below 0\.33 with 2 draws$/);
    for (const id of ['quality-0', 'held-out']) {
      expect(sentences[1 + ids.indexOf(id)]).toContain('p cannot fall below 0.33 with 2 draws');
    }
    for (const sentence of sentences) expect(sentence).not.toMatch(/of 4 relations/);
  });

  it('say nothing of a null or of held-out pairs where there are none', async () => {
    for (const [splits, draws] of [
      [0, 2],
      [1, 0],
      [0, 0],
    ] as const) {
      const { sentences } = await figuresOf(splits, draws);
      expect(sentences[0]).toMatch(
        /^layer 0: parallelogram quality 0\.\d+ before and 0\.\d+ after discriminant analysis on .* pairs, without a null$/,
      );
      for (const sentence of sentences) expect(sentence).not.toMatch(/NaN|undefined|0 of 4 relations|0 shuffles/);
    }
  });
});
