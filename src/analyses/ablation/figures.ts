import type { AnalysisResult } from '../../shared/analysis';
import type { Figure } from '../../shared/figure';
import { number, percent } from '../../shared/words';
import { deficitBars } from './figure-bars';
import { doseResponse } from './figure-dose';
import { massiveUnits } from './figure-massive';
import { conditionTable, effectTable, flipTable } from './figure-tables';
import { continuationTable } from './generations';
import { inWords } from './figure-parts';
import type { GroupRow, MassiveRow } from './figure-parts';
import { fieldsOf } from './result';
import type { AblationFields, TaskResult } from './result';

/** What an ablation shows: bars by task, dose–response, massive units, effects, flipped items. */
export function ablationFigures(result: AnalysisResult): Figure[] {
  const fields = fieldsOf(result);
  const accuracy = fields.tasks.filter(({ metric }) => metric === 'accuracy');
  const texts = fields.tasks.filter(({ metric }) => metric === 'loss');
  const { total } = fields;
  const groups = groupsOf(texts);
  const swept = fields.sweeps.length > 1;
  return [
    ...(accuracy.length > 0 ? [deficitBars('accuracy', withTotal(accuracy, total), fields)] : []),
    ...(texts.length > 0 ? [deficitBars('loss', texts, fields)] : []),
    ...(groups.length > 0 ? [deficitBars('condition', groups, fields), conditionTable(groups, fields)] : []),
    ...(swept && total ? [doseResponse({ name: 'all accuracy tasks', metric: 'accuracy', ...total }, fields)] : []),
    ...(swept ? texts.map((text) => doseResponse(text, fields)) : []),
    ...(accuracy.length > 0 ? [massiveUnits('accuracy', withTotal(accuracy, total), fields)] : []),
    ...(texts.length > 0 ? [massiveUnits('loss', texts, fields)] : []),
    effectTable(withTotal(fields.tasks, total), fields),
    ...(accuracy.length > 0 ? [flipTable(accuracy, fields)] : []),
    ...(fields.generations.length > 0 ? [continuationTable(fields.generations)] : []),
  ];
}

/** One line for a table row or a lens. */
export function ablationSummary(result: AnalysisResult): string {
  const { total, tasks, mainFraction, sweeps } = fieldsOf(result);
  const { size } = sweeps.find(({ fraction }) => fraction === mainFraction)!;
  const measured = total ?? tasks[0]!;
  const selected = measured.conditions.find((row) => row.units === 'selected' && row.fraction === mainFraction)!;
  const what = total === undefined ? 'loss (nats per token)' : 'mean accuracy';
  const against = measured.effect
    .filter(({ fraction }) => fraction === mainFraction)
    .map((row) => `${row.control} ${inWords(row.median)} (p ${number(row.p, 2)})`);
  const rest = against.length === 0 ? '' : `; ${against.join(', ')}`;
  return `${size} units (${percent(mainFraction)}) silenced: deficit in ${what} ${inWords(selected.deficit)}${rest}`;
}

/** The conditions of text tasks, named after their task where several tasks have some. */
function groupsOf(texts: readonly TaskResult[]): GroupRow[] {
  const grouped = texts.filter(({ byCondition }) => byCondition !== undefined);
  return grouped.flatMap((task) =>
    task.byCondition!.map((group) => ({
      ...group,
      name: grouped.length > 1 ? `${task.name}: ${group.condition}` : group.condition,
      task: task.name,
    })),
  );
}

function withTotal<T extends Pick<TaskResult, 'name' | 'conditions' | 'effect' | 'massive'>>(
  tasks: readonly T[],
  total: AblationFields['total'],
): MassiveRow[] {
  return total === undefined || total.tasks < 2
    ? [...tasks]
    : [{ name: `mean of ${total.tasks} tasks`, ...total }, ...tasks];
}
