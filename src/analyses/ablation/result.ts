import type { ControlKind } from '../../math/units/controls';
import type { AnalysisResult } from '../../shared/analysis';
import type { Task } from '../../data/tasks/task';
import type { Effect } from './effects';
import type { GenerationSample } from './generations';
import type { Condition, Sweep } from './masks';

/** Which units were silenced. */
export interface ConditionName {
  readonly fraction: number;
  readonly units: 'selected' | ControlKind;
  readonly seed?: number;
}

/** A deficit with its 95 % bootstrap interval over items. */
export interface ConditionDeficit extends ConditionName {
  readonly deficit: number;
  readonly interval: readonly [low: number, high: number];
}

export interface ConditionResult extends ConditionDeficit {
  /** Accuracy, or mean loss per token in nats. */
  readonly value: number;
  /** Multiple choice: accuracy by log P per token of the choice. */
  readonly normalized?: number;
  /** Texts: exp(value). */
  readonly perplexity?: number;
}

export interface EffectRow extends Effect {
  readonly fraction: number;
  readonly control: ControlKind;
}

/** Deficits of the selected units without massive ones, and of the massive ones alone. */
export interface MassiveResult {
  readonly fraction: number;
  /** Massive units among the selected. */
  readonly units: number;
  readonly without: number;
  readonly alone: number;
}

/** An item that was right before the selected units were silenced and wrong after. */
export interface Flip {
  readonly row: number;
  readonly text: string;
}

/** The loss of the items of one condition of a text file. */
export interface GroupResult {
  readonly condition: string;
  readonly items: number;
  readonly baseline: number;
  readonly baselinePerplexity: number;
  readonly conditions: readonly ConditionResult[];
  readonly effect: readonly EffectRow[];
}

export interface TaskResult {
  readonly name: string;
  readonly kind: Task['kind'];
  readonly metric: 'accuracy' | 'loss';
  readonly items: number;
  readonly baseline: number;
  /** Accuracy of a guess; absent where there is none to speak of (suites, texts). */
  readonly chance?: number;
  readonly baselineNormalized?: number;
  readonly baselinePerplexity?: number;
  readonly conditions: readonly ConditionResult[];
  readonly effect: readonly EffectRow[];
  readonly massive: MassiveResult;
  readonly massiveByFraction: readonly MassiveResult[];
  /** Items right at baseline and wrong with the selected units of the main fraction: how many, and the first 200. */
  readonly flipped: number;
  readonly flips: readonly Flip[];
  /** Items wrong at baseline and right with these units silenced: the net change of accuracy is `mended − flipped`. */
  readonly mended: number;
  readonly byCondition?: readonly GroupResult[];
}

/** Mean deficit over the accuracy tasks. */
export interface TotalResult {
  readonly tasks: number;
  readonly conditions: readonly ConditionDeficit[];
  readonly effect: readonly EffectRow[];
  readonly massive: MassiveResult;
  readonly massiveByFraction: readonly MassiveResult[];
}

/** What stands under `result` in `result.json`. */
export interface AblationFields {
  readonly ablation: 'zero' | 'mean';
  readonly layers: number;
  readonly width: number;
  /** Fraction of bars and flips: the one nearest 0.01. */
  readonly mainFraction: number;
  readonly randomSeeds: number;
  readonly controls: readonly ControlKind[];
  readonly sweeps: readonly Sweep[];
  /** Rows of `masks.npy`. */
  readonly sets: readonly (Pick<Condition, 'fraction' | 'units' | 'seed'> & { readonly size: number })[];
  readonly tasks: readonly TaskResult[];
  /** Absent without accuracy tasks. */
  readonly total?: TotalResult;
  /** Continuations of prompts, to read the deficit in; empty where none were asked for. */
  readonly generations: readonly GenerationSample[];
  /** How much of the deficit is owed to massive units, in words and as a share of the selected units' deficit (NaN without one). */
  readonly shareMassive: string;
  readonly massiveShare: number;
}

/** The fields of an ablation's result. */
export function fieldsOf(result: AnalysisResult): AblationFields {
  return result.fields as unknown as AblationFields;
}
