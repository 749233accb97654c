import type { ControlKind } from '../../math/units/controls';
import type { RunContext } from '../contract';
import { number } from '../../shared/words';
import type { TaskResult } from './result';

/** Draws that p < 0.05 needs at least: 1/(1 + 19) = 0.05. */
const ENOUGH_DRAWS = 19;

/** Says where the controls cannot carry what a reader may take from them. */
export function warnOf(
  draws: number,
  kinds: readonly ControlKind[],
  tasks: readonly TaskResult[],
  context: Pick<RunContext, 'warn'>,
): void {
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
    const names = heavy.slice(0, 3).map(({ name }) => name);
    const rest = heavy.length > names.length ? ` and ${heavy.length - names.length} more` : '';
    context.warn(
      `Some draws of ${kind} lie far above the others (${names.join(', ')}${rest}), as sets with massive units do: ` +
        'their mean, s.d. and d mean little there; read the median, the range and p.',
    );
  }
}
