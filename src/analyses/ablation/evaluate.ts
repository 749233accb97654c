import { Random } from '../../math/random';
import type { ControlKind } from '../../math/units/controls';
import type { Progress } from '../../shared/progress';
import { bootstrapDeficits, deficitOf, effectOf, intervalOf, valueOf } from './effects';
import { mainSweep } from './masks';
import type { Condition, Study, Sweep } from './masks';
import type { ItemScores, TaskPlan } from './plan';
import type { ConditionName, EffectRow, Flip, GroupResult, MassiveResult, TaskResult, TotalResult } from './result';

/** Flipped items listed per task at most. */
const MOST_FLIPS = 200;

/** What deficits are compared over: the study's conditions, in order, and the kinds of controls. */
export interface Comparison extends Study {
  readonly kinds: readonly ControlKind[];
  readonly seed: number;
}

/** Deficits in the order of the study's conditions, with the bootstrap draws that their intervals come from. */
interface Deficits {
  readonly deficits: Float64Array;
  readonly draws: readonly Float64Array[];
}

/**
 * Turns item scores into values, deficits, intervals and effects.
 * @param scores per task: the model as it is, then every condition
 */
export function* evaluate(
  plans: readonly TaskPlan[],
  scores: readonly (readonly ItemScores[])[],
  comparison: Comparison,
): Generator<Progress, { tasks: TaskResult[]; total?: TotalResult }> {
  const tasks: TaskResult[] = [];
  const accuracies: Deficits[] = [];
  for (const [i, plan] of plans.entries()) {
    yield { phase: 'Statistics', done: i, total: plans.length, unit: 'tasks' };
    const [baseline, ...ablated] = scores[i]! as [ItemScores, ...ItemScores[]];
    const random = new Random(comparison.seed).fork(`ablation/bootstrap/${plan.name}`);
    const draws = bootstrapDeficits(plan.metric, baseline, ablated, random);
    const before = valueOf(baseline);
    const deficits = Float64Array.from(ablated, (one) => deficitOf(plan.metric, before, valueOf(one)));
    tasks.push(taskResult(plan, baseline, ablated, { deficits, draws }, comparison));
    if (plan.metric === 'accuracy') accuracies.push({ deficits, draws });
  }
  return accuracies.length === 0 ? { tasks } : { tasks, total: totalOf(accuracies, comparison) };
}

function taskResult(
  plan: TaskPlan,
  baseline: ItemScores,
  ablated: readonly ItemScores[],
  { deficits, draws }: Deficits,
  comparison: Comparison,
): TaskResult {
  const { name, kind, metric, items } = plan;
  const before = valueOf(baseline);
  const flips = metric === 'accuracy' ? flipsOf(plan, baseline, ablated, comparison) : [];
  return {
    name,
    kind,
    metric,
    items,
    baseline: before,
    ...(baseline.normalized && { baselineNormalized: shareOf(baseline.normalized) }),
    ...(metric === 'loss' && { baselinePerplexity: Math.exp(before) }),
    conditions: listed(comparison).map(({ index, name: condition }) => {
      const { normalized } = ablated[index]!;
      const value = valueOf(ablated[index]!);
      return {
        ...condition,
        value,
        deficit: deficits[index]!,
        interval: intervalOf(draws[index]!),
        ...(normalized && { normalized: shareOf(normalized) }),
        ...(metric === 'loss' && { perplexity: Math.exp(value) }),
      };
    }),
    ...comparedOf(deficits, comparison),
    flipped: flips.length,
    flips: flips.slice(0, MOST_FLIPS),
    ...(plan.groups && { byCondition: groupsOf(plan.groups, baseline, ablated, comparison) }),
  };
}

