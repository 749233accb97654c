import { mean } from '../../math/statistics';
import type { Series } from '../../shared/figure';

/** The least-squares line through points as a series of its two ends; none where x or y does not vary. */
export function fittedLine(name: string, x: readonly number[], y: readonly number[]): Series[] {
  const [centreX, centreY] = [mean(x), mean(y)];
  let xx = 0;
  let xy = 0;
  x.forEach((value, i) => {
    xx += (value - centreX) ** 2;
    xy += (value - centreX) * (y[i]! - centreY);
  });
  if (!(xx > 0)) return [];
  const ends = [Math.min(...x), Math.max(...x)];
  const at = (value: number): number => Number((centreY + (xy / xx) * (value - centreX)).toPrecision(6));
  return [{ name, mark: 'line', role: 'muted', x: ends, y: ends.map(at) }];
}
