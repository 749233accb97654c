import type { MapFigure } from '../../shared/figure';
import { finite } from '../../shared/figure-parts';
import { counted, number } from '../../shared/words';
import { scoreName } from '../alignment/figure-layers';
import type { ContextFields } from './result';
import { inWords, labelsOf } from './words';

/** Layer × length; `undefined` for a single layer or length, and where there is no score. */
export function lengthMap(fields: ContextFields): MapFigure | undefined {
  const { byLayer, byLength, lengths, best } = fields;
  if (byLayer.length < 2 || lengths.length < 2 || !Number.isFinite(best.score)) return undefined;
  const values = byLayer.flatMap((_, i) => byLength.map(({ layers }) => finite(layers[i]!.score)));
  const end = values.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0) || 1;
  const numbers = byLayer.map(({ layer }, i) => layer ?? i);
  const contiguous = numbers.every((layer, i) => layer === i);
  return {
    kind: 'map',
    id: 'length-map',
    title: 'Score of every layer and context length',
    summary: `${counted(byLayer.length, 'layer')} at ${counted(lengths.length, 'length')}; highest ${number(best.score, 3)} at layer ${best.layer} with ${inWords(best.length)}.`,
    x: { label: 'Context (tokens)', type: 'linear', names: labelsOf(lengths) },
    y: { label: 'Layer', type: 'linear', ...(!contiguous && { names: numbers.map(String) }) },
    value: scoreName(fields),
    rows: byLayer.length,
    columns: lengths.length,
    step: 1,
    min: values,
    max: values,
    scale: 'diverging',
    range: [-end, end],
  };
}
