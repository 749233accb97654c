import type { AnalysisResult } from '../../shared/analysis';
import type { Figure } from '../../shared/figure';
import { distractorTable, silhouetteTable } from './figures-layers';
import { parallelogramFigure } from './figures-planes';
import { foundRelations, heldOutTable, layerName, qualityBars, qualityTable, transferTable } from './figures-quality';
import { searchFigures, searchSummary } from './figures-search';
import { fieldsOf } from './result';

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
      return `${layerName(layer)}: ${foundRelations(own).length} of ${own.length} relations above their null on held-out pairs`;
    })
    .join('; ');
}
