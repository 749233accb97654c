import type { ControlKind } from '../../math/units/controls';
import type { RunContext } from '../contract';
import { number } from '../../shared/words';
import type { TaskResult } from './result';

/** Draws that p < 0.05 needs at least: 1/(1 + 19) = 0.05. */
const ENOUGH_DRAWS = 19;

/** Says where neither the tasks nor the controls can carry what a reader may take from them. */
export function warnOf(
  draws: number,
  kinds: readonly ControlKind[],
  tasks: readonly TaskResult[],
  context: Pick<RunContext, 'warn'>,
): void {
  warnOfFloor(tasks, context);
  if (kinds.length === 0) return;
  if (draws < ENOUGH_DRAWS) {
    context.warn(
      `With ${draws} random ${draws === 1 ? 'set' : 'sets'} of each kind p cannot fall below ${number(1 / (1 + draws), 2)}, ` +
        `so that no effect can reach 0.05: use --random-seeds ${ENOUGH_DRAWS} or more.`,
    );
  }
  for (const kind of kinds) {
    const heavy = tasks.filter(({ effect }) => effect.some(({ control, heavyTail }) => control === kind && heavyTail));
    if (heavy.length === 0) continue;
    context.warn(
      `Some draws of ${kind} lie far above the others (${namesOf(heavy)}), as sets with massive units do: ` +
        'their mean, s.d. and d mean little there; read the median, the range and p.',
    );
  }
}

/** What the whole model cannot do, silencing cannot take from it. */
function warnOfFloor(tasks: readonly TaskResult[], context: Pick<RunContext, 'warn'>): void {
  const low = tasks.filter(({ metric, baseline, chance = 0 }) => metric === 'accuracy' && baseline <= chance);
  if (low.length === 0) return;
  const accuracies = tasks.filter(({ metric }) => metric === 'accuracy').length;
  context.warn(
    `The whole model is not above chance in ${low.length} of ${accuracies} accuracy tasks (${namesOf(low)}): ` +
      'they cannot show a deficit, and the mean over tasks counts them.',
  );
}

function namesOf(tasks: readonly TaskResult[]): string {
  const names = tasks.slice(0, 3).map(({ name }) => name);
  return names.join(', ') + (tasks.length > names.length ? ` and ${tasks.length - names.length} more` : '');
}
