import type { AnalysisResult } from '../../shared/analysis';
import type { ChartFigure, SpaceFigure } from '../../shared/figure';
import { finite } from '../../shared/figure-parts';
import { counted, layerName, layerRange, number } from '../../shared/words';
import { fittedLine } from './line';
import type { HierarchyFields, ModelRow } from './result';
import { labelOf } from './units';

/** Models that get charts and maps of their own, and points of each: figures.json stays below 2 MB. */
const MODELS = 12;
const POINTS = 24_000;
const MAPS = 6;

/** Best layer of every unit that counts against the covariate, with its line: one chart per model. */
export function hierarchyCharts(result: AnalysisResult, fields: HierarchyFields): ChartFigure[] {
  const models = fields.models.slice(0, MODELS);
  return models.map((model, m) => {
    const { depth, covariate, unit } = pointsOf(result, fields, m);
    const shown = evenly(unit.length, Math.floor(POINTS / models.length));
    const x = shown.map((i) => finite(covariate[i]!)!);
    const y = shown.map((i) => finite(depth[i]!)!);
    const left = shown.length < unit.length ? ` Drawn: ${shown.length} of ${unit.length} units.` : '';
    return {
      kind: 'chart',
      id: `hierarchy-${m + 1}`,
      title: `Best layer by ${fields.covariate}: ${model.name}`,
      summary: `${sentenceOf(model, fields)}${left}${missing(fields, m === 0 ? MODELS : Infinity, 'charts')}`,
      x: { label: fields.covariate, type: 'linear' },
      y: { label: 'Depth of the best layer', type: 'linear', range: [0, 1.05] },
      series: [
        {
          name: 'units',
          mark: 'points',
          role: 'selected',
          x,
          y,
          text: shown.map(
            (i) => `${labelOf(fields.units[unit[i]!]!)} · ${layerName(layerOf(result, fields, m, unit[i]!))}`,
          ),
        },
        ...fittedLine('least squares', Array.from(covariate), Array.from(depth)),
      ],
    };
  });
}

/** Units where they lie, coloured by the layer that predicts them best; none where fewer than two have a position. */
export function layerSpaces(result: AnalysisResult, fields: HierarchyFields): SpaceFigure[] {
  return fields.models.slice(0, MAPS).flatMap((model, m) => {
    const counting = fields.units.flatMap((unit, u) =>
      unit.position !== undefined && Number.isFinite(layerOf(result, fields, m, u)) ? [u] : [],
    );
    if (counting.length < 2) return [];
    const shown = evenly(counting.length, Math.floor(POINTS / MAPS)).map((i) => counting[i]!);
    const along = (axis: 0 | 1 | 2): number[] => shown.map((u) => Number(fields.units[u]!.position![axis].toFixed(1)));
    const values = shown.map((u) => layerOf(result, fields, m, u));
    const { layers } = model.curve;
    return [
      {
        kind: 'space',
        id: `peak-layers-${m + 1}`,
        title: `Best layers in space: ${model.name}`,
        summary:
          `${counted(shown.length, 'unit')} that count${shown.length < counting.length ? ` (of ${counting.length})` : ''}, where they lie (mm), ` +
          `coloured by the layer that predicts them best: ${layerRange(Math.min(...values), Math.max(...values))}.` +
          missing(fields, m === 0 ? MAPS : Infinity, 'maps'),
        value: 'Best layer',
        x: along(0),
        y: along(1),
        z: along(2),
        values,
        names: shown.map((u) => labelOf(fields.units[u]!)),
        text: shown.map(
          (u) => `centroid at depth ${number(result.arrays['centroid']!.data[m * fields.units.length + u]!, 3)}`,
        ),
        scale: 'sequential',
        range: [layers[0]!, layers.at(-1)!],
      },
    ];
  });
}

/** The units of one model that count and have a covariate. */
function pointsOf(
  result: AnalysisResult,
  fields: HierarchyFields,
  m: number,
): { readonly depth: Float64Array; readonly covariate: Float64Array; readonly unit: Int32Array } {
  const { layers, depths } = fields.models[m]!.curve;
  const depthOf = new Map(layers.map((layer, i) => [layer, depths[i]!]));
  const covariates = result.arrays['covariate']!.data;
  const unit = Int32Array.from(fields.units.keys()).filter(
    (u) => depthOf.has(layerOf(result, fields, m, u)) && Number.isFinite(covariates[m * fields.units.length + u]!),
  );
  return {
    depth: Float64Array.from(unit, (u) => depthOf.get(layerOf(result, fields, m, u))!),
    covariate: Float64Array.from(unit, (u) => covariates[m * fields.units.length + u]!),
    unit,
  };
}

function layerOf(result: AnalysisResult, fields: HierarchyFields, m: number, u: number): number {
  return result.arrays['bestLayer']!.data[m * fields.units.length + u]!;
}

function sentenceOf(model: ModelRow, { covariate, permutations, level }: HierarchyFields): string {
  const which = {
    fdr: `with q < ${level}`,
    p: `with p < ${level}`,
    all: 'with a score',
  }[model.chosenBy];
  const counts = `${counted(model.units, 'unit')} of ${model.of} ${which}`;
  const { subjects, centroid } = model;
  const centroids = `centroid: Spearman ${number(centroid.spearman, 3)} (p = ${number(centroid.p, 2)}).`;
  if (Number.isNaN(model.spearman)) {
    return `${counts}; best layers do not correlate with ${covariate}${Number.isNaN(centroid.spearman) ? '.' : `; ${centroids}`}`;
  }
  const over = Number.isFinite(subjects.p)
    ? ` Within subjects: mean Spearman ${number(subjects.mean, 2)} over ${subjects.count} of them, t-test p = ${number(subjects.p, 2)}.`
    : '';
  return (
    `${counts}. Best layer with ${covariate}: Spearman ${number(model.spearman, 3)} (p = ${number(model.p, 2)}), ` +
    `Pearson ${number(model.pearson, 3)} (p = ${number(model.pearsonP, 2)}), two-sided, ${counted(permutations, 'permutation')} within subject; ` +
    `${centroids}${over}`
  );
}

function missing({ models }: HierarchyFields, most: number, what: string): string {
  return models.length > most ? ` The first ${most} of ${models.length} models have such ${what}.` : '';
}

/** Indices of at most `most` of `count` things, evenly spread. */
function evenly(count: number, most: number): number[] {
  const drawn = Math.min(count, most);
  return Array.from({ length: drawn }, (_, i) => Math.floor((i * count) / drawn));
}
