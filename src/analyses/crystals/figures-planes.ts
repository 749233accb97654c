import type { ChartFigure, Role } from '../../shared/figure';
import { layerName } from './figures-quality';
import type { PlaneFields } from './result';

/** Pairs that are drawn. */
const PAIRS = 4;
const ROLES: readonly Role[] = ['condition-1', 'condition-2', 'condition-3', 'condition-4'];

/** Some pairs of a relation as arrows in the plane, before and after discriminant analysis. */
export function planeFigures(plane: PlaneFields): ChartFigure[] {
  return (['before', 'after'] as const).map((when) => ({
    kind: 'chart',
    id: `plane-${plane.name}-${plane.layer}-${when}`,
    title: `${plane.name} ${when} discriminant analysis`,
    summary:
      `The first pairs of ${plane.name} at ${layerName(plane.layer)} ${when} discriminant analysis, in the plane in which they spread most: ` +
      'parallel lines of one length are parallelograms.',
    x: { label: 'First axis', type: 'linear' },
    y: { label: 'Second axis', type: 'linear' },
    series: ROLES.slice(0, Math.min(PAIRS, plane.words.length / 2)).map((role, pair) => {
      const ends = [2 * pair, 2 * pair + 1];
      return {
        name: ends.map((i) => plane.words[i]!).join(' → '),
        mark: 'line' as const,
        role,
        x: ends.map((i) => rounded(plane[when].x[i]!)),
        y: ends.map((i) => rounded(plane[when].y[i]!)),
        text: ends.map((i) => plane.words[i]!),
      };
    }),
  }));
}

function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
