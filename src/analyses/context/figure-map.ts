import type { MapFigure } from '../../shared/figure';
import { finite } from '../../shared/figure-parts';
import { counted, layerOrNone, number } from '../../shared/words';
import { scoreName } from '../alignment/figure-layers';
import type { ContextFields } from './result';
import { inWords, labelsOf } from './words';

/** Layer × length; `undefined` for a single layer or length, and where there is no score. */
export function lengthMap(fields: ContextFields): MapFigure | undefined {
  const { byLayer, byLength, lengths, best } = fields;
  if (byLayer.length < 2 || lengths.length < 2 || !Number.isFinite(best.score)) return undefined;
  const values = byLayer.flatMap((_, i) => byLength.map(({ layers }) => finite(layers[i]!.score)));
  const scores = values.filter((value) => value !== null);
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  const numbers = byLayer.map(({ layer }, i) => layer ?? i);
  const contiguous = numbers.every((layer, i) => layer === i);
  return {
    kind: 'map',
    id: 'length-map',
    title: 'Score of every layer and context length',
    summary: `${counted(byLayer.length, 'layer')} at ${counted(lengths.length, 'length')}, ${number(least, 3)} to ${number(most, 3)}; highest ${number(best.score, 3)} at ${layerOrNone(best.layer)} with ${inWords(best.length)}.`,
    x: { label: 'Context (tokens)', type: 'linear', names: labelsOf(lengths) },
    y: { label: 'Layer', type: 'linear', ...(!contiguous && { names: numbers.map(String) }) },
    value: scoreName(fields),
    rows: byLayer.length,
    columns: lengths.length,
    step: 1,
    min: values,
    max: values,
    scale: 'sequential',
    // Scores of neighbours are nearly equal: colours from 0 on would not tell them apart.
    range: most > least ? [least, most] : [least - 1, least],
  };
}
