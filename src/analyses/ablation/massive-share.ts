import { number, percent } from '../../shared/words';
import type { AblationFields, MassiveResult, TaskResult, TotalResult } from './result';

/**
 * How much of the selected units' deficit goes away when the massive ones among them are spared: (selected − without) /
 * selected, over the accuracy tasks; where there are none, over the first text.
 */
export function massiveShare({
  tasks,
  total,
}: {
  readonly tasks: readonly TaskResult[];
  readonly total?: TotalResult;
}): Pick<AblationFields, 'shareMassive' | 'massiveShare'> {
  const measured = total ?? tasks[0]!;
  const { massive } = measured;
  const { deficit } = measured.conditions.find(
    ({ units, fraction }) => units === 'selected' && fraction === massive.fraction,
  )!;
  const where = total === undefined ? `the loss on ${tasks[0]!.name}` : 'mean accuracy';
  if (massive.units === 0) {
    return {
      massiveShare: 0,
      shareMassive: 'None of the selected units is massive: none of the deficit is owed to them.',
    };
  }
  if (deficit <= 0) {
    return {
      massiveShare: NaN,
      shareMassive: `Silencing the selected units brings no deficit in ${where}, so that none can be owed to massive units.`,
    };
  }
  const share = (deficit - massive.without) / deficit;
  return { massiveShare: share, shareMassive: statement(massive, deficit, share, where) };
}

function statement({ units, without, alone }: MassiveResult, deficit: number, share: number, where: string): string {
  const said = share <= 0 ? 'None' : share >= 1 ? 'All' : `${percent(share)}`;
  return (
    `${said} of the deficit in ${where} is owed to massive units: ${number(deficit, 3)} with all selected units silenced, ` +
    `${number(without, 3)} without the ${units} massive ones among them, ${number(alone, 3)} with these alone.`
  );
}
