import type { ChartFigure, Figure, MapFigure } from '../../shared/figure';
import { finite } from '../../shared/figure-parts';
import { counted, layerOrNone, number } from '../../shared/words';
import { largest } from './aggregate';
import { scoreName } from './figure-layers';
import type { AlignmentFields, Latency } from './result';

/** Word-locked responses by time: peak lag of every layer, and layer × lag; none where responses have no lags. */
export function latencyFigures(fields: AlignmentFields): Figure[] {
  const { latency } = fields;
  if (latency === undefined || largest(latency.layers.map(({ score }) => score)) < 0) return [];
  return [...(latency.layers.length > 1 ? [peakLags(latency, fields)] : []), lagMap(latency, fields)];
}

function peakLags({ layers, lags }: Latency, { aggregate }: AlignmentFields): ChartFigure {
  const [first, last] = [layers[0]!, layers.at(-1)!];
  return {
    kind: 'chart',
    id: 'latency',
    title: 'Peak lag by layer',
    summary: `Lag at which the ${aggregate} over units is largest, of ${counted(lags.length, 'lag')}: ${number(first.peakLag, 3)} s for ${layerOrNone(first.layer)}, ${number(last.peakLag, 3)} s for ${layerOrNone(last.layer)}.`,
    x: { label: 'Layer', type: 'linear' },
    y: { label: 'Peak lag (s)', type: 'linear' },
    series: [
      {
        name: 'peak lag',
        mark: 'line',
        role: 'selected',
        x: layers.map(({ layer }, i) => layer ?? i),
        y: layers.map(({ peakLag }) => finite(peakLag)),
        text: layers.map(({ score }) => `score ${number(score, 3)}`),
      },
    ],
  };
}

function lagMap({ layers, lags }: Latency, fields: AlignmentFields): MapFigure {
  const values = layers.flatMap(({ scores }) => scores.map(finite));
  const end = values.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0) || 1;
  const best = layers[largest(layers.map(({ score }) => score))]!;
  const numbers = layers.map(({ layer }, i) => layer ?? i);
  const contiguous = numbers.every((layer, i) => layer === i);
  return {
    kind: 'map',
    id: 'lag-map',
    title: 'Score of every layer and lag',
    summary: `The ${fields.aggregate} over units; highest ${number(best.score, 3)} at ${layerOrNone(best.layer)}, ${number(best.peakLag, 3)} s after the word.`,
    x: { label: 'Lag (s)', type: 'linear', names: lags.map((lag) => number(lag, 3)) },
    y: { label: 'Layer', type: 'linear', ...(!contiguous && { names: numbers.map(String) }) },
    value: scoreName(fields),
    rows: layers.length,
    columns: lags.length,
    step: 1,
    min: values,
    max: values,
    scale: 'diverging',
    range: [-end, end],
  };
}
