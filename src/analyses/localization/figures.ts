import { percentile } from '../../math/statistics';
import type { AnalysisResult } from '../../shared/analysis';
import type {
  Axis,
  ChartFigure,
  Figure,
  MapFigure,
  Role as ColourRole,
  Series,
  TableFigure,
} from '../../shared/figure';
import { aggregate } from '../../shared/map-cells';
import { tHistogram } from './histogram';
import { fieldsOf } from './result';
import type { LocalizationFields } from './result';
import { perLayer } from './statistics';
import { count, counted, number, percent } from '../../shared/words';

/** Cells of the map in all, and per row at most: keeps `figures.json` far below 2 MB. */
const MAP_CELLS = 50_000;
const MAP_COLUMNS = 1000;
/** Percentile of |t| at which the map's colours saturate, so that a few extreme units do not bleach the rest. */
const MAP_SATURATION = 99.9;

/** What a localization shows. */
export function localizationFigures(result: AnalysisResult): Figure[] {
  const fields = fieldsOf(result);
  const figures: Figure[] = [
    selectedPerLayer(result, fields),
    tMap(result, fields),
    tHistogram(result, fields),
    ...(fields.profile.length === 0 ? [] : [responseProfiles(fields)]),
    topUnits(fields),
  ];
  const { untrained } = fields;
  return untrained === undefined ? figures : figures.map((figure) => ofRandomWeights(figure, untrained));
}

function ofRandomWeights(figure: Figure, seed: number): Figure {
  return {
    ...figure,
    title: `${figure.title} (random weights)`,
    summary: `Random weights (seed ${seed}), not the trained model. ${figure.summary}`,
  };
}

/** One line for a table row or a lens. */
export function localizationSummary(result: AnalysisResult): string {
  const { k, units, largest, reliability, untrained } = fieldsOf(result);
  const weights = untrained === undefined ? '' : `Random weights (seed ${untrained}): `;
  const dice = Number.isFinite(reliability.dice) ? `, split-half Dice ${number(reliability.dice, 2)}` : '';
  return `${weights}${count(k)} of ${counted(units, 'unit')}, largest t ${number(largest.t)} (layer ${largest.layer}, unit ${largest.unit})${dice}`;
}

function selectedPerLayer(result: AnalysisResult, fields: LocalizationFields): ChartFigure {
  const { perLayer: selected, layers, k } = fields;
  const x = Array.from({ length: layers }, (_, layer) => layer);
  const most = Math.max(...selected);
  const fullest = selected.indexOf(most);
  const empty = selected.filter((n) => n === 0).length;
  const matched =
    'random-layer-matched' in result.arrays
      ? ' The layer-matched and the magnitude-matched controls have the counts of the selected by design.'
      : '';
  return {
    kind: 'chart',
    id: 'selected-per-layer',
    title: 'Selected units per layer',
    summary:
      (k === 1
        ? `The one selected unit lies in layer ${fullest}; `
        : `Of the ${count(k)} selected units, layer ${fullest} holds the most (${count(most)}); `) +
      `${empty} of ${counted(layers, 'layer')} ${empty === 1 ? 'holds' : 'hold'} none. Units drawn at random would give ${number(k / layers, 2)} in each layer.${matched}`,
    x: { label: 'Layer', type: 'linear', range: [-0.6, layers - 0.4] },
    y: { label: 'Units', type: 'linear' },
    series: [
      { name: 'selected', mark: 'bar', role: 'selected', x, y: selected },
      ...('random' in result.arrays ? [randomSeries(result, fields)] : []),
    ],
  };
}

function randomSeries(result: AnalysisResult, { layers, width, units }: LocalizationFields): Series {
  const masks = result.arrays['random']!.data as Uint8Array;
  const seeds = masks.length / units;
  const counts = Array.from({ length: seeds }, (_, i) =>
    perLayer(masks.subarray(i * units, (i + 1) * units), layers, width),
  );
  const at = (percentage: number): number[] =>
    Array.from({ length: layers }, (_, layer) =>
      percentile(
        counts.map((inLayers) => inLayers[layer]!),
        percentage,
      ),
    );
  return {
    name: 'random',
    mark: 'points',
    role: 'control-1',
    x: Array.from({ length: layers }, (_, layer) => layer),
    y: at(50),
    low: at(0),
    high: at(100),
    interval: seeds === 1 ? 'one set' : `range of ${seeds} sets`,
  };
}

