import type { AnalysisResult } from '../../shared/analysis';
import type { ChartFigure, MapFigure, TableFigure } from '../../shared/figure';
import { SERIES_ROLES } from '../../shared/figure-parts';
import { count, number, percent } from '../../shared/words';
import { AFFINITY_TITLES } from './names';
import { mainOf } from './result';
import type { LobesFields } from './result';

const BINS = 30;
const TABLE_FEATURES = 5;

/** Features of each lobe, beside those of geometry. */
export function lobeSizes(fields: LobesFields): ChartFigure {
  const { lobes, geometry, kept } = fields;
  const main = mainOf(fields);
  const names = lobeNames(lobes);
  const places = geometry.find((one) => one.lobes === lobes)!;
  return {
    kind: 'chart',
    id: 'lobe-sizes',
    title: 'Sizes of lobes',
    summary: `${count(kept)} features in ${lobes} lobes by ${AFFINITY_TITLES[main.name]}: ${main.sizes.map(count).join(', ')}; by geometry ${places.sizes.map(count).join(', ')}.`,
    x: { label: 'Lobe, the largest first', type: 'category' },
    y: { label: 'Features', type: 'linear' },
    series: [
      { name: `by ${AFFINITY_TITLES[main.name]}`, mark: 'bar', role: 'selected', x: names, y: main.sizes },
      { name: 'by geometry', mark: 'bar', role: 'control-1', x: names, y: places.sizes },
    ],
  };
}

/** Share of held-out blocks by top lobe, for every type of document. */
export function typeHistogram(fields: LobesFields): ChartFigure | undefined {
  const { documentTypes, lobes } = fields;
  const test = mainOf(fields).documentTypes;
  if (test === undefined || documentTypes.length === 0) return undefined;
  const types = documentTypes.map(({ type }) => type);
  const shares = documentTypes.map(({ topLobe }) => {
    const all = topLobe.reduce((sum, blocks) => sum + blocks, 0);
    return topLobe.map((blocks) => (all === 0 ? null : blocks / all));
  });
  return {
    kind: 'chart',
    id: 'document-types',
    title: 'Document types by lobe',
    summary: `Share of held-out blocks whose top lobe (highest share of its features firing) is each lobe, ${types.length} types, ${count(test.blocks)} blocks of ${count(test.documents)} documents. ${typeSentence(fields)}.`,
    x: { label: 'Document type', type: 'category' },
    y: { label: 'Share of blocks', type: 'linear', range: [0, 1] },
    series: lobeNames(lobes)
      .slice(0, SERIES_ROLES.length)
      .map((name, lobe) => ({
        name,
        mark: 'bar' as const,
        role: SERIES_ROLES[lobe]!,
        x: types,
        y: shares.map((share) => share[lobe]!),
        text: documentTypes.map(({ topLobe, blocks }) => `${count(topLobe[lobe]!)} of ${count(blocks)} blocks`),
      })),
  };
}

/** "5 types differ between lobes (χ² 812, z 45, p 0.001)" */
export function typeSentence(fields: LobesFields): string {
  const test = mainOf(fields).documentTypes;
  if (test === undefined) return 'Document types were not compared';
  const { chi2, z, p, draws } = test;
  const found = p < 0.05 ? 'differ' : 'do not differ';
  return `${fields.documentTypes.length} document types ${found} between lobes (χ² ${number(chi2, 4)}, z ${number(z, 3)}, p ${number(p, 2)} under ${count(draws)} shuffles of types over documents)`;
}

/** Mean affinities between features ordered by lobe. */
export function affinityMap(result: AnalysisResult, fields: LobesFields): MapFigure {
  const { side, bounds } = fields.heatmap;
  const cells = Array.from(result.arrays['heatmap']!.data, (value) =>
    Number.isFinite(value) ? Number(value.toPrecision(3)) : null,
  );
  const main = mainOf(fields);
  const finite = cells.filter((cell) => cell !== null).sort((a, b) => a - b);
  const [low, high] = [finite[Math.floor(0.01 * finite.length)] ?? 0, finite[Math.ceil(0.99 * finite.length) - 1] ?? 1];
  const signed = main.name === 'phi';
  const extent = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const ends = bounds.map((first, lobe) => `lobe ${lobe + 1} from cell ${first}`).join(', ');
  const label = `Features by lobe (${ends})`;
  return {
    kind: 'map',
    id: 'cooccurrence',
    title: 'Co-occurrence by lobe',
    summary: `Mean ${AFFINITY_TITLES[main.name]} between ${count(fields.kept)} features in ${side} groups ordered by lobe and, within a lobe, from the most frequent to the rarest: ${ends}.`,
    x: { label, type: 'linear' },
    y: { label: 'Features by lobe', type: 'linear' },
    value: AFFINITY_TITLES[main.name],
    rows: side,
    columns: side,
    step: 1,
    min: cells,
    max: cells,
    scale: signed ? 'diverging' : 'sequential',
    range: signed ? [-extent, extent] : [Math.min(low, high), high > low ? high : low + 1],
    array: 'heatmap.npy',
  };
}

