import type { AnalysisResult } from '../../shared/analysis';
import type { CloudFigure, CloudLayout, Grouping } from '../../shared/figure';
import { count, percent } from '../../shared/words';
import { AFFINITY_TITLES } from './names';
import type { LobesFields } from './result';

const LEFT_OUT = 'left out';

/** All features on their maps, coloured by lobe. @param room bytes of JSON that it may take: hover texts are cut to them */
export function featureCloud(
  result: AnalysisResult,
  fields: LobesFields,
  hover: readonly string[],
  room: number,
): CloudFigure {
  const groupings = groupingsOf(result, fields);
  const layouts = layoutsOf(result, fields);
  const { features, kept, name, map } = fields;
  const out =
    features - kept === 0 ? '' : ` ${count(features - kept)} of ${count(features)} features are left out of the lobes.`;
  const cloud: CloudFigure = {
    kind: 'cloud',
    id: 'features',
    title: `Features of ${name}`,
    summary: `${count(features)} features placed by their decoder directions, coloured by lobe (${groupings[0]!.name}).${out} The three principal components hold ${percent(map.pcaShares.reduce((sum, share) => sum + share, 0))} of the variance.`,
    noun: 'feature',
    ids: Array.from({ length: features }, (_, i) => i),
    text: [],
    layouts,
    groupings,
    details: 'features.jsonl',
  };
  return { ...cloud, text: fitted(hover, room - bytesOf(cloud)) };
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

/** Bytes of a JSON string with its quotes and a comma. */
function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1;
}

/** Texts cut to one length, in bytes, at which all together take at most `room`. */
function fitted(texts: readonly string[], room: number): string[] {
  const sizes = texts.map(bytesOf);
  let each = Math.max(0, ...sizes);
  while (each > 0 && sizes.reduce((sum, size) => sum + Math.min(size, each), 0) > room) each -= 1;
  return texts.map((text, i) => (sizes[i]! <= each ? text : shortened(text, each)));
}

/** As many characters as go into so many bytes with the sign that some are missing. */
function shortened(text: string, bytes: number): string {
  let out = '';
  let taken = bytesOf('…');
  for (const character of text) {
    taken += bytesOf(character) - bytesOf('');
    if (taken > bytes) break;
    out += character;
  }
  return out === '' ? '' : `${out}…`;
}
