import type { ChartFigure, Series, TableColumn, TableFigure } from '../../shared/figure';
import { benjaminiHochberg } from '../../math/statistics';
import { orNull } from '../../shared/figure-parts';
import { count, counted, layerName, number } from '../../shared/words';
import type { Quality } from '../../math/crystals/qualities';
import type { RelationFields, RelationsResult } from './result';

/** p of the null below which a relation lies above it. */
const LEVEL = 0.05;

/** Parallelogram quality of every relation at one layer: before and after, in sample and held out, with the null. */
export function qualityBars(fields: RelationsResult, layer: number): ChartFigure {
  const own = fields.relations.filter((relation) => relation.layer === layer);
  const names = own.map(({ name }) => name);
  const bars = (name: string, role: Series['role'], value: (relation: RelationFields) => number): Series => ({
    name,
    mark: 'bar',
    role,
    x: names,
    y: own.map((relation) => orNull(value(relation))),
  });
  const nulls = (
    beside: string,
    role: Series['role'],
    of: (relation: RelationFields) => { nullMean: number; nullSd: number },
  ): Series => ({
    name: `${beside}: shuffled relations`,
    mark: 'points',
    role,
    beside,
    x: names,
    y: own.map((relation) => orNull(of(relation).nullMean)),
    low: own.map((relation) => orNull(of(relation).nullMean - of(relation).nullSd)),
    high: own.map((relation) => orNull(of(relation).nullMean + of(relation).nullSd)),
    interval: `± s.d. of ${count(fields.draws)} draws`,
  });
  const [before, after, held] = ['before', 'after', 'after, held out'] as const;
  return {
    kind: 'chart',
    id: `quality-${layer}`,
    title: `Parallelogram quality, ${layerName(layer)}`,
    summary: qualitySentence(fields, own, layer),
    x: { label: 'Relation', type: 'category' },
    y: { label: 'Parallelogram quality', type: 'linear' },
    series: [
      bars(before, 'muted', (relation) => relation.before.parallelogram),
      bars(after, 'condition-1', (relation) => relation.after.parallelogram),
      ...(fields.splits > 0 ? [bars(held, 'selected', (relation) => relation.heldOut.after.parallelogram)] : []),
      ...(fields.draws > 0
        ? [
            nulls(before, 'condition-4', (relation) => relation.null.before.parallelogram),
            nulls(after, 'condition-3', (relation) => relation.null.after.parallelogram),
            ...(fields.splits > 0
              ? [nulls(held, 'control-1', (relation) => relation.null.heldOut.after.parallelogram)]
              : []),
          ]
        : []),
    ],
  };
}

/** Qualities over all pairs of every relation, on which discriminant analysis was fitted too. */
export function qualityTable({ relations }: RelationsResult): TableFigure {
  return {
    kind: 'table',
    id: 'qualities',
    title: 'Qualities over all pairs',
    summary:
      'Trapezoid quality (mean cosine) and parallelogram quality of the differences of every relation, 1 is perfect. Discriminant analysis was fitted on the same pairs, which flatters what is after it: the held-out pairs tell how far that carries.',
    columns: [
      { label: 'Relation', type: 'text' },
      { label: 'Layer', type: 'number' },
      { label: 'Pairs', type: 'number' },
      value('Cosine before'),
      value('Cosine after'),
      value('Parallelogram before'),
      value('Parallelogram after'),
    ],
    rows: relations.map(({ name, layer, pairs, before, after }) => [
      name,
      layer,
      pairs,
      ...[before.cosine, after.cosine, before.parallelogram, after.parallelogram].map(orNull),
    ]),
  };
}

