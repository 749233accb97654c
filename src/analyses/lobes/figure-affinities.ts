import type { ChartFigure, Role, Series, TableFigure } from '../../shared/figure';
import { orNull } from '../../shared/figure-parts';
import { number } from '../../shared/words';
import { AFFINITY_TITLES } from './names';
import type { AffinityFields, LobesFields, NullFields } from './result';

/** A measure of a labelling with the null that the definitions name, and the stricter one. */
interface Measure {
  readonly id: string;
  readonly title: string;
  readonly axis: string;
  readonly value: (of: AffinityFields) => number;
  readonly of: (of: AffinityFields) => NullFields & { readonly withinDeciles: NullFields };
  /** What the first null is. */
  readonly null: string;
}

const AMI: Measure = {
  id: 'ami',
  title: 'Do lobes of co-firing agree with lobes of geometry?',
  axis: 'Adjusted mutual information',
  value: ({ ami }) => ami.value,
  of: ({ ami }) => ami,
  null: 'labels permuted',
};

const POSITION: Measure = {
  id: 'position',
  title: 'Can the lobe of a feature be told from its direction?',
  axis: 'Balanced accuracy',
  value: ({ position }) => position.balancedAccuracy,
  of: ({ position }) => position,
  null: 'Gaussian decoders',
};

/** AMI and balanced accuracy beside their nulls: by affinity, and by number of lobes where there are several. */
export function affinityCharts(fields: LobesFields): ChartFigure[] {
  const by = [AMI, POSITION].map((measure) => byAffinity(measure, fields));
  return fields.numbers.length === 1 ? by : [...by, ...[AMI, POSITION].map((measure) => byNumber(measure, fields))];
}

function byAffinity(measure: Measure, { affinities, lobes, draws }: LobesFields): ChartFigure {
  const shown = affinities.filter((one) => one.lobes === lobes);
  const names = shown.map(({ name }) => AFFINITY_TITLES[name]);
  return {
    kind: 'chart',
    id: `${measure.id}-by-affinity`,
    title: measure.title,
    summary: `${measure.axis} of ${lobes} lobes: ${shown.map((one) => sentence(measure, one)).join('; ')}. Intervals of the nulls: mean ± 2 s.d. of ${draws} draws.`,
    x: { label: 'Affinity', type: 'category' },
    y: { label: measure.axis, type: 'linear' },
    series: [
      {
        name: 'lobes',
        mark: 'bar',
        role: 'selected',
        x: names,
        y: shown.map(measure.value),
        text: shown.map((one) => sentence(measure, one)),
      },
      ...nullSeries(measure, shown, names, 'points'),
    ],
  };
}

function byNumber(measure: Measure, { affinities, numbers, draws }: LobesFields): ChartFigure {
  const main = affinities[0]!.name;
  const shown = numbers
    .map((lobes) => affinities.find((one) => one.name === main && one.lobes === lobes)!)
    .sort((a, b) => a.lobes - b.lobes);
  const x = shown.map(({ lobes }) => lobes);
  return {
    kind: 'chart',
    id: `${measure.id}-by-number`,
    title: `${measure.axis} by number of lobes`,
    summary: `${measure.axis} of lobes by ${AFFINITY_TITLES[main]}: ${shown.map((one) => `${one.lobes} lobes ${sentence(measure, one)}`).join('; ')}. Bands of the nulls: mean ± 2 s.d. of ${draws} draws.`,
    x: { label: 'Number of lobes', type: 'linear' },
    y: { label: measure.axis, type: 'linear' },
    series: [
      ...nullSeries(measure, shown, x, 'band'),
      { name: 'lobes', mark: 'line', role: 'selected', x, y: shown.map(measure.value) },
    ],
  };
}

function nullSeries(
  measure: Measure,
  shown: readonly AffinityFields[],
  x: readonly (string | number)[],
  mark: 'points' | 'band',
): Series[] {
  const series = (name: string, role: Role, pick: (of: AffinityFields) => NullFields): Series => ({
    name,
    mark,
    role,
    x,
    y: shown.map((one) => orNull(pick(one).nullMean)),
    low: shown.map((one) => orNull(pick(one).nullMean - 2 * pick(one).nullSd)),
    high: shown.map((one) => orNull(pick(one).nullMean + 2 * pick(one).nullSd)),
    interval: '± 2 s.d.',
    text: shown.map((one) => `z ${number(pick(one).z, 3)}, p ${number(pick(one).p, 2)}`),
  });
  if (shown.every((one) => measure.of(one).draws === 0)) return [];
  return [
    series(measure.null, 'control-1', measure.of),
    series('permuted within firing-rate deciles', 'control-2', (one) => measure.of(one).withinDeciles),
  ];
}

function sentence(measure: Measure, one: AffinityFields): string {
  const of = measure.of(one);
  const value = `${AFFINITY_TITLES[one.name]} ${number(measure.value(one), 3)}`;
  if (of.draws === 0) return value;
  return `${value} (z ${number(of.z, 3)} against ${measure.null}, ${number(of.withinDeciles.z, 3)} within deciles)`;
}

/** Every number of every labelling. */
export function affinityTable({ affinities, draws }: LobesFields): TableFigure {
  const tested = affinities.some((one) => one.documentTypes !== undefined);
  const columns = [
    ['lobes', 0],
    ['AMI', 4],
    ['AMI: null', 3],
    ['AMI: s.d.', 3],
    ['AMI: z', 3],
    ['AMI: p', 2],
    ['AMI: z in deciles', 3],
    ['AMI: p in deciles', 2],
    ['position', 4],
    ['position: null', 3],
    ['position: s.d.', 3],
    ['position: z', 3],
    ['position: p', 2],
    ['position: z in deciles', 3],
    ['position: p in deciles', 2],
    ...(tested
      ? ([
          ['types: χ²', 4],
          ['types: z', 3],
          ['types: p', 2],
        ] as const)
      : []),
  ] as const;
  return {
    kind: 'table',
    id: 'affinities',
    title: 'All labellings',
    summary: `Agreement with geometry (AMI) and balanced accuracy from position of every labelling, with both nulls of ${draws} draws${tested ? ', and whether document types differ in their top lobe' : ''}.`,
    columns: [
      { label: 'affinity', type: 'text' },
      ...columns.map(([label, digits]) => ({ label, type: 'number' as const, ...(digits === 0 ? {} : { digits }) })),
      { label: 'sizes', type: 'text' },
    ],
    rows: affinities.map(({ name, lobes, ami, position, documentTypes, sizes }) => [
      AFFINITY_TITLES[name],
      lobes,
      ...[ami.value, ...cells(ami), ...short(ami.withinDeciles)].map(orNull),
      ...[position.balancedAccuracy, ...cells(position), ...short(position.withinDeciles)].map(orNull),
      ...(tested ? [documentTypes?.chi2 ?? NaN, documentTypes?.z ?? NaN, documentTypes?.p ?? NaN].map(orNull) : []),
      sizes.join(', '),
    ]),
  };
}

function cells({ nullMean, nullSd, z, p }: NullFields): number[] {
  return [nullMean, nullSd, z, p];
}

function short({ z, p }: NullFields): number[] {
  return [z, p];
}
