import { percentile } from '../../math/statistics';
import type { AnalysisResult } from '../../shared/analysis';
import type { CloudFigure } from '../../shared/figure';
import { evenly } from './figure-spectrum';
import { describe } from './names';
import type { GalaxyFields } from './result';

/** Clouds drawn at most: the first, the last and some between. */
const MOST = 4;
const QUARTERS = ['closest quarter', 'second quarter', 'third quarter', 'most alone'] as const;

/** Some points of some layers in their first three principal components, coloured by how near their neighbours are. */
export function cloudFigures({ arrays }: AnalysisResult, { layers, neighbour }: GalaxyFields): CloudFigure[] {
  const points = arrays['cloud']!;
  const [, drawn, axes] = points.shape as [number, number, number];
  const which = neighbour === 1 ? 'nearest neighbour' : `neighbour number ${neighbour}`;
  return evenly(layers.length, MOST).map((index) => {
    const padded = Array.from(arrays['cloudIds']!.data.subarray(index * drawn, (index + 1) * drawn));
    const ids = padded.filter((id) => id >= 0);
    const distances = Array.from(arrays['cloudDistances']!.data.subarray(index * drawn, index * drawn + ids.length));
    const column = (axis: number): number[] =>
      ids.map((_, i) => Number(points.data[(index * drawn + i) * axes + axis]!.toPrecision(4)));
    const limits = [25, 50, 75].map((percent) => percentile(distances, percent));
    const { kind, layer, points: count } = layers[index]!;
    const [x, y, z] = [column(0), column(1), column(2)];
    const names = ['Component 1', 'Component 2', 'Component 3'];
    return {
      kind: 'cloud',
      id: layers.length === 1 ? 'cloud' : `cloud-${kind}-${layer}`,
      title: layers.length === 1 ? 'The cloud' : `The cloud: ${describe(layers[index]!)}`,
      summary: `${ids.length} of ${count} points in their first three principal components, by the distance to their ${which}.`,
      noun: kind === 'features' ? 'feature' : 'token',
      ids,
      text: distances.map((distance) => `${which} at ${distance.toPrecision(3)}`),
      layouts: [
        { name: '3-D', axes: names, x, y, z },
        { name: '2-D', axes: names.slice(0, 2), x, y },
      ],
      groupings: [
        {
          name: 'distance to the neighbour',
          groups: [...QUARTERS],
          of: distances.map((distance) => limits.filter((limit) => distance > limit).length),
        },
      ],
    };
  });
}
