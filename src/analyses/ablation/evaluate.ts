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
  const accuracies = new Sum();
  for (const [i, plan] of plans.entries()) {
    yield { phase: 'Statistics', done: i, total: plans.length, unit: 'tasks' };
    const [baseline, ...ablated] = scores[i]! as [ItemScores, ...ItemScores[]];
    const random = new Random(comparison.seed).fork(`ablation/bootstrap/${plan.name}`);
    const draws = bootstrapDeficits(plan.metric, baseline, ablated, random);
    const before = valueOf(baseline);
    const deficits = Float64Array.from(ablated, (one) => deficitOf(plan.metric, before, valueOf(one)));
    tasks.push(taskResult(plan, baseline, ablated, { deficits, draws }, comparison));
    if (plan.metric === 'accuracy') accuracies.add({ deficits, draws });
  }
  return accuracies.tasks === 0 ? { tasks } : { tasks, total: totalOf(accuracies, comparison) };
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
  const mended = metric === 'accuracy' ? flipsOf(plan, baseline, ablated, comparison, 0) : [];
  const flips = metric === 'accuracy' ? flipsOf(plan, baseline, ablated, comparison, 1) : [];
  return {
    name,
    kind,
    metric,
    items,
    baseline: before,
    ...(plan.chance !== undefined && { chance: plan.chance }),
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
    ...comparedOf(deficits, comparison, metric === 'accuracy' ? 1 / items : 0),
    flipped: flips.length,
    flips: flips.slice(0, MOST_FLIPS),
    mended: mended.length,
    ...(plan.groups && { byCondition: groupsOf(plan, baseline, ablated, comparison) }),
  };
}

/** Deficits summed over tasks as they come: the draws of a hundred tasks would fill gigabytes. */
class Sum implements Deficits {
  tasks = 0;
  deficits = new Float64Array(0);
  draws: readonly Float64Array[] = [];

  add({ deficits, draws }: Deficits): void {
    if (this.tasks === 0) {
      this.deficits = new Float64Array(deficits.length);
      this.draws = draws.map(({ length }) => new Float64Array(length));
    }
    this.tasks += 1;
    addTo(this.deficits, deficits);
    this.draws.forEach((sum, i) => addTo(sum, draws[i]!));
  }
}

function addTo(sum: Float64Array, values: Float64Array): void {
  for (let i = 0; i < sum.length; i += 1) sum[i]! += values[i]!;
}

function totalOf({ tasks, deficits: sums, draws }: Sum, comparison: Comparison): TotalResult {
  const deficits = sums.map((sum) => sum / tasks);
  return {
    tasks,
    conditions: listed(comparison).map(({ index, name }) => ({
      ...name,
      deficit: deficits[index]!,
      interval: intervalOf(draws[index]!.map((sum) => sum / tasks)),
    })),
    ...comparedOf(deficits, comparison, 0),
  };
}

function comparedOf(
  deficits: Float64Array,
  comparison: Comparison,
  resolution: number,
): Pick<TaskResult, 'effect' | 'massive' | 'massiveByFraction'> {
  const massiveByFraction = comparison.sweeps.map((sweep) => massiveOf(deficits, sweep, comparison));
  return {
    effect: effectsOf(deficits, comparison, resolution),
    massive: massiveByFraction[comparison.sweeps.indexOf(mainSweep(comparison))]!,
    massiveByFraction,
  };
}

function effectsOf(deficits: Float64Array, { sweeps, conditions, kinds }: Comparison, resolution: number): EffectRow[] {
  return sweeps.flatMap(({ fraction }) =>
    kinds.map((control) => {
      const draws = deficits.filter((_, i) => conditions[i]!.fraction === fraction && conditions[i]!.units === control);
      return { fraction, control, ...effectOf(deficits[find(conditions, fraction, 'selected')]!, draws, resolution) };
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

/** Items whose outcome changes with the selected units of the main fraction, from `before` (1: right). */
function flipsOf(
  plan: TaskPlan,
  baseline: ItemScores,
  ablated: readonly ItemScores[],
  comparison: Comparison,
  before: 0 | 1,
): Flip[] {
  const { scores } = ablated[find(comparison.conditions, mainSweep(comparison).fraction, 'selected')]!;
  return plan.rows.flatMap((row, i) =>
    baseline.scores[i] === before && scores[i] === 1 - before ? [{ row, text: plan.labels[i]! }] : [],
  );
}

function groupsOf(
  { name: task, groups = [] }: TaskPlan,
  baseline: ItemScores,
  ablated: readonly ItemScores[],
  comparison: Comparison,
): GroupResult[] {
  return [...new Set(groups)].map((condition) => {
    const inside = ({ scores, weights }: ItemScores): ItemScores => ({
      scores: scores.filter((_, i) => groups[i] === condition),
      weights: weights.filter((_, i) => groups[i] === condition),
    });
    const before = inside(baseline);
    const after = ablated.map(inside);
    const random = new Random(comparison.seed).fork(`ablation/bootstrap/${task}/${condition}`);
    const draws = bootstrapDeficits('loss', before, after, random);
    const loss = valueOf(before);
    const deficits = Float64Array.from(after, (one) => deficitOf('loss', loss, valueOf(one)));
    return {
      condition,
      items: before.scores.length,
      baseline: loss,
      baselinePerplexity: Math.exp(loss),
      conditions: listed(comparison).map(({ index, name }) => {
        const value = valueOf(after[index]!);
        const interval = intervalOf(draws[index]!);
        return { ...name, value, deficit: deficits[index]!, interval, perplexity: Math.exp(value) };
      }),
      effect: effectsOf(deficits, comparison, 0),
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