/** Qualities on pairs held out by word, with the null. */
export function heldOutTable({ relations, draws, splits }: RelationsResult): TableFigure {
  const q = benjaminiHochberg(Float64Array.from(relations, ({ null: { heldOut } }) => heldOut.after.parallelogram.p));
  const layers = new Set(relations.map(({ layer }) => layer)).size;
  const tests = `${counted(relations.length / layers, 'relation')} × ${counted(layers, 'layer')}`;
  const least = tooFewDraws(draws);
  return {
    kind: 'table',
    id: 'held-out',
    title: 'Qualities on held-out pairs',
    summary: `Means over ${counted(splits, 'split')} by word, on pairs that discriminant analysis was not fitted on${draws === 0 ? '' : `; z and p of the parallelogram quality after it against ${counted(draws, 'shuffle')} of the relation labels, and q, which is p after Benjamini and Hochberg's correction for the ${tests} that are tested${least === undefined ? '' : `; ${least}`}`}.`,
    columns: [
      { label: 'Relation', type: 'text' },
      { label: 'Layer', type: 'number' },
      { label: 'Pairs', type: 'number' },
      value('Cosine after'),
      value('Parallelogram before'),
      value('Parallelogram after'),
      value('Parallelogram shuffled'),
      { label: 'z', type: 'number', digits: 3 },
      { label: 'p', type: 'number', digits: 3 },
      { label: 'q', type: 'number', digits: 3 },
    ],
    rows: relations.map(({ name, layer, heldOut, null: { heldOut: shuffled } }, i) => {
      const { nullMean, z, p } = shuffled.after.parallelogram;
      const { before, after, pairs } = heldOut;
      return [
        name,
        layer,
        pairs,
        ...[after.cosine, before.parallelogram, after.parallelogram, nullMean, z, p, q[i]!].map(orNull),
      ];
    }),
  };
}

function value(label: string): TableColumn {
  return { label, type: 'number', digits: 3 };
}

/** How often a relation's vector finds the output of a held-out pair. */
export function transferTable({ relations }: RelationsResult): TableFigure {
  return {
    kind: 'table',
    id: 'transfer',
    title: 'Transfer of relation vectors',
    summary:
      "A relation's mean difference over training pairs is added to the input of held-out pairs: how often is its output the nearest of the relation's outputs (the input left out)?",
    columns: [
      { label: 'Relation', type: 'text' },
      { label: 'Layer', type: 'number' },
      { label: 'Outputs', type: 'number' },
      { label: 'Held-out pairs', type: 'number' },
      { label: 'Chance', type: 'number', digits: 2 },
      { label: 'Before', type: 'number', digits: 3 },
      { label: 'After', type: 'number', digits: 3 },
    ],
    rows: relations.map(({ name, layer, heldOut: { transfer, pairs } }) => [
      name,
      layer,
      transfer.candidates,
      pairs,
      orNull(transfer.chance),
      orNull(transfer.before),
      orNull(transfer.after),
    ]),
  };
}

/** Relations whose held-out quality after discriminant analysis lies above the null at p < 0.05. */
export function foundRelations(relations: readonly RelationFields[]): RelationFields[] {
  return relations.filter(({ null: { heldOut } }) => heldOut.after.parallelogram.p < LEVEL);
}

/** What so few draws of the null can tell at most; undefined where p can fall below 0.05. */
export function tooFewDraws(draws: number): string | undefined {
  const least = 1 / (1 + draws);
  return least < LEVEL ? undefined : `p cannot fall below ${number(least, 2)} with ${counted(draws, 'draw')}`;
}

function qualitySentence({ splits, draws }: RelationsResult, own: readonly RelationFields[], layer: number): string {
  const [before, after] = [meanOf(own, ({ before }) => before), meanOf(own, ({ after }) => after)];
  const held = `; on pairs held out by word ${meanOf(own, ({ heldOut }) => heldOut.after)} after`;
  const shuffled = own.map(({ null: { heldOut } }) => heldOut.after.parallelogram.nullMean);
  const against = `, with shuffled relations ${number(mean(shuffled), 3)}: ${tooFewDraws(draws) ?? `${foundRelations(own).length} of ${own.length} relations lie above that at p < ${LEVEL}`}`;
  return (
    `At ${layerName(layer)}, mean over ${own.length} relations: ${before} before and ${after} after discriminant analysis` +
    `${splits > 0 ? held : ''}${splits > 0 && draws > 0 ? against : ''}.`
  );
}

/** Mean parallelogram quality of some relations, in words; those without are left out. */
export function meanOf(own: readonly RelationFields[], of: (relation: RelationFields) => Quality): string {
  return number(mean(own.map((relation) => of(relation).parallelogram)), 3);
}

function mean(values: readonly number[]): number {
  const defined = values.filter(Number.isFinite);
  return defined.reduce((sum, one) => sum + one, 0) / defined.length;
}
