import type { TableFigure } from '../../shared/figure';
import { describe } from './names';
import type { CloudFields, GalaxyFields } from './result';

interface Column {
  readonly label: string;
  readonly digits: number;
  value(of: CloudFields): number;
}

/** The headline first: tables are wider than the page. */
const COLUMNS: readonly Column[] = [
  { label: 'clustering entropy', digits: 5, value: ({ clusteringEntropy }) => clusteringEntropy },
  { label: 'p', digits: 2, value: ({ null: { p } }) => p },
  { label: 'slope', digits: 5, value: ({ slope }) => slope },
  { label: 's.e.', digits: 3, value: ({ slopeError }) => slopeError },
  { label: 'slope of Gaussian clouds', digits: 4, value: ({ null: { slope } }) => slope.mean },
  { label: "slope, paper's code", digits: 5, value: ({ slopePaperCode }) => slopePaperCode },
  { label: 'log volume', digits: 6, value: ({ logVolume }) => logVolume },
  { label: 'entropy (Kozachenko–Leonenko)', digits: 6, value: ({ entropy }) => entropy },
  { label: 'Gaussian entropy', digits: 6, value: ({ gaussianEntropy }) => gaussianEntropy },
  { label: 'clustering entropy, raw', digits: 5, value: ({ clusteringEntropyRaw }) => clusteringEntropyRaw },
  { label: 'of Gaussian clouds', digits: 5, value: ({ null: { clusteringEntropy } }) => clusteringEntropy.mean },
  { label: 's.d.', digits: 3, value: ({ null: { clusteringEntropy } }) => clusteringEntropy.sd },
  { label: "entropy, paper's code", digits: 6, value: ({ entropyPaperCode }) => entropyPaperCode },
];

/** Every number of every cloud. */
export function shapeTable({ layers }: GalaxyFields): TableFigure {
  return {
    kind: 'table',
    id: 'shape',
    title: 'Shape of every cloud',
    summary: `Slopes, volumes and entropies (nats) of ${layers.length === 1 ? 'the cloud' : `${layers.length} clouds`}; clustering entropy is the raw value minus the mean of Gaussian clouds of equal covariance.`,
    columns: [
      { label: 'cloud', type: 'text' },
      { label: 'points', type: 'number' },
      { label: 'width', type: 'number' },
      ...COLUMNS.map(({ label, digits }) => ({ label, type: 'number' as const, digits })),
    ],
    rows: layers.map((cloud) => [
      describe(cloud),
      cloud.points,
      cloud.width,
      ...COLUMNS.map(({ value }) => {
        const number = value(cloud);
        return Number.isFinite(number) ? number : null;
      }),
    ]),
  };
}
