import type { FigureTable } from './csv';
import type { PairUse, ParallelogramFigure, TableColumn } from './figure';
import { pairName, qualitiesOf } from './parallelogram';

/** Every parallelogram that can be drawn: a row for any two pairs of a relation at a layer, with its qualities. */
export function parallelogramTable(figure: ParallelogramFigure): FigureTable {
  const text = (label: string): TableColumn => ({ label, type: 'text' });
  const columns = [
    ...['Relation', 'Layer', 'First pair', 'Second pair', 'Held out'].map(text),
    ...figure.spaces.flatMap((space): TableColumn[] => [
      { label: `Quality, ${lowered(space)}`, type: 'number', digits: 4 },
      { label: `Cosine, ${lowered(space)}`, type: 'number', digits: 4 },
    ]),
  ];
  const rows = figure.relations.flatMap((set, relation) =>
    figure.layers.flatMap((name, layer) =>
      couples(set.uses.length).map((pairs) => [
        set.name,
        name,
        ...pairs.map((pair) => pairName(set, pair)),
        heldOut(pairs.map((pair) => set.uses[pair]!)),
        ...figure.spaces.flatMap((_, space) => {
          const { quality, cosine } = qualitiesOf(figure, { relation, layer, pairs }, space);
          return [quality, cosine];
        }),
      ]),
    ),
  );
  return { columns, rows };
}

function couples(n: number): [number, number][] {
  return Array.from({ length: n }, (_, first) => first).flatMap((first) =>
    Array.from({ length: n - first - 1 }, (_, step): [number, number] => [first, first + 1 + step]),
  );
}

function heldOut(uses: readonly PairUse[]): string {
  return ['neither', 'one', 'both'][uses.filter((use) => use === 'held-out').length]!;
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