function tMap(result: AnalysisResult, fields: LocalizationFields): MapFigure {
  const { layers, width, largest, conditions } = fields;
  const t = result.arrays['t']!.data as Float64Array;
  const finite = t.filter(Number.isFinite);
  const end = Math.max(Number.MIN_VALUE, percentile(finite.map(Math.abs), MAP_SATURATION) || 1);
  const pixels = Math.max(1, Math.min(MAP_COLUMNS, Math.floor(MAP_CELLS / layers)));
  const cells = aggregate({ data: Float32Array.from(t), rows: layers, columns: width }, 0, width, pixels);
  const shown = (values: ArrayLike<number | null>): (number | null)[] =>
    Array.from(values, (value) => mapValue(value, end));
  const smallest = finite.reduce((least, value) => Math.min(least, value), Infinity);
  return {
    kind: 'map',
    id: 't-map',
    title: 'T-value of every unit',
    summary:
      `Welch's t of ${conditions[0]!.condition} against ${conditions[1]!.condition} for ${counted(layers, 'layer')} of ${counted(width, 'unit')}: ` +
      `from ${number(smallest)} to ${number(largest.t)}, the largest selected at layer ${largest.layer}, unit ${largest.unit}.`,
    x: { label: 'Unit', type: 'linear' },
    y: { label: 'Layer', type: 'linear' },
    value: 't',
    rows: layers,
    columns: width,
    step: cells.step,
    min: shown(cells.min),
    max: shown(cells.max),
    scale: 'diverging',
    range: [-end, end],
    array: 't.npy',
  };
}

/** JSON knows no infinity: it is drawn at the end of the scale. Five digits are more than a colour can show. */
function mapValue(value: number | null, end: number): number | null {
  if (value === null || Number.isNaN(value)) return null;
  return Number.isFinite(value) ? Number(value.toPrecision(5)) : Math.sign(value) * end;
}

function responseProfiles({ profile, profileRandom, controls, response }: LocalizationFields): ChartFigure {
  const described = profile.map(({ condition, mean }) => `${number(mean, 2)} to ${condition}`).join(', ');
  const bars = (name: string, role: ColourRole, rows: typeof profileRandom): Series => ({
    name,
    mark: 'bar',
    role,
    x: rows.map(({ condition }) => condition),
    y: rows.map(({ mean }) => mean),
    low: rows.map(({ mean, sem }) => (Number.isFinite(sem) ? mean - sem : null)),
    high: rows.map(({ mean, sem }) => (Number.isFinite(sem) ? mean + sem : null)),
    interval: '± s.e.m. over stimuli',
  });
  const sets = controls[0]?.seeds;
  const y: Axis = {
    label: `Response (z-score of ${response === 'signed' ? 'activation' : '|activation|'})`,
    type: 'linear',
  };
  return {
    kind: 'chart',
    id: 'response-profiles',
    title: 'Responses to held-out stimuli',
    summary:
      `Units chosen on one half of the stimuli answer the other half with ${described} (mean over units, in s.d. of each unit over all stimuli). ` +
      'Error bars are ± 1 standard error over stimuli.',
    x: { label: 'Condition', type: 'category' },
    y,
    series: [
      bars('selected on the other half', 'selected', profile),
      ...(sets === undefined
        ? []
        : [bars(`random (${sets === 1 ? 'one set' : `mean of ${sets} sets`})`, 'control-1', profileRandom)]),
    ],
  };
}

function topUnits({ topUnits: units, conditions, k, massive, response }: LocalizationFields): TableFigure {
  const what = response === 'signed' ? 'Mean' : 'Mean |a|';
  return {
    kind: 'table',
    id: 'top-units',
    title: 'Selected units of largest t',
    summary:
      (k === 1
        ? 'The one selected unit; '
        : `${units.length === k ? `All ${count(k)}` : `The first ${count(units.length)} of ${count(k)}`} selected units by t; `) +
      `${count(massive)} of the selected (${percent(massive / k)}) ${massive === 1 ? 'is' : 'are'} massive: among the three largest mean |activation| of their layer.`,
    columns: [
      { label: 'Rank', type: 'number' },
      { label: 'Layer', type: 'number' },
      { label: 'Unit', type: 'number' },
      { label: 't', type: 'number', digits: 5 },
      { label: 'df', type: 'number', digits: 4 },
      { label: 'p', type: 'number', digits: 3 },
      { label: 'q (FDR)', type: 'number', digits: 3 },
      ...conditions.map(({ condition }) => ({ label: `${what}, ${condition}`, type: 'number', digits: 4 }) as const),
      { label: 'Massive', type: 'text' },
    ],
    rows: units.map(({ layer, unit, t, df, p, q, means, massive: isMassive }, i) => [
      i + 1,
      layer,
      unit,
      finiteOr(t, t > 0 ? '∞' : '−∞'),
      finiteOr(df, null),
      p,
      q,
      ...means.map((mean) => finiteOr(mean, null)),
      isMassive ? 'yes' : 'no',
    ]),
  };
}

function finiteOr<T>(value: number, otherwise: T): number | T {
  return Number.isFinite(value) ? value : otherwise;
}
