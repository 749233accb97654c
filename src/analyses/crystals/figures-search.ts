import type { Figure, TableFigure } from '../../shared/figure';
import { orNull } from '../../shared/figure-parts';
import { count, number } from '../../shared/words';
import type { SearchResult } from './result';

/** What a search in a decoder shows. */
export function searchFigures(fields: SearchResult): Figure[] {
  return [tightestTable(fields), clusterTable(fields), quadrupleTable(fields)];
}

/** One line for a table row or a lens. */
export function searchSummary({ searched, differences, tightest }: SearchResult): string {
  const best = tightest[0]!;
  const what = `${count(searched.length)} features, ${count(differences)} differences`;
  if (!Number.isFinite(best.value)) return `${what}: no cluster has five differences that share no feature`;
  return `${what}: tightest cluster ${number(best.value, 3)}, Gaussian clouds ${number(best.nullMean, 3)} (p = ${number(best.p, 2)})`;
}

function tightestTable({ tightest, searched }: SearchResult): TableFigure {
  return {
    kind: 'table',
    id: 'tightest',
    title: 'Tightest cluster against Gaussian clouds',
    summary: `Parallelogram quality of the tightest cluster of differences among ${count(searched.length)} features, beside the tightest of Gaussian clouds of equal covariance: a search finds something in pure noise too.`,
    columns: [
      { label: 'Differences', type: 'text' },
      { label: 'Tightest', type: 'number', digits: 3 },
      { label: 'Gaussian mean', type: 'number', digits: 3 },
      { label: 's.d.', type: 'number', digits: 2 },
      { label: 'z', type: 'number', digits: 3 },
      { label: 'p', type: 'number', digits: 2 },
    ],
    rows: tightest.map(({ normalised, value, nullMean, nullSd, z, p }) => [
      kindOf(normalised),
      ...[value, nullMean, nullSd, z, p].map(orNull),
    ]),
  };
}

function clusterTable({ clusters }: SearchResult): TableFigure {
  return {
    kind: 'table',
    id: 'clusters',
    title: 'Tightest clusters of differences',
    summary:
      'Clusters of feature differences, those that Gaussian clouds match least first; qualities over differences that share no feature; p against clusters of at least as many in Gaussian clouds.',
    columns: [
      { label: 'Differences', type: 'text' },
      { label: 'Size', type: 'number' },
      { label: 'Without common features', type: 'number' },
      { label: 'Cosine', type: 'number', digits: 3 },
      { label: 'Parallelogram', type: 'number', digits: 3 },
      { label: 'p', type: 'number', digits: 2 },
    ],
    rows: clusters.map(({ normalised, size, disjoint, cosine, parallelogram, p }) => [
      kindOf(normalised),
      size,
      disjoint,
      ...[cosine, parallelogram, p].map(orNull),
    ]),
  };
}

function quadrupleTable({ clusters, tokens }: SearchResult): TableFigure {
  const named = (feature: number): string => {
    const own = tokens[feature];
    return own === undefined ? String(feature) : `${feature}: ${own.map((token) => JSON.stringify(token)).join(' ')}`;
  };
  return {
    kind: 'table',
    id: 'quadruples',
    title: 'Parallelograms of features',
    summary: 'Features a, b, c, d with b − a close to d − c, the best of each of the tightest clusters.',
    columns: [
      ...['a', 'b', 'c', 'd'].map((label) => ({ label, type: 'text' as const })),
      { label: 'Cosine', type: 'number', digits: 3 },
      { label: 'Parallelogram', type: 'number', digits: 3 },
    ],
    rows: clusters.flatMap(({ quadruples }) =>
      quadruples.map(({ features, cosine, parallelogram }) => [
        ...features.map(named),
        orNull(cosine),
        orNull(parallelogram),
      ]),
    ),
  };
}

function kindOf(normalised: boolean): string {
  return normalised ? 'directions (length 1)' : 'as they are';
}
