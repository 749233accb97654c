import type { AnalysisResult } from '../../shared/analysis';
import type { Figure } from '../../shared/figure';
import { ofSimulated } from '../../shared/figure-parts';
import { counted, layerName, number } from '../../shared/words';
import { aggregated, scoreName, withInterval } from '../alignment/figure-layers';
import { bestLayers, lengthCurves, uniqueCurves } from './figure-curves';
import { lengthMap } from './figure-map';
import { layerTable, lengthTable } from './figure-tables';
import { unitCurves } from './figure-units';
import { fieldsOf } from './result';
import type { ContextFields } from './result';
import { inWords } from './words';

/** What a measurement of context shows. */
export function contextFigures(result: AnalysisResult): Figure[] {
  const fields = fieldsOf(result);
  const figures = [
    lengthCurves(fields),
    lengthMap(fields),
    bestLayers(fields),
    uniqueCurves(fields),
    unitCurves(result, fields),
    lengthTable(fields),
    layerTable(fields),
  ].filter((figure) => figure !== undefined);
  return fields.simulated ? figures.map(ofSimulated) : figures;
}

/** One line for a table row or a lens. */
export function contextSummary(result: AnalysisResult): string {
  const fields = fieldsOf(result);
  const { simulated, dataset, best, subjects, columns } = fields;
  const many = columns === 'units' ? aggregated(fields) : 'units without missing responses together';
  const of = subjects.length > 1 ? ` of ${counted(subjects.length, 'subject')}` : '';
  const score = `${scoreName(fields)} ${withInterval(best.score, best.interval)}`;
  const at = best.layer === null ? '' : ` at ${layerName(best.layer)}`;
  return `${simulated ? 'Simulated data: ' : ''}${dataset}, ${many}${of}: ${score} with ${inWords(best.length)}${at}${againstShortest(fields)}`;
}

/** The same layer at the shortest length; empty where that is the best. */
function againstShortest({ byLength, best, lengths }: ContextFields): string {
  const [shortest] = byLength;
  if (shortest === undefined || lengths[0] === best.length) return '';
  const row = shortest.layers.find(({ layer }) => layer === best.layer);
  return row === undefined ? '' : `, ${number(row.score, 3)} with ${inWords(shortest.length)}`;
}
