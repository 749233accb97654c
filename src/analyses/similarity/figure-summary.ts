import type { AnalysisResult } from '../../shared/analysis';
import type { ChartFigure, Figure, MapFigure, TableFigure } from '../../shared/figure';
import { counted, number, percent } from '../../shared/words';
import type { SimilarityFields, SummaryFields } from './result';

/** How alike several models are over all: matrix, tree, map and pairs; nothing for two. @param shown pairs with figures of their own */
export function summaryFigures(
  result: AnalysisResult,
  fields: SimilarityFields,
  metric: string,
  shown: number,
): Figure[] {
  const { summary } = fields;
  if (summary === undefined) return [];
  return [
    modelMatrix(result, fields, summary, metric),
    modelTree(fields, summary),
    modelMap(fields, summary),
    pairTable(fields, shown),
  ];
}

function modelMatrix(
  result: AnalysisResult,
  { models, failed }: SimilarityFields,
  { order }: SummaryFields,
  metric: string,
): MapFigure {
  const { data } = result.arrays['models']!;
  const n = models.length;
  const values = order.flatMap((i) => order.map((j) => (Number.isFinite(data[i * n + j]!) ? data[i * n + j]! : null)));
  const names = order.map((i) => models[i]!);
  const lowest = Math.min(0, ...values.map((value) => value ?? 0));
  const without = failed.length === 0 ? '' : ` Failed and left out: ${failed.map(({ model }) => model).join(', ')}.`;
  return {
    kind: 'map',
    id: 'models',
    title: 'Similarity of models',
    summary: `${metric} of best-matching layers, mean over the layers of both of any two of ${counted(n, 'model')}, in the order of the tree.${without}`,
    x: { label: 'Model', type: 'linear', names },
    y: { label: 'Model', type: 'linear', names },
    value: metric,
    rows: n,
    columns: n,
    step: 1,
    min: values,
    max: values,
    scale: lowest < 0 ? 'diverging' : 'sequential',
    range: lowest < 0 ? [-1, 1] : [0, 1],
  };
}

/** A dendrogram: each merge an arch from the tops of its two clusters. */
function modelTree({ models }: SimilarityFields, { clustering, order }: SummaryFields): ChartFigure {
  const n = models.length;
  const places = new Map(order.map((model, place) => [model, { x: place, y: 0 }]));
  const x: number[] = [];
  const y: (number | null)[] = [];
  clustering.forEach(({ a, b, distance }, i) => {
    const [left, right] = [places.get(a)!, places.get(b)!];
    x.push(left.x, left.x, right.x, right.x, right.x);
    y.push(left.y, distance, distance, right.y, null);
    places.set(n + i, { x: (left.x + right.x) / 2, y: distance });
  });
  const first = clustering[0]!;
  return {
    kind: 'chart',
    id: 'model-tree',
    title: 'Tree of models',
    summary: `Average linkage on 1 − similarity; first ${models[first.a]} and ${models[first.b]} merge, at ${number(first.distance, 3)}.`,
    x: { label: 'Model', type: 'linear', range: [-0.5, n - 0.5], names: order.map((i) => models[i]!) },
    y: { label: '1 − similarity', type: 'linear' },
    series: [{ name: 'merges', mark: 'line', role: 'selected', x, y }],
  };
}

function modelMap({ models }: SimilarityFields, { map }: SummaryFields): ChartFigure {
  return {
    kind: 'chart',
    id: 'model-map',
    title: 'Map of models',
    summary: `Classical multidimensional scaling of 1 − similarity: models that lie near are alike. The axes hold ${map.explained.map(percent).join(' and ')} of the positive eigenvalues.`,
    x: { label: 'First axis', type: 'linear' },
    y: { label: 'Second axis', type: 'linear' },
    series: [{ name: 'models', mark: 'points', role: 'selected', x: map.x, y: map.y, labels: models, text: models }],
  };
}

function pairTable({ models, pairs }: SimilarityFields, shown: number): TableFigure {
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const left = shown < pairs.length ? ` The first ${shown} have figures of their own; all have arrays.` : '';
  return {
    kind: 'table',
    id: 'pairs',
    title: 'Pairs of models',
    summary: `${counted(pairs.length, 'pair')} of models.${left}`,
    columns: [
      { label: 'Model', type: 'text' },
      { label: 'Other model', type: 'text' },
      { label: 'Similarity', type: 'number', digits: 4 },
      { label: 'Diagonality', type: 'number', digits: 4 },
      { label: 'One-sided p', type: 'number', digits: 2 },
      { label: 'Array', type: 'text' },
    ],
    rows: pairs.map(({ a, b, similarity, diagonality, p, array }) => [
      models[a]!,
      models[b]!,
      finite(similarity),
      finite(diagonality),
      finite(p),
      `${array}.npy`,
    ]),
  };
}
