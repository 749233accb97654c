import type { AnalysisResult } from '../../shared/analysis';
import type { Figure } from '../../shared/figure';
import { jsonable } from '../../shared/json';
import { count, number } from '../../shared/words';
import { affinityCharts, affinityTable } from './figure-affinities';
import { featureCloud } from './figure-cloud';
import { affinityMap, fitTable, lobeSizes, lobeTableFigure, rateHistogram, typeHistogram } from './figure-lobes';
import { AFFINITY_TITLES } from './names';
import { fieldsOf, hoverOf, mainOf } from './result';
import type { NullFields } from './result';

/** Bytes of JSON that all figures may take: 2 MB less what stands around them. */
const FIGURE_BYTES = 1_990_000;

/** What a map of lobes shows. */
export function lobesFigures(result: AnalysisResult): Figure[] {
  const fields = fieldsOf(result);
  const others = [
    ...affinityCharts(fields),
    typeHistogram(fields),
    lobeSizes(fields),
    affinityMap(result, fields),
    rateHistogram(result, fields),
    lobeTableFigure(fields),
    affinityTable(fields),
    fitTable(fields),
  ].filter((figure) => figure !== undefined);
  const room = FIGURE_BYTES - Buffer.byteLength(JSON.stringify(jsonable(others)));
  return [featureCloud(result, fields, hoverOf(result), room), ...others];
}

/** One line for a table row or a lens. */
export function lobesSummary(result: AnalysisResult): string {
  const fields = fieldsOf(result);
  const { lobes, kept, documentTypes } = fields;
  const { name, ami, position, documentTypes: test } = mainOf(fields);
  const types =
    test === undefined
      ? ''
      : `; ${documentTypes.length} document types ${test.p < 0.05 ? 'differ' : 'do not differ'} between lobes (p ${number(test.p, 2)})`;
  return `${lobes} lobes of ${count(kept)} features by ${AFFINITY_TITLES[name]}: AMI ${number(ami.value, 3)}${zOf(ami)}, position ${number(position.balancedAccuracy, 3)}${zOf(position)}${types}`;
}

function zOf({ z }: NullFields): string {
  return Number.isFinite(z) ? ` (z ${number(z, 3)})` : '';
}
