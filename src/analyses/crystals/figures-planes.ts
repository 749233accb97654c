import type { NdArray } from '../../shared/analysis';
import type { ParallelogramFigure } from '../../shared/figure';
import { counted } from '../../shared/words';
import { splitDistances } from './planes';
import type { RelationsResult } from './result';

const METHOD = 'discriminant analysis';

/**
 * Two pairs of a relation in the plane of their words, before and after discriminant analysis.
 * @param distances the result's array of that name
 */
export function parallelogramFigure(fields: RelationsResult, distances: NdArray): ParallelogramFigure {
  const { planes, layers, splits } = fields;
  const squares = splitDistances(distances, planes);
  const fitted = splits > 0 ? 'on the training pairs of the first split by word' : 'on all pairs';
  return {
    kind: 'parallelogram',
    id: 'parallelograms',
    title: 'Parallelograms of words',
    summary:
      `Two pairs of a relation in the plane in which their words spread most, before and after ${METHOD}, which was fitted ${fitted}: ` +
      `arrows of one length and direction are a parallelogram. Both qualities are over all dimensions, as in the tables.${leftOut(fields)}`,
    method: METHOD,
    spaces: [`Before ${METHOD}`, `After ${METHOD}`],
    layers: layers.map((layer) => (layer < 0 ? 'Embedding' : `Layer ${layer}`)),
    relations: planes.map(({ name, words, pairs, uses }, relation) => ({
      name,
      words,
      pairs,
      uses,
      squares: squares[relation]!.map((spaces) => spaces.map((values) => Array.from(values, rounded))),
    })),
  };
}

function leftOut({ planes }: RelationsResult): string {
  const most = Math.max(...planes.map(({ uses }) => uses.length));
  const cut = planes.filter(({ uses, of }) => uses.length < of).length;
  return cut === 0 ? '' : ` Of ${counted(cut, 'relation')} with more pairs, ${most} each can be chosen.`;
}

/** What float32 holds. */
function rounded(value: number): number {
  return Number(value.toPrecision(7));
}
