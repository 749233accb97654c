import type { TableFigure } from '../../shared/figure';
import { count, number, percent } from '../../shared/words';
import { selectedOf, short } from './figure-parts';
import type { GroupRow, Row } from './figure-parts';
import type { AblationFields, TaskResult } from './result';

/** Every task, fraction and kind of control: deficit, interval, controls, d, p. */
export function effectTable(rows: readonly Row[], { sweeps, controls }: AblationFields): TableFigure {
  return {
    kind: 'table',
    id: 'effects',
    title: 'Effects',
    summary:
      'Deficit of the selected units with its 95 % bootstrap interval over items, and how it stands among the draws of ' +
      'each control: d = (selected − mean)/s.d. of the draws, one-sided p = (1 + draws at least as large)/(1 + draws).',
    columns: [
      { label: 'Task', type: 'text' },
      { label: 'Units', type: 'text' },
      { label: 'Control', type: 'text' },
      { label: 'Deficit', type: 'number', digits: 3 },
      { label: 'Interval from', type: 'number', digits: 3 },
      { label: 'to', type: 'number', digits: 3 },
      { label: 'Control median', type: 'number', digits: 3 },
      { label: 'Control from', type: 'number', digits: 3 },
      { label: 'to', type: 'number', digits: 3 },
      { label: 'd', type: 'number', digits: 3 },
      { label: 'p', type: 'number', digits: 2 },
    ],
    rows: rows.flatMap((row) =>
      sweeps.flatMap(({ fraction }) => {
        const { deficit, interval } = selectedOf(row, fraction);
        const start = (control: string): (string | number | null)[] => [
          row.name,
          percent(fraction),
          control,
          short(deficit),
          ...interval.map(short),
        ];
        if (controls.length === 0) return [[...start('none'), null, null, null, null, null]];
        return row.effect
          .filter((effect) => effect.fraction === fraction)
          .map(({ control, median, range, d, p }) => [
            ...start(control),
            short(median),
            ...range.map(short),
            short(d),
            short(p),
          ]);
      }),
    ),
  };
}

/** Perplexity of every condition of the texts with the whole model and with the selected units silenced. */
export function conditionTable(groups: readonly GroupRow[], { mainFraction, sweeps }: AblationFields): TableFigure {
  const rows = groups.flatMap((group) =>
    sweeps.map(({ fraction }) => {
      const ablated = group.conditions.find((row) => row.units === 'selected' && row.fraction === fraction)!;
      return [
        group.task,
        group.condition,
        group.items,
        percent(fraction),
        short(group.baselinePerplexity),
        short(ablated.perplexity ?? NaN),
        short(ablated.deficit),
      ];
    }),
  );
  const [first] = groups;
  const ablated = first!.conditions.find((row) => row.units === 'selected' && row.fraction === mainFraction)!;
  return {
    kind: 'table',
    id: 'perplexity',
    title: 'Perplexity by condition',
    summary:
      `Perplexity over all tokens of a condition. ${first!.name}: ${number(first!.baselinePerplexity, 3)} with the whole ` +
      `model, ${number(ablated.perplexity ?? NaN, 3)} with ${percent(mainFraction)} of the units silenced.`,
    columns: [
      { label: 'Task', type: 'text' },
      { label: 'Condition', type: 'text' },
      { label: 'Items', type: 'number' },
      { label: 'Units', type: 'text' },
      { label: 'Whole model', type: 'number', digits: 4 },
      { label: 'Silenced', type: 'number', digits: 4 },
      { label: 'Rise in loss (nats)', type: 'number', digits: 3 },
    ],
    rows,
  };
}

/** Items that were right before the selected units were silenced and wrong after. */
export function flipTable(tasks: readonly TaskResult[], { mainFraction }: AblationFields): TableFigure {
  const flipped = tasks.reduce((sum, task) => sum + task.flipped, 0);
  const mended = tasks.reduce((sum, task) => sum + task.mended, 0);
  const items = tasks.reduce((sum, task) => sum + task.items, 0);
  const rows = tasks.flatMap(({ name, flips }) => flips.map(({ row, text }) => [name, row, text]));
  return {
    kind: 'table',
    id: 'flips',
    title: 'Items that flipped',
    summary:
      `${count(flipped)} of ${count(items)} items were right with the whole model and wrong with ${percent(mainFraction)} of the units silenced` +
      `${rows.length < flipped ? `; the first ${count(rows.length)} are listed, 200 per task at most` : ''}. ` +
      `The other way round, ${count(mended)} went from wrong to right.`,
    columns: [
      { label: 'Task', type: 'text' },
      { label: 'Row', type: 'number' },
      { label: 'Item', type: 'text' },
    ],
    rows,
  };
}
