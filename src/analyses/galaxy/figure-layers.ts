import type { ChartFigure, Series } from '../../shared/figure';
import { finite } from '../../shared/figure-parts';
import { layerName } from '../../shared/words';
import { KINDS } from './names';
import type { CloudFields, GalaxyFields, Interval } from './result';

interface Measure {
  readonly id: string;
  readonly title: string;
  readonly label: string;
  value(of: CloudFields): number;
  interval(of: CloudFields): Interval | undefined;
  /** Mean and spread of the null on the same axis, where it has one. */
  null?(of: CloudFields): { readonly mean: number; readonly sd: number };
}

const MEASURES: readonly Measure[] = [
  {
    id: 'slope-by-layer',
    title: 'Slope of the power law by layer',
    label: 'Slope (log₁₀ λ / log₁₀ rank)',
    value: ({ slope }) => slope,
    interval: ({ intervals }) => intervals?.slope,
    null: ({ null: { slope } }) => slope,
  },
  {
    id: 'volume-by-layer',
    title: 'Effective volume by layer',
    label: 'Log volume Σ ln λ (ranks 1–100)',
    value: ({ logVolume }) => logVolume,
    interval: ({ intervals }) => intervals?.logVolume,
  },
  {
    id: 'clustering-by-layer',
    title: 'Clustering entropy by layer',
    label: 'Beyond Gaussian clouds (nats)',
    value: ({ clusteringEntropy }) => clusteringEntropy,
    interval: ({ intervals }) => intervals?.clusteringEntropy,
    null: ({ null: { clusteringEntropy } }) => ({ mean: 0, sd: clusteringEntropy.sd }),
  },
];

/** Slope, volume and clustering entropy over layers; none for a single cloud. */
export function layerFigures({ layers }: GalaxyFields): ChartFigure[] {
  if (layers.length < 2) return [];
  return MEASURES.filter(({ value }) => layers.some((of) => Number.isFinite(value(of)))).map((measure) => ({
    kind: 'chart',
    id: measure.id,
    title: measure.title,
    summary: summaryOf(measure, layers),
    x: { label: 'Layer', type: 'linear' },
    y: { label: measure.label, type: 'linear' },
    series: KINDS.flatMap((kind) => seriesOf(measure, layers, kind)),
  }));
}

function seriesOf(
  measure: Measure,
  layers: readonly CloudFields[],
  { kind, name, role }: (typeof KINDS)[number],
): Series[] {
  const clouds = layers.filter((cloud) => cloud.kind === kind);
  if (clouds.length === 0) return [];
  const x = clouds.map(({ layer }) => layer);
  const ends = clouds.map((cloud) => measure.interval(cloud));
  const line: Series = {
    name,
    mark: 'line',
    role,
    x,
    y: clouds.map((cloud) => finite(measure.value(cloud))),
    ...(ends.every((end) => end !== undefined) && {
      low: ends.map((end) => finite(end![0])),
      high: ends.map((end) => finite(end![1])),
      interval: '95 % interval over random halves',
    }),
  };
  const nulls = clouds.map((cloud) => measure.null?.(cloud)).filter((spread) => spread !== undefined);
  if (nulls.length === 0 || nulls.every(({ sd }) => Number.isNaN(sd))) return [line];
  const band: Series = {
    name: `Gaussian clouds (${name})`,
    mark: 'band',
    role: kind === 'features' ? 'muted' : 'control-2',
    x,
    y: nulls.map(({ mean }) => finite(mean)),
    low: nulls.map(({ mean, sd }) => finite(mean - 2 * sd)),
    high: nulls.map(({ mean, sd }) => finite(mean + 2 * sd)),
    interval: 'mean ± 2 s.d. of the null',
  };
  return [band, line];
}

function summaryOf({ title, value }: Measure, layers: readonly CloudFields[]): string {
  const parts = KINDS.flatMap(({ kind, name }) => {
    const clouds = layers.filter((cloud) => cloud.kind === kind && Number.isFinite(value(cloud)));
    if (clouds.length === 0) return [];
    const least = clouds.reduce((a, b) => (value(b) < value(a) ? b : a));
    const most = clouds.reduce((a, b) => (value(b) > value(a) ? b : a));
    return [
      `${name} from ${value(least).toFixed(2)} (${layerName(least.layer)}) to ${value(most).toFixed(2)} (${layerName(most.layer)})`,
    ];
  });
  return `${title}: ${parts.join('; ')}.`;
}
