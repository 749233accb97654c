import type { ControlKind } from '../../math/units/controls';
import type { Axis, Role } from '../../shared/figure';
import { number } from '../../shared/words';
import type { AblationFields, EffectRow, GroupResult, TaskResult } from './result';

/** A task or the total, as figures take them. */
export interface Row {
  readonly name: string;
  readonly conditions: readonly Pick<
    TaskResult['conditions'][number],
    'fraction' | 'units' | 'seed' | 'deficit' | 'interval'
  >[];
  readonly effect: readonly EffectRow[];
}

/** A row that also says what massive units do. */
export interface MassiveRow extends Row {
  readonly massive: TaskResult['massive'];
}

/** The items of one condition of a text task. */
export interface GroupRow extends GroupResult {
  readonly name: string;
  readonly task: string;
}

export const CONTROL_ROLES: Readonly<Record<ControlKind, Role>> = {
  random: 'control-1',
  'random-layer-matched': 'control-2',
  'random-magnitude-matched': 'control-3',
};

/** Draws shown as points in one figure at most, so that figures stay small: beyond, the first draws of each kind. */
const MOST_POINTS = 20_000;

/** Deficits of a kind's draws at a fraction, in the order of drawing. */
export function drawsOf({ conditions }: Row, fraction: number, kind: ControlKind): number[] {
  return conditions.filter((row) => row.fraction === fraction && row.units === kind).map(({ deficit }) => deficit);
}

export function selectedOf({ conditions }: Row, fraction: number): Row['conditions'][number] {
  return conditions.find((row) => row.fraction === fraction && row.units === 'selected')!;
}

export function effectAt({ effect }: Row, fraction: number, kind: ControlKind): Row['effect'][number] {
  return effect.find((row) => row.fraction === fraction && row.control === kind)!;
}

/** How many draws of each kind are shown as points at each of `places`. */
export function pointsEach({ controls }: AblationFields, places: number): number {
  return Math.max(1, Math.floor(MOST_POINTS / Math.max(1, places * controls.length)));
}

export function deficitAxis(metric: 'accuracy' | 'loss'): Axis {
  return { label: metric === 'accuracy' ? 'Deficit (accuracy)' : 'Deficit (loss, nats per token)', type: 'linear' };
}

/** Five digits are more than a mark can show. */
export function short(value: number): number | null {
  return Number.isFinite(value) ? Number(withoutNoise(value).toPrecision(5)) : null;
}

/** A deficit in words, to three digits. */
export function inWords(value: number): string {
  return number(withoutNoise(value), 3);
}

/** What float64 leaves of deficits that cancel: no effect can be told from 0 below it. */
const NOISE = 1e-12;

function withoutNoise(value: number): number {
  return Math.abs(value) < NOISE ? 0 : value;
}
