import type { AnalysisResult } from '../../shared/analysis';
import type { Figure } from '../../shared/figure';
import { ofSimulated } from '../../shared/figure-parts';
import { counted, layerName, number } from '../../shared/words';
import { aggregated, layerCurve, scoreName, uniqueVariance, withInterval } from './figure-layers';
import { latencyFigures } from './figure-latency';
import { unitSpaces } from './figure-space';
import { unitCurves } from './figure-curves';
import { setChart, unitMap, unitTable } from './figure-units';
import { fieldsOf } from './result';
import type { AlignmentFields } from './result';

/** What an alignment shows. */
export function alignmentFigures(result: AnalysisResult): Figure[] {
  const fields = fieldsOf(result);
  const figures = [
    fields.unitSets.length === 0 ? layerCurve(fields) : setChart(fields),
    uniqueVariance(fields),
    ...latencyFigures(fields),
    ...unitCurves(result, fields),
    unitMap(result, fields),
    ...unitSpaces(result, fields),
    unitTable(fields),
  ].filter((figure) => figure !== undefined);
  return fields.simulated ? figures.map(ofSimulated) : figures;
}

/** One line for a table row or a lens. */
export function alignmentSummary(result: AnalysisResult): string {
  const fields = fieldsOf(result);
  const { simulated, dataset, best, subjects, p, columns } = fields;
  const where = best.layer === null ? '' : ` at ${layerName(best.layer)}`;
  const many = columns === 'units' ? aggregated(fields) : 'units without missing responses together';
  const of = subjects.length > 1 ? ` of ${counted(subjects.length, 'subject')}` : '';
  const significance = Number.isFinite(p) ? `, p = ${number(p, 2)}` : '';
  const score = `${scoreName(fields)} ${withInterval(best.score, best.interval)}`;
  return `${simulated ? 'Simulated data: ' : ''}${dataset}, ${many}${of}: ${score}${where}${significance}${againstControls(fields)}`;
}

/** How chosen units stand among random ones; empty where none were drawn. */
function againstControls({ setComparisons }: AlignmentFields): string {
  return setComparisons
    .map(({ control, median, p }) => `; ${control} units ${number(median, 3)} (p ${number(p, 2)})`)
    .join('');
}
