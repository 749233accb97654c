import type { AnalysisResult } from '../../shared/analysis';
import type { CloudFigure, CloudLayout, Grouping } from '../../shared/figure';
import { count, percent } from '../../shared/words';
import { AFFINITY_TITLES } from './names';
import type { LobesFields } from './result';

/** Characters of a figure that hover texts may take in all. */
const TEXT_BUDGET = 450_000;
const LEFT_OUT = 'left out';

/** All features on their maps, coloured by lobe. */
export function featureCloud(result: AnalysisResult, fields: LobesFields, hover: readonly string[]): CloudFigure {
  const groupings = groupingsOf(result, fields);
  const layouts = layoutsOf(result, fields);
  const { features, kept, name, map } = fields;
  const out =
    features - kept === 0 ? '' : ` ${count(features - kept)} of ${count(features)} features are left out of the lobes.`;
  return {
    kind: 'cloud',
    id: 'features',
    title: `Features of ${name}`,
    summary: `${count(features)} features as ${layouts.map((layout) => layout.name).join(', ')} of their decoder directions, coloured by lobe (${groupings[0]!.name}).${out} The three principal components hold ${percent(map.pcaShares.reduce((sum, share) => sum + share, 0))} of the variance.`,
    noun: 'feature',
    ids: Array.from({ length: features }, (_, i) => i),
    text: fitted(hover),
    layouts,
    groupings,
    details: 'features.jsonl',
  };
}

function layoutsOf({ arrays }: AnalysisResult, { map }: LobesFields): CloudLayout[] {
  const umap = (axis: number): string => `UMAP ${axis}`;
  const component = (axis: number): string => `PC ${axis} (${percent(map.pcaShares[axis - 1] ?? 0)})`;
  const layout = (name: string, array: string, columns: number, axis: (n: number) => string): CloudLayout[] => {
    const stored = arrays[array];
    if (stored === undefined) return [];
    const stride = stored.shape[1]!;
    const column = (c: number): number[] => rounded(stored.data as Float32Array, stride, c);
    const axes = Array.from({ length: columns }, (_, c) => axis(c + 1));
    return [{ name, axes, x: column(0), y: column(1), ...(columns === 3 ? { z: column(2) } : {}) }];
  };
  return [
    ...layout('UMAP', 'umap2', 2, umap),
    ...layout('UMAP in space', 'umap3', 3, umap),
    ...layout('Principal components', 'pca', 2, component),
    ...layout('Principal components in space', 'pca', 3, component),
  ];
}

/** A column to a ten-thousandth of its extent: finer than a screen. */
function rounded(data: Float32Array, stride: number, column: number): number[] {
  const values = Array.from({ length: data.length / stride }, (_, i) => data[i * stride + column]!);
  const extent = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const digits = extent === 0 ? 0 : Math.max(0, 3 - Math.floor(Math.log10(extent)));
  return values.map((value) => Number(value.toFixed(digits)));
}

function groupingsOf({ arrays }: AnalysisResult, { affinities, geometry, numbers }: LobesFields): Grouping[] {
  const titled = (name: string, lobes: number): string => (numbers.length > 1 ? `${name}, ${lobes} lobes` : name);
  return [
    ...affinities.map((one) =>
      grouping(titled(`Lobes by ${AFFINITY_TITLES[one.name]}`, one.lobes), one.labels, one.lobes),
    ),
    ...geometry.map((one) => grouping(titled('Lobes by geometry', one.lobes), one.labels, one.lobes)),
  ];

  function grouping(name: string, labels: string, lobes: number): Grouping {
    const all = arrays[labels]!.data as Int32Array;
    const groups = Array.from({ length: lobes }, (_, lobe) => `lobe ${lobe + 1}`);
    const some = all.includes(-1);
    return {
      name,
      groups: some ? [...groups, LEFT_OUT] : groups,
      of: Array.from(all, (label) => (label === -1 ? lobes : label)),
      ...(some && { rest: lobes }),
    };
  }
}

/** Texts cut so that all together stay within their share of the figures. */
function fitted(texts: readonly string[]): string[] {
  const each = Math.max(12, Math.floor(TEXT_BUDGET / texts.length) - 3);
  return texts.map((text) => (text.length > each ? `${[...text].slice(0, each - 1).join('')}…` : text));
}
