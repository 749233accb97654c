import type { AnalysisResult } from '../../shared/analysis';
import type { Figure } from '../../shared/figure';
import { ofSimulated } from '../../shared/figure-parts';
import { counted, number } from '../../shared/words';
import { benchmarkCharts, measureTable, sentenceOfMeasure } from './figure-benchmarks';
import { curveChart, layersUsedChart, modelTable } from './figure-models';
import { hierarchyCharts, layerSpaces } from './figure-units';
import { fieldsOf } from './result';
import type { ModelRow } from './result';

/** What hierarchies of models show. */
export function hierarchyFigures(result: AnalysisResult): Figure[] {
  const fields = fieldsOf(result);
  const perUnit = [...hierarchyCharts(result, fields), ...layerSpaces(result, fields)];
  const perModel = [
    ...benchmarkCharts(fields),
    ...measureTable(fields),
    layersUsedChart(fields),
    curveChart(fields),
    modelTable(fields),
  ];
  // One model is about its units, several are about what sets them apart.
  const figures = fields.models.length === 1 ? [...perUnit, ...perModel] : [...perModel, ...perUnit];
  return fields.simulated ? figures.map(ofSimulated) : figures;
}

/** One line for a table row or a lens. */
export function hierarchySummary(result: AnalysisResult): string {
  const { models, covariate, benchmark, simulated, dataset } = fieldsOf(result);
  const data = `${simulated ? 'Simulated data: ' : ''}${dataset}`;
  if (models.length === 1) return `${data}, ${models[0]!.name}: ${sentenceOfHierarchy(models[0]!, covariate)}`;
  const against = benchmark === undefined ? '' : `; ${sentenceOfMeasure(benchmark.measures[0]!, benchmark)}`;
  return `${data}, ${counted(models.length, 'model')}: best layer with ${covariate}, Spearman ${rangeOf(models)}${against}`;
}

/** "Spearman of best layer with distance 0.62 (p = 0.0001, 48 of 60 units)" */
export function sentenceOfHierarchy({ spearman, p, units, of, correlated }: ModelRow, covariate: string): string {
  if (Number.isNaN(spearman)) return `no correlation with ${covariate} (${counted(units, 'unit')} of ${of} count)`;
  return `Spearman of best layer with ${covariate} ${number(spearman, 2)} (p = ${number(p, 2)}, ${correlated} of ${counted(of, 'unit')})`;
}

function rangeOf(models: readonly ModelRow[]): string {
  const found = models.map(({ spearman }) => spearman).filter((value) => !Number.isNaN(value));
  if (found.length === 0) return 'undefined';
  const range = [Math.min(...found), Math.max(...found)].map((value) => number(value, 2));
  const known = found.length < models.length ? ` (of ${found.length})` : '';
  return `${[...new Set(range)].join(' to ')}${known}`;
}
