import type { AnalysisResult } from '../../shared/analysis';
import type { Figure } from '../../shared/figure';
import { layerFigures } from './figure-layers';
import { cloudFigures } from './figure-clouds';
import { capitalised } from '../../shared/words';
import { clusteringHeadline } from './headline';
import { spectrumFigures } from './figure-spectrum';
import { shapeTable } from './figure-table';
import { describe } from './names';
import { fieldsOf } from './result';
import type { CloudFields } from './result';

const NAMED = 2;

/** What a measurement of the galaxy shows. */
export function galaxyFigures(result: AnalysisResult): Figure[] {
  const fields = fieldsOf(result);
  return [
    ...spectrumFigures(result, fields),
    ...layerFigures(fields),
    ...cloudFigures(result, fields),
    shapeTable(fields),
  ];
}

/** One line for a table row or a lens. */
export function galaxySummary(result: AnalysisResult): string {
  const { layers } = fieldsOf(result);
  const [first] = layers;
  const clustering = clusteringHeadline(layers);
  if (layers.length === 1) {
    return `${capitalised(describe(first!))} of ${first!.name}: slope ${first!.slope.toFixed(2)}, ${clustering}`;
  }
  const steepest = layers.reduce((a, b) => (b.slope < a.slope ? b : a));
  return `${layers.length} clouds of ${names(layers)}: steepest ${describe(steepest)} (slope ${steepest.slope.toFixed(2)}), ${clustering}`;
}

/** The files or models that clouds are of. */
function names(layers: readonly CloudFields[]): string {
  const all = [...new Set(layers.map(({ name }) => name))];
  return all.length <= NAMED
    ? all.join(' and ')
    : `${all.slice(0, NAMED - 1).join(', ')} and ${all.length - NAMED + 1} more`;
}
