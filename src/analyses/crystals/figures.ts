import { layerName } from '../../shared/words';
import type { AnalysisResult } from '../../shared/analysis';
import type { Figure } from '../../shared/figure';
import { distractorTable, silhouetteTable } from './figures-layers';
import { parallelogramFigure } from './figures-planes';
import {
  foundRelations,
  heldOutTable,
  meanOf,
  qualityBars,
  qualityTable,
  tooFewDraws,
  transferTable,
} from './figures-quality';
import { searchFigures, searchSummary } from './figures-search';
import { fieldsOf } from './result';
import type { RelationFields, RelationsResult } from './result';

/** What a search for crystals shows. */
export function crystalsFigures(result: AnalysisResult): Figure[] {
  const fields = fieldsOf(result);
  if (fields.kind === 'search') return searchFigures(fields);
  return [
    ...fields.layers.map((layer) => qualityBars(fields, layer)),
    parallelogramFigure(fields, result.arrays['distances']!),
    silhouetteTable(fields),
    ...(fields.splits > 0 ? [heldOutTable(fields), transferTable(fields)] : []),
    qualityTable(fields),
    distractorTable(fields),
  ];
}

/** One line for a table row or a lens. */
export function crystalsSummary(result: AnalysisResult): string {
  const fields = fieldsOf(result);
  if (fields.kind === 'search') return searchSummary(fields);
  return fields.layers
    .map((layer) => {
      const own = fields.relations.filter((relation) => relation.layer === layer);
      return `${layerName(layer)}: ${found(own, fields)}`;
    })
    .join('; ');
}

/** What can be said of one layer: against the null on held-out pairs, where there are both. */
function found(own: readonly RelationFields[], { splits, draws }: RelationsResult): string {
  const held = splits > 0;
  const unknown = held && draws > 0 ? tooFewDraws(draws) : 'without a null';
  if (unknown === undefined) {
    return `${foundRelations(own).length} of ${own.length} relations above their null on held-out pairs`;
  }
  const [before, after] = [
    meanOf(own, ({ before, heldOut }) => (held ? heldOut.before : before)),
    meanOf(own, ({ after, heldOut }) => (held ? heldOut.after : after)),
  ];
  return `parallelogram quality ${before} before and ${after} after discriminant analysis on ${held ? 'held-out' : 'its own'} pairs, ${unknown}`;
}
