import type { AnalysisResult } from '../../shared/analysis';
import type { ChartFigure, Role, Series } from '../../shared/figure';
import { describe } from './names';
import type { CloudFields, GalaxyFields } from './result';

/** Spectra in one chart: as many as a reader can tell apart. */
const ROLES: readonly Role[] = ['selected', 'condition-1', 'condition-2', 'condition-3', 'condition-4'];
/** Ranks drawn of a spectrum: evenly in the logarithm. */
const DRAWN = 120;

/** The spectra in log–log: alone with its fit and the Gaussian reference, several layers together. */
export function spectrumFigures(result: AnalysisResult, { layers }: GalaxyFields): ChartFigure[] {
  const shown = evenly(layers.length, ROLES.length);
  const several = layers.length > 1;
  const series = shown.flatMap((index, i) => spectrumOf(result, layers, index, ROLES[i]!));
  const middle = shown[Math.floor(shown.length / 2)]!;
  const first = layers[middle]!;
  return [
    {
      kind: 'chart',
      id: 'spectrum',
      title: several ? 'Spectra' : 'Spectrum',
      summary: `Eigenvalues of the covariance by rank${several ? ` of ${shown.length} of ${layers.length} clouds` : ''}; ${describe(first)}: slope ${first.slope.toFixed(3)} ± ${first.slopeError.toFixed(3)} over ranks ${first.ranks[0]} to ${first.ranks[1]}${gaussian(first)}.`,
      x: { label: 'Rank', type: 'log' },
      y: { label: 'Eigenvalue λ', type: 'log' },
      series: [...series, ...(several ? [] : fitOf(first)), ...referenceOf(result, layers, middle)],
    },
  ];
}

function gaussian({ null: { draws, slope } }: CloudFields): string {
  return draws === 0 ? '' : `, Gaussian clouds ${slope.mean.toFixed(3)} ± ${slope.sd.toFixed(3)}`;
}

function spectrumOf(
  { arrays }: AnalysisResult,
  layers: readonly CloudFields[],
  index: number,
  role: Role,
): readonly Series[] {
  const { data, shape } = arrays['eigenvalues']!;
  const columns = shape[1]!;
  const row = Array.from(data.subarray(index * columns, (index + 1) * columns));
  const end = row.findIndex((value) => !(value > 1e-13 * row[0]!));
  const ranks = logarithmic(end < 0 ? columns : end);
  const name = layers.length === 1 ? 'eigenvalues' : describe(layers[index]!);
  const y = ranks.map((rank) => round(row[rank - 1]!));
  return [{ name, mark: layers.length === 1 ? 'points' : 'line', role, x: ranks, y }];
}

function fitOf({ slope, intercept, ranks }: CloudFields): Series[] {
  if (Number.isNaN(slope)) return [];
  const y = ranks.map((rank) => round(10 ** (intercept + slope * Math.log10(rank))));
  return [{ name: `power law, slope ${slope.toFixed(2)}`, mark: 'line', role: 'control-1', x: [...ranks], y }];
}

function referenceOf({ arrays }: AnalysisResult, layers: readonly CloudFields[], index: number): Series[] {
  const { data, shape } = arrays['reference']!;
  const columns = shape[1]!;
  const row = Array.from(data.subarray(index * columns, (index + 1) * columns)).filter(Number.isFinite);
  if (row.length === 0) return [];
  const ranks = logarithmic(row.length);
  const whose = layers.length === 1 ? '' : `, as ${describe(layers[index]!)}`;
  const y = ranks.map((rank) => round(row[rank - 1]!));
  return [{ name: `Gaussian cloud of equal variance${whose}`, mark: 'line', role: 'muted', x: ranks, y }];
}

function logarithmic(count: number): number[] {
  const ranks = Array.from({ length: DRAWN }, (_, i) => Math.round(count ** (i / (DRAWN - 1))));
  return [...new Set(ranks)];
}

/** At most `most` of 0…count − 1, the ends among them. */
export function evenly(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}

function round(value: number): number {
  return Number(value.toPrecision(5));
}
