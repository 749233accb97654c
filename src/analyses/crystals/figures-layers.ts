import type { TableFigure } from '../../shared/figure';
import { orNull } from '../../shared/figure-parts';
import { layerName, number, percent } from '../../shared/words';
import { PROPERTIES } from './result';
import type { Property, RelationsResult, SilhouetteFields } from './result';

/** How well relations stand apart at every layer. */
export function silhouetteTable({ silhouette, lda, splits }: RelationsResult): TableFigure {
  const after = (one: SilhouetteFields): number => (splits > 0 ? one.heldOut.after : one.after);
  const best = silhouette.reduce((most, one) => (after(one) > after(most) ? one : most));
  const value = (label: string) => ({ label, type: 'number' as const, digits: 3 });
  return {
    kind: 'table',
    id: 'silhouette',
    title: 'Silhouette of relations',
    summary: `How well differences of one relation stand apart from those of others (1: fully, 0: not at all); on ${splits > 0 ? 'held-out' : 'all'} pairs at best ${number(after(best), 3)} after, at ${layerName(best.layer)}.`,
    columns: [
      { label: 'Layer', type: 'number' },
      { label: 'Discriminants', type: 'text' },
      value('Before'),
      value('After'),
      value('Held out: before'),
      value('Held out: after'),
      value('Held out: shuffled'),
      value('p'),
    ],
    rows: silhouette.map(({ layer, before, heldOut, null: null_, ...own }, i) => {
      const { dimensions, method, shrinkage } = lda[i]!;
      return [
        layer,
        `${dimensions}, ${method === 'svd' ? 'svd' : `shrinkage ${number(shrinkage, 2)}`}`,
        ...[before, own.after, heldOut.before, heldOut.after, null_.heldOut.nullMean, null_.heldOut.p].map(orNull),
      ];
    }),
  };
}

/** What the removed directions have to do with properties of words. */
export function distractorTable({ distractors }: RelationsResult): TableFigure {
  const removed = distractors.map(({ layer, removed: share }) => `${percent(share)} at ${layerName(layer)}`);
  return {
    kind: 'table',
    id: 'distractors',
    title: 'Directions that discriminant analysis removed',
    summary: `Discriminant analysis removed ${removed.join(', ')} of the differences' variance. Pearson r of the words along the largest removed directions with their properties, and of the pairs' differences with the difference of these; frequency is the order of the tokenizer's vocabulary.`,
    columns: [
      { label: 'Layer', type: 'number' },
      { label: 'Direction', type: 'number' },
      { label: 'Share of variance', type: 'number', digits: 3 },
      { label: 'r of', type: 'text' },
      ...PROPERTIES.map((property) => ({ label: COLUMNS[property], type: 'number' as const, digits: 2 })),
    ],
    rows: distractors.flatMap(({ layer, directions }) =>
      directions.flatMap((direction, i) =>
        (['words', 'differences'] as const).map((of) => [
          layer,
          i + 1,
          direction.share,
          of,
          ...PROPERTIES.map((property) => orNull(direction[of][property])),
        ]),
      ),
    ),
  };
}

const COLUMNS: Readonly<Record<Property, string>> = {
  length: 'Length',
  frequency: 'Frequency',
  capitalised: 'Capital',
  tokens: 'Sub-tokens',
};
