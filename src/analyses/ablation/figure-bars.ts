import type { ChartFigure, Series } from '../../shared/figure';
import { number, percent } from '../../shared/words';
import { CONTROL_ROLES, deficitAxis, drawsOf, effectAt, inWords, pointsEach, selectedOf, short } from './figure-parts';
import type { Row } from './figure-parts';
import type { AblationFields } from './result';

/** What the bars of a figure stand for. */
export type Bars = 'accuracy' | 'loss' | 'condition';

const HEADS: Readonly<Record<Bars, { id: string; title: string; x: string }>> = {
  accuracy: { id: 'deficits', title: 'Deficit by task', x: 'Task' },
  loss: { id: 'deficits-text', title: 'Rise in loss by text', x: 'Task' },
  condition: { id: 'deficits-condition', title: 'Rise in loss by condition', x: 'Condition' },
};

/** Bars of selected against random units by task, as in [LLN]'s figure of lesions; every draw a point on its bar. */
export function deficitBars(bars: Bars, rows: readonly Row[], fields: AblationFields): ChartFigure {
  const metric = bars === 'accuracy' ? 'accuracy' : 'loss';
  const { id, title, x: label } = HEADS[bars];
  const { mainFraction: fraction, controls, randomSeeds } = fields;
  const x = rows.map(({ name }) => name);
  const selected = rows.map((row) => selectedOf(row, fraction));
  return {
    kind: 'chart',
    id,
    title,
    summary: summaryOf(metric, rows, fields),
    x: { label, type: 'category' },
    y: deficitAxis(metric),
    series: [
      {
        name: 'selected',
        mark: 'bar',
        role: 'selected',
        x,
        y: selected.map(({ deficit }) => short(deficit)),
        low: selected.map(({ interval }) => short(interval[0])),
        high: selected.map(({ interval }) => short(interval[1])),
        interval: '95 % bootstrap interval over items',
      },
      ...controls.map((kind): Series => ({
        name: `${kind}, median`,
        mark: 'bar',
        role: CONTROL_ROLES[kind],
        x,
        y: rows.map((row) => short(effectAt(row, fraction, kind).median)),
        low: rows.map((row) => short(effectAt(row, fraction, kind).range[0])),
        high: rows.map((row) => short(effectAt(row, fraction, kind).range[1])),
        interval: `range of ${randomSeeds} draws`,
      })),
      ...controls.map((kind): Series => {
        const draws = rows.flatMap((row) =>
          drawsOf(row, fraction, kind)
            .slice(0, pointsEach(fields, rows.length))
            .map((deficit) => ({ name: row.name, deficit })),
        );
        return {
          name: `${kind}, each draw`,
          mark: 'points',
          role: CONTROL_ROLES[kind],
          beside: `${kind}, median`,
          x: draws.map(({ name }) => name),
          y: draws.map(({ deficit }) => short(deficit)),
        };
      }),
    ],
  };
}

function summaryOf(metric: 'accuracy' | 'loss', rows: readonly Row[], fields: AblationFields): string {
  const { mainFraction: fraction, controls, randomSeeds } = fields;
  const first = rows[0]!;
  const { deficit, interval } = selectedOf(first, fraction);
  const unit = metric === 'accuracy' ? 'in accuracy' : 'nats per token';
  const against = controls.map((kind) => {
    const { median, range, p } = effectAt(first, fraction, kind);
    return `${kind} ${inWords(median)} (${inWords(range[0])} to ${inWords(range[1])}, p = ${number(p, 2)})`;
  });
  const floor =
    controls.length === 0 ? '' : ` With ${randomSeeds} draws p cannot fall below ${number(1 / (1 + randomSeeds), 2)}.`;
  return (
    `With ${percent(fraction)} of the units silenced, ${first.name}: deficit ${inWords(deficit)} ${unit} ` +
    `(95 % interval ${inWords(interval[0])} to ${inWords(interval[1])})` +
    `${against.length === 0 ? '' : `; random units, median (range): ${against.join('; ')}`}.${floor}`
  );
}
