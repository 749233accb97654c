import type { AnalysisResult } from '../../shared/analysis';
import type { ChartFigure, Figure, MapFigure } from '../../shared/figure';
import { counted, layerName, number } from '../../shared/words';
import { summaryFigures } from './figure-summary';
import { fieldsOf } from './result';
import type { PairFields, SimilarityFields } from './result';

const METRICS = { cka: 'Linear CKA', 'debiased-cka': 'Debiased CKA', rsa: 'RSA (Spearman)' } as const;
const LEVELS = { text: 'stimuli', word: 'words', scan: 'scans' } as const;

/** Pairs that get figures of their own, and cells of all maps together: figures.json stays below 2 MB. */
const PAIRS = 15;
const CELLS = 40_000;

/** What a comparison of layers shows. */
export function similarityFigures(result: AnalysisResult): Figure[] {
  const fields = fieldsOf(result);
  const most = Math.max(1, Math.floor(CELLS / Math.max(...fields.layers) ** 2));
  const shown = fields.pairs.slice(0, Math.min(PAIRS, most));
  return [
    ...summaryFigures(result, fields, metricOf(fields), shown.length),
    ...shown.flatMap((pair) => [similarityMap(result, fields, pair), matchLine(fields, pair)]),
  ];
}

/** One line for a table row or a lens. */
export function similaritySummary(result: AnalysisResult): string {
  const fields = fieldsOf(result);
  const [pair] = fields.pairs;
  if (fields.pairs.length === 1) {
    return `${namesOf(fields, pair!)}: ${bestSentence(pair!)}; ${diagonalSentence(fields, pair!)}`;
  }
  const most = fields.pairs.reduce((best, one) => (one.similarity > best.similarity ? one : best));
  const failed = fields.failed.length > 0 ? `; ${counted(fields.failed.length, 'model')} failed` : '';
  return `${counted(fields.models.length, 'model')}: most alike are ${namesOf(fields, most)} (${number(most.similarity, 3)})${failed}`;
}

function similarityMap(result: AnalysisResult, fields: SimilarityFields, pair: PairFields): MapFigure {
  const values = Array.from(result.arrays[pair.array]!.data, (value) => (Number.isFinite(value) ? value : null));
  const [a, b] = [fields.models[pair.a]!, fields.models[pair.b]!];
  return {
    kind: 'map',
    id: `similarity-map${suffixOf(fields, pair)}`,
    title: `Similarity of ${a} and ${b}`,
    summary: `${metricOf(fields)} of every layer of ${a} with every layer of ${b} over ${fields.stimuli} ${LEVELS[fields.level]}, ${rangeOf(values)}; ${bestSentence(pair)}.`,
    x: { label: `Layer of ${b}`, type: 'linear' },
    y: { label: `Layer of ${a}`, type: 'linear' },
    value: metricOf(fields),
    rows: fields.layers[pair.a]!,
    columns: fields.layers[pair.b]!,
    step: 1,
    min: values,
    max: values,
    ...coloursOf(values),
    array: `${pair.array}.npy`,
  };
}

/**
 * Over the range of the values, which are often nearly equal from layer to layer; around 0 where some are negative,
 * as debiased CKA and RSA may be.
 */
function coloursOf(values: readonly (number | null)[]): Pick<MapFigure, 'scale' | 'range'> {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return { scale: 'sequential', range: [0, 1] };
  const [least, most] = [Math.min(...known), Math.max(...known)];
  if (least < 0) {
    const end = Math.max(-least, most);
    return { scale: 'diverging', range: [-end, end] };
  }
  return { scale: 'sequential', range: most > least ? [least, most] : [0, 1] };
}

function matchLine(fields: SimilarityFields, pair: PairFields): ChartFigure {
  const [a, b] = [fields.models[pair.a]!, fields.models[pair.b]!];
  const { bestMatches } = pair;
  return {
    kind: 'chart',
    id: `best-match${suffixOf(fields, pair)}`,
    title: fields.pairs.length === 1 ? 'Best match of every layer' : `Best matches of ${a} in ${b}`,
    summary: `Layer of ${b} most like each layer of ${a}, both as depths; ${diagonalSentence(fields, pair)}.`,
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

/** A pair alone needs no number. */
function suffixOf({ pairs }: SimilarityFields, { a, b }: PairFields): string {
  return pairs.length === 1 ? '' : `-${a + 1}-${b + 1}`;
}

function namesOf({ models }: SimilarityFields, { a, b }: PairFields): string {
  return `${models[a]} and ${models[b]}`;
}

function metricOf({ metric, zscored }: SimilarityFields): string {
  return zscored ? `${METRICS[metric]}, z-scored units` : METRICS[metric];
}

/** "0.07 to 0.22" */
function rangeOf(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? 'none defined' : `${number(Math.min(...known), 3)} to ${number(Math.max(...known), 3)}`;
}

/** "layers 3 and 5", "the embedding and layer 5" */
function pairName(a: number, b: number): string {
  return Math.min(a, b) >= 0 ? `layers ${a} and ${b}` : `${layerName(a)} and ${layerName(b)}`;
}

function bestSentence({ bestMatches }: PairFields): string {
  const best = bestMatches.reduce((most, one) => (one.similarity > most.similarity ? one : most));
  return `most alike are ${pairName(best.layer, best.match)} (${best.similarity.toPrecision(3)})`;
}

function diagonalSentence({ permutations }: SimilarityFields, { diagonality, p }: PairFields): string {
  if (Number.isNaN(diagonality)) return 'no diagonality, as all layers match the same one';
  return `diagonality ${diagonality.toFixed(2)} (one-sided p = ${number(p, 2)}, ${counted(permutations, 'permutation')} of layers)`;
}
