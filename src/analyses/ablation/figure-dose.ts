import type { ChartFigure, Series } from '../../shared/figure';
import { percent } from '../../shared/words';
import { CONTROL_ROLES, deficitAxis, drawsOf, effectAt, inWords, pointsEach, selectedOf, short } from './figure-parts';
import type { Row } from './figure-parts';
import type { AblationFields } from './result';

/** Deficit over the share of units silenced: the selected units' line, the controls' medians with range and draws. */
export function doseResponse(row: Row & { readonly metric: 'accuracy' | 'loss' }, fields: AblationFields): ChartFigure {
  const { controls, randomSeeds } = fields;
  const fractions = fields.sweeps.map(({ fraction }) => fraction).sort((a, b) => a - b);
  const x = fractions.map((fraction) => 100 * fraction);
  const selected = fractions.map((fraction) => selectedOf(row, fraction));
  const ends = [selected[0]!, selected.at(-1)!];
  return {
    kind: 'chart',
    id: row.metric === 'accuracy' ? 'dose-response' : `dose-response-${row.name}`,
    title: `Deficit over the share of silenced units: ${row.name}`,
    summary:
      `From ${percent(ends[0]!.fraction)} to ${percent(ends[1]!.fraction)} of the units silenced, the deficit goes from ` +
      `${inWords(ends[0]!.deficit)} to ${inWords(ends[1]!.deficit)} for the selected units` +
      `${controls.map((kind) => `, median from ${inWords(effectAt(row, fractions[0]!, kind).median)} to ${inWords(effectAt(row, fractions.at(-1)!, kind).median)} for ${kind}`).join('')}.`,
    x: { label: 'Units silenced (%)', type: 'log' },
    y: deficitAxis(row.metric),
    series: [
      ...controls.map((kind): Series => ({
        name: `${kind}, median`,
        mark: 'band',
        role: CONTROL_ROLES[kind],
        x,
        y: fractions.map((fraction) => short(effectAt(row, fraction, kind).median)),
        low: fractions.map((fraction) => short(effectAt(row, fraction, kind).range[0])),
        high: fractions.map((fraction) => short(effectAt(row, fraction, kind).range[1])),
        interval: `range of ${randomSeeds} draws`,
      })),
      ...controls.map((kind): Series => {
        const draws = fractions.flatMap((fraction) =>
          drawsOf(row, fraction, kind)
            .slice(0, pointsEach(fields, fractions.length))
            .map((deficit) => ({ at: 100 * fraction, deficit })),
        );
        return {
          name: `${kind}, each draw`,
          mark: 'points',
          role: CONTROL_ROLES[kind],
          x: draws.map(({ at }) => at),
          y: draws.map(({ deficit }) => short(deficit)),
        };
      }),
      {
        name: 'selected',
        mark: 'line',
        role: 'selected',
        x,
        y: selected.map(({ deficit }) => short(deficit)),
        low: selected.map(({ interval }) => short(interval[0])),
        high: selected.map(({ interval }) => short(interval[1])),
        interval: '95 % bootstrap interval over items',
      },
    ],
  };
}