/** How often features fire, by lobe, on a log scale. */
export function rateHistogram(result: AnalysisResult, fields: LobesFields): ChartFigure {
  const rates = result.arrays['firingRate']!.data as Float32Array;
  const labels = result.arrays[mainOf(fields).labels]!.data as Int32Array;
  const lowest = Math.log10(1 / fields.blocks);
  const width = -lowest / BINS || 1;
  const bins = Array.from({ length: fields.lobes }, () => new Array<number>(BINS).fill(0));
  labels.forEach((label, i) => {
    if (label === -1 || rates[i] === 0) return;
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor((Math.log10(rates[i]!) - lowest) / width)));
    bins[label]![bin]! += 1;
  });
  const x = Array.from({ length: BINS }, (_, bin) => 10 ** (lowest + (bin + 0.5) * width));
  return {
    kind: 'chart',
    id: 'firing-rates',
    title: 'How often features fire',
    summary: `Features by the share of ${count(fields.blocks)} blocks in which they fire, for each lobe; mean rates: ${fields.lobeTable.map(({ lobe, meanRate }) => `lobe ${lobe + 1} ${percent(meanRate)}`).join(', ')}.`,
    x: { label: 'Share of blocks', type: 'log' },
    y: { label: 'Features', type: 'linear' },
    series: lobeNames(fields.lobes)
      .slice(0, SERIES_ROLES.length)
      .map((name, lobe) => ({ name, mark: 'line' as const, role: SERIES_ROLES[lobe]!, x, y: bins[lobe]! })),
  };
}

/** Every lobe with the features that fire most. */
export function lobeTableFigure({ lobeTable }: LobesFields): TableFigure {
  return {
    kind: 'table',
    id: 'lobes',
    title: 'Lobes',
    summary: 'Lobes with their most frequent features and the tokens on which those fire most strongly.',
    columns: [
      { label: 'lobe', type: 'number' },
      { label: 'features', type: 'number' },
      { label: 'mean rate', type: 'number', digits: 3 },
      { label: 'most frequent features', type: 'text' },
    ],
    rows: lobeTable.map(({ lobe, size, meanRate, features }) => [
      lobe + 1,
      size,
      meanRate,
      features
        .slice(0, TABLE_FEATURES)
        .map(({ feature, tokens }) => (tokens.length === 0 ? `${feature}` : `${feature} (${tokens.join(', ')})`))
        .join('; '),
    ]),
  };
}

/** How well the SAE reconstructs its layer on the documents, and what was read. */
export function fitTable({ fit, documents, layer }: LobesFields): TableFigure | undefined {
  if (fit === undefined) return undefined;
  const rows: (readonly [string, number | null])[] = [
    ['layer', layer ?? null],
    ['variance explained', fit.varianceExplained],
    ['variance explained without first tokens', fit.varianceExplainedWithoutFirst],
    ['features active on a token (L0)', fit.l0],
    ['mean squared error', fit.meanSquaredError],
    ['share of features never active', fit.deadShare],
    ['tokens measured', fit.tokens],
    ...(documents === undefined
      ? []
      : ([
          ['documents with a whole block', documents.used],
          ['documents held out', documents.heldOut],
          ['documents too short', documents.tooShort],
          ['documents cut', documents.cut],
          ['tokens read', documents.tokens],
        ] as const)),
  ];
  return {
    kind: 'table',
    id: 'fit',
    title: 'The SAE on these documents',
    summary: `The SAE explains ${percent(fit.varianceExplained)} of the layer's variance with ${number(fit.l0, 3)} features active on a token.`,
    columns: [
      { label: 'measure', type: 'text' },
      { label: 'value', type: 'number', digits: 4 },
    ],
    rows: rows.map(([label, value]) => [label, value !== null && Number.isFinite(value) ? value : null]),
  };
}

function lobeNames(lobes: number): string[] {
  return Array.from({ length: lobes }, (_, lobe) => `lobe ${lobe + 1}`);
}
