import type { ChartFigure, TableFigure } from '../../shared/figure';
import { finite } from '../../shared/figure-parts';
import { counted, number } from '../../shared/words';
import { valueOf } from './benchmarks';
import { fittedLine } from './line';
import type { BenchmarkFields, HierarchyFields, Measure, MeasureRow } from './result';

const NAMES: Readonly<Record<Measure, { readonly title: string; readonly axis: string }>> = {
  peak: { title: 'Brain score', axis: 'Peak of the mean score' },
  spearman: { title: 'Hierarchical alignment', axis: 'Spearman with the covariate' },
  layersUsed: { title: 'Layers used', axis: 'Depth that reaches 95 % of the peak' },
};

/** Each measure of the models against their benchmark, with labels, line, r and p. */
export function benchmarkCharts({ models, benchmark }: HierarchyFields): ChartFigure[] {
  if (benchmark === undefined) return [];
  return benchmark.measures.map((row) => {
    const shown = benchmark.scores.flatMap(({ model: name, score, family }) => {
      const value = valueOf(
        models.find((model) => model.name === name)!,
        row.measure,
      );
      return Number.isFinite(score) && Number.isFinite(value) ? [{ name, score, family, value }] : [];
    });
    const x = shown.map(({ score }) => score);
    const y = shown.map(({ value }) => value);
    return {
      kind: 'chart',
      id: `benchmark-${row.measure.toLowerCase()}`,
      title: `${NAMES[row.measure].title} and benchmark`,
      summary: `${sentenceOfMeasure(row, benchmark)}.${sentenceWithout(row, benchmark)}`,
      x: { label: benchmark.column, type: 'linear' },
      y: { label: NAMES[row.measure].axis, type: 'linear' },
      series: [
        {
          name: 'models',
          mark: 'points',
          role: 'selected',
          x,
          y,
          labels: shown.map(({ name }) => name),
          text: shown.map(({ name, family }) => (benchmark.families ? `${name} · ${family}` : name)),
        },
        ...(shown.length < 2 ? [] : fittedLine('least squares', x, y)),
      ],
    };
  });
}

/** Correlations of all measures with the benchmark; none without benchmarks. */
export function measureTable({ benchmark }: HierarchyFields): TableFigure[] {
  if (benchmark === undefined) return [];
  const one = benchmark.families ? 'family' : 'model';
  return [
    {
      kind: 'table',
      id: 'measures',
      title: 'Measures and benchmark',
      summary: `Pearson correlations with ${benchmark.column}, FDR over ${benchmark.measures.length} measures; the last columns leave out one ${one} at a time.`,
      columns: [
        { label: 'Measure', type: 'text' },
        { label: 'Models', type: 'number' },
        { label: 'r', type: 'number', digits: 4 },
        { label: 'p', type: 'number', digits: 2 },
        { label: 'q', type: 'number', digits: 2 },
        { label: `Lowest r without a ${one}`, type: 'number', digits: 4 },
        { label: `Highest r without a ${one}`, type: 'number', digits: 4 },
      ],
      rows: benchmark.measures.map(({ measure, models, r, p, q, range }) => [
        NAMES[measure].title,
        models,
        finite(r),
        finite(p),
        finite(q),
        finite(range[0]),
        finite(range[1]),
      ]),
    },
  ];
}

/** "Brain score against accuracy: r = 0.81 (p = 0.012, q = 0.02, 9 models)" */
export function sentenceOfMeasure({ measure, models, r, p, q }: MeasureRow, { column }: BenchmarkFields): string {
  const what = `${NAMES[measure].title} against ${column}`;
  if (Number.isNaN(r)) return `${what}: no correlation over ${counted(models, 'model')}`;
  return `${what}: r = ${number(r, 2)} (two-sided p = ${number(p, 2)}, q = ${number(q, 2)}, ${counted(models, 'model')})`;
}

function sentenceWithout({ range }: MeasureRow, { families }: BenchmarkFields): string {
  if (Number.isNaN(range[0])) return '';
  return ` Without any one ${families ? 'family' : 'model'}: r from ${number(range[0], 2)} to ${number(range[1], 2)}.`;
}