function totalOf(tasks: readonly Deficits[], comparison: Comparison): TotalResult {
  const mean = (arrays: readonly Float64Array[]): Float64Array =>
    arrays[0]!.map((_, i) => arrays.reduce((sum, values) => sum + values[i]!, 0) / arrays.length);
  const deficits = mean(tasks.map((task) => task.deficits));
  return {
    tasks: tasks.length,
    conditions: listed(comparison).map(({ index, name }) => ({
      ...name,
      deficit: deficits[index]!,
      interval: intervalOf(mean(tasks.map(({ draws }) => draws[index]!))),
    })),
    ...comparedOf(deficits, comparison),
  };
}

function comparedOf(
  deficits: Float64Array,
  comparison: Comparison,
): Pick<TaskResult, 'effect' | 'massive' | 'massiveByFraction'> {
  const massiveByFraction = comparison.sweeps.map((sweep) => massiveOf(deficits, sweep, comparison));
  return {
    effect: effectsOf(deficits, comparison),
    massive: massiveByFraction[comparison.sweeps.indexOf(mainSweep(comparison))]!,
    massiveByFraction,
  };
}

function effectsOf(deficits: Float64Array, { sweeps, conditions, kinds }: Comparison): EffectRow[] {
  return sweeps.flatMap(({ fraction }) =>
    kinds.map((control) => {
      const draws = deficits.filter((_, i) => conditions[i]!.fraction === fraction && conditions[i]!.units === control);
      return { fraction, control, ...effectOf(deficits[find(conditions, fraction, 'selected')]!, draws) };
    }),
  );
}

/** Where none of the selected units is massive, or all are, one of the two masks is the selection and the other empty. */
function massiveOf(deficits: Float64Array, sweep: Sweep, { conditions }: Comparison): MassiveResult {
  const { fraction, massive: units, size } = sweep;
  const of = (kind: Condition['units']): number => deficits[find(conditions, fraction, kind)]!;
  if (units === 0) return { fraction, units, without: of('selected'), alone: 0 };
  if (units === size) return { fraction, units, without: 0, alone: of('selected') };
  return { fraction, units, without: of('selected-without-massive'), alone: of('massive-alone') };
}

function flipsOf(plan: TaskPlan, baseline: ItemScores, ablated: readonly ItemScores[], comparison: Comparison): Flip[] {
  const { scores } = ablated[find(comparison.conditions, mainSweep(comparison).fraction, 'selected')]!;
  return plan.rows.flatMap((row, i) =>
    baseline.scores[i] === 1 && scores[i] === 0 ? [{ row, text: plan.labels[i]! }] : [],
  );
}

function groupsOf(
  groups: readonly string[],
  baseline: ItemScores,
  ablated: readonly ItemScores[],
  comparison: Comparison,
): GroupResult[] {
  return [...new Set(groups)].map((condition) => {
    const inside = (values: Float64Array): Float64Array => values.filter((_, i) => groups[i] === condition);
    const lossOf = ({ scores, weights }: ItemScores): number =>
      valueOf({ scores: inside(scores), weights: inside(weights) });
    const before = lossOf(baseline);
    return {
      condition,
      items: groups.filter((group) => group === condition).length,
      baseline: before,
      conditions: listed(comparison).map(({ index, name }) => {
        const value = lossOf(ablated[index]!);
        return { ...name, value, deficit: value - before };
      }),
    };
  });
}

/** The conditions that results list: the masks by massiveness stand under `massive`. */
function listed({ conditions }: Study): { index: number; name: ConditionName }[] {
  return conditions.flatMap(({ fraction, units, seed }, index) =>
    units === 'selected-without-massive' || units === 'massive-alone'
      ? []
      : [{ index, name: { fraction, units, ...(seed !== undefined && { seed }) } }],
  );
}

function find(conditions: readonly Condition[], fraction: number, units: Condition['units']): number {
  return conditions.findIndex((condition) => condition.fraction === fraction && condition.units === units);
}

function shareOf(right: Float64Array): number {
  return right.reduce((sum, value) => sum + value, 0) / right.length;
}
