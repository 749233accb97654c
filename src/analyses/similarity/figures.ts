import type { AnalysisResult } from '../../shared/analysis';
import type { ChartFigure, Figure, MapFigure } from '../../shared/figure';
import { fieldsOf } from './result';
import type { SimilarityFields } from './result';

const METRICS = { cka: 'Linear CKA', 'debiased-cka': 'Debiased CKA', rsa: 'RSA (Spearman)' } as const;

/** What a comparison of layers shows. */
export function similarityFigures(result: AnalysisResult): Figure[] {
  const fields = fieldsOf(result);
  return [similarityMap(result, fields), matchLine(fields)];
}

/** One line for a table row or a lens. */
export function similaritySummary(result: AnalysisResult): string {
  const fields = fieldsOf(result);
  const [a, b] = fields.models;
  return `${a} and ${b}: ${bestSentence(fields)}; ${diagonalSentence(fields)}`;
}

function similarityMap(result: AnalysisResult, fields: SimilarityFields): MapFigure {
  const values = Array.from(result.arrays['similarity']!.data, (value) => (Number.isFinite(value) ? value : null));
  const [a, b] = fields.models;
  const lowest = values.reduce<number>((least, value) => Math.min(least, value ?? 0), 0);
  return {
    kind: 'map',
    id: 'similarity-map',
    title: `Similarity of ${a} and ${b}`,
    summary: `${metricOf(fields)} of every layer of ${a} with every layer of ${b} over ${fields.stimuli} stimuli; ${bestSentence(fields)}.`,
    x: { label: `Layer of ${b}`, type: 'linear' },
    y: { label: `Layer of ${a}`, type: 'linear' },
    value: metricOf(fields),
    rows: fields.layers[0],
    columns: fields.layers[1],
    step: 1,
    min: values,
    max: values,
    scale: lowest < 0 ? 'diverging' : 'sequential',
    range: lowest < 0 ? [-1, 1] : [0, 1],
    array: 'similarity.npy',
  };
}

function matchLine(fields: SimilarityFields): ChartFigure {
  const [a, b] = fields.models;
  const { bestMatches } = fields;
  return {
    kind: 'chart',
    id: 'best-match',
    title: 'Best match of every layer',
    summary: `Layer of ${b} most like each layer of ${a}, both as depths; ${diagonalSentence(fields)}.`,
    x: { label: `Depth in ${a}`, type: 'linear', range: [0, 1.02] },
    y: { label: `Depth of the best match in ${b}`, type: 'linear', range: [0, 1.02] },
    series: [
      { name: 'equal depth', mark: 'line', role: 'muted', x: [0, 1], y: [0, 1] },
      {
        name: 'best match',
        mark: 'line',
        role: 'selected',
        x: bestMatches.map(({ depth }) => depth),
        y: bestMatches.map(({ matchDepth }) => matchDepth),
      },
    ],
  };
}

function metricOf({ metric, zscored }: SimilarityFields): string {
  return zscored ? `${METRICS[metric]}, z-scored units` : METRICS[metric];
}

function bestSentence({ bestMatches }: SimilarityFields): string {
  const best = bestMatches.reduce((most, one) => (one.similarity > most.similarity ? one : most));
  return `most alike are layers ${best.layer} and ${best.match} (${best.similarity.toPrecision(3)})`;
}

function diagonalSentence({ diagonality, p, permutations }: SimilarityFields): string {
  if (Number.isNaN(diagonality)) return 'no diagonality, as all layers match the same one';
  return `diagonality ${diagonality.toFixed(2)} (p = ${p.toPrecision(2)} under ${permutations} permutations of layers)`;
}
