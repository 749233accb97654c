import type { TableFigure } from '../../shared/figure';
import { finite } from '../../shared/figure-parts';
import { count, counted, layerOrNone } from '../../shared/words';
import { scoreName } from '../alignment/figure-layers';
import type { ContextFields } from './result';
import { inWords } from './words';

/** Every length with its best layer. */
export function lengthTable(fields: ContextFields): TableFigure {
  const { byLength, words, sharing } = fields;
  const saved =
    sharing.windows === 0
      ? ''
      : ` ${count(sharing.windowTokens)} tokens of ${count(sharing.windows)} windows were read from ${count(sharing.tokens)}.`;
  return {
    kind: 'table',
    id: 'lengths-table',
    title: 'Context lengths',
    summary: `The best layer of every length, of ${counted(words, 'word')}; gain: over the same layer at the shortest length; whole: words that have no more tokens before them.${saved}`,
    columns: [
      { label: 'Length', type: 'text' },
      { label: 'Best layer', type: 'number' },
      { label: `Score (${scoreName(fields)})`, type: 'number', digits: 4 },
      { label: 'from', type: 'number', digits: 3 },
      { label: 'to', type: 'number', digits: 3 },
      { label: 'Gain', type: 'number', digits: 3 },
      { label: 'gain from', type: 'number', digits: 3 },
      { label: 'gain to', type: 'number', digits: 3 },
      { label: 'Layer chosen on training rows', type: 'number', digits: 4 },
      { label: 'Of ceiling', type: 'number', digits: 3 },
      { label: 'p', type: 'number', digits: 3 },
      { label: 'Whole', type: 'number' },
    ],
    rows: byLength.map(({ length, layers, gains, best, p, wholeWords }) => {
      const gain = gains[layers.findIndex(({ layer }) => layer === best.layer)];
      const gained = [gain?.score, gain?.interval[0], gain?.interval[1]];
      return [
        String(length),
        best.layer,
        ...[best.score, ...best.interval, ...gained, best.nestedScore, best.normalised, p].map(finite),
        wholeWords,
      ];
    }),
  };
}

/** Every layer with the length that suits it best, and the one from which on its curve is flat. */
export function layerTable(fields: ContextFields): TableFigure {
  const { byLayer, best } = fields;
  const plateau = byLayer.find(({ layer }) => layer === best.layer)?.plateau ?? null;
  return {
    kind: 'table',
    id: 'layers-table',
    title: 'Layers',
    summary: `95 %: the shortest length whose score reaches 95 % of the layer's largest; ${plateau === null ? 'the best layer has no positive score' : `${inWords(plateau)} for ${layerOrNone(best.layer)}, the best`}.`,
    columns: [
      { label: 'Layer', type: 'number' },
      { label: 'Best length', type: 'text' },
      { label: `Score (${scoreName(fields)})`, type: 'number', digits: 4 },
      { label: '95 % from', type: 'text' },
    ],
    rows: byLayer.map(({ layer, bestLength, score, plateau: flat }) => [
      layer,
      bestLength === null ? null : String(bestLength),
      finite(score),
      flat === null ? null : String(flat),
    ]),
  };
}
