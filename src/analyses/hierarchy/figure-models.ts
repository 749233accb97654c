import type { ChartFigure, Role, TableFigure } from '../../shared/figure';
import { SERIES_ROLES, finite } from '../../shared/figure-parts';
import { counted, number } from '../../shared/words';
import type { HierarchyFields, ModelRow } from './result';

const ROLES: readonly Role[] = ['selected', ...SERIES_ROLES];

/** Mean score of every layer against depth, a line per model (the first eight), with its interval. */
export function curveChart({ models }: HierarchyFields): ChartFigure {
  const shown = models.slice(0, ROLES.length);
  const best = shown.reduce((most, model) => (model.peak > most.peak ? model : most), shown[0]!);
  const left = models.length > shown.length ? ` The first ${shown.length} of ${models.length} models are drawn.` : '';
  return {
    kind: 'chart',
    id: 'mean-scores',
    title: 'Mean score by depth',
    summary: `Mean over the units that count within subject, then over subjects; the highest peak is that of ${best.name}, ${number(best.peak, 3)} at depth ${number(best.peakDepth ?? NaN, 2)}.${left}`,
    x: { label: 'Depth', type: 'linear', range: [0, 1.02] },
    y: { label: 'Mean score', type: 'linear' },
    series: shown.map(({ name, curve, intervals }, i) => ({
      name,
      mark: curve.low.some((value) => Number.isFinite(value)) ? 'band' : 'line',
      role: ROLES[i]!,
      x: curve.depths,
      y: curve.scores.map(finite),
      low: curve.low.map(finite),
      high: curve.high.map(finite),
      interval: `95 %, bootstrap over ${intervals.over}`,
    })),
  };
}

/** Smallest depth that reaches 95 % of the peak, with its interval. */
export function layersUsedChart({ models }: HierarchyFields): ChartFigure {
  const known = models.filter(({ layersUsed }) => Number.isFinite(layersUsed.depth));
  const ends = known.map(({ layersUsed }) => layersUsed.depth);
  const sentence =
    known.length === 0
      ? 'No model has a positive mean score.'
      : known.length === 1
        ? `${known[0]!.name} reaches it at depth ${withInterval(known[0]!)}.`
        : `From ${number(Math.min(...ends), 2)} to ${number(Math.max(...ends), 2)} over ${counted(known.length, 'model')}.`;
  return {
    kind: 'chart',
    id: 'layers-used',
    title: 'Layers used',
    summary: `Smallest depth whose mean score reaches 95 % of the peak. ${sentence}`,
    x: { label: 'Model', type: 'category' },
    y: { label: 'Depth', type: 'linear', range: [0, 1.05] },
    series: [
      {
        name: 'layers used',
        mark: 'bar',
        role: 'selected',
        x: models.map(({ name }) => name),
        y: models.map(({ layersUsed }) => finite(layersUsed.depth)),
        low: models.map(({ layersUsed }) => finite(layersUsed.interval[0])),
        high: models.map(({ layersUsed }) => finite(layersUsed.interval[1])),
        interval: '95 %, bootstrap',
      },
    ],
  };
}

/** Everything per model as a table. */
export function modelTable({ models, covariate, units }: HierarchyFields): TableFigure {
  return {
    kind: 'table',
    id: 'models',
    title: 'Models',
    summary: `${counted(models.length, 'model')} against ${covariate} of ${counted(units.length, 'unit')}.`,
    columns: [
      { label: 'Model', type: 'text' },
      { label: 'Units that count', type: 'number' },
      { label: 'Units', type: 'number' },
      { label: 'Peak score', type: 'number', digits: 4 },
      { label: 'Layer of the peak', type: 'number' },
      { label: 'Spearman', type: 'number', digits: 4 },
      { label: 'p', type: 'number', digits: 2 },
      { label: 'Pearson', type: 'number', digits: 4 },
      { label: 'p of Pearson', type: 'number', digits: 2 },
      { label: 'Spearman of centroid', type: 'number', digits: 4 },
      { label: 'Mean Spearman within subjects', type: 'number', digits: 4 },
      { label: 'Subjects', type: 'number' },
      { label: 'p over subjects', type: 'number', digits: 2 },
      { label: 'Layers used', type: 'number', digits: 3 },
      { label: '95 % interval', type: 'text' },
    ],
    rows: models.map((model) => [
      model.name,
      model.units,
      model.of,
      finite(model.peak),
      model.peakLayer,
      finite(model.spearman),
      finite(model.p),
      finite(model.pearson),
      finite(model.pearsonP),
      finite(model.centroid.spearman),
      finite(model.subjects.mean),
      model.subjects.count,
      finite(model.subjects.p),
      finite(model.layersUsed.depth),
      intervalText(model),
    ]),
  };
}

function withInterval(model: ModelRow): string {
  return `${number(model.layersUsed.depth, 3)} ${intervalText(model)}`.trim();
}

function intervalText({ layersUsed: { interval } }: ModelRow): string {
  return Number.isFinite(interval[0]) ? `[${number(interval[0], 3)}, ${number(interval[1], 3)}]` : '';
}
