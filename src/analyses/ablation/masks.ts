import { Random } from '../../math/random';
import { drawControls, obstacleTo } from '../../math/units/controls';
import type { ControlKind } from '../../math/units/controls';
import { massiveUnits } from '../../math/units/massive';
import { countOf, selectLargest, shareOf, sizeOf } from '../../math/units/selection';
import type { Ablation } from '../../models/transformer';
import { UserError } from '../../shared/errors';
import { number } from '../../shared/words';
import type { AblationSpec } from './spec';

/** One set of units to silence. */
export interface Condition {
  readonly fraction: number;
  readonly units: 'selected' | ControlKind | 'selected-without-massive' | 'massive-alone';
  /** Number of the draw, for controls. */
  readonly seed?: number;
  /** u8 [layers, width] */
  readonly mask: Uint8Array;
}

/**
 * A mask as the transformer takes it: silenced units become 0, or what `fill` holds for them.
 * @param mask u8 [layers, width]
 * @param fill f32 [layers, width]: every unit's mean
 */
export function ablationOf(mask: Uint8Array, fill?: Float32Array): Ablation {
  const keep = Float32Array.from(mask, (bit) => 1 - bit);
  return fill === undefined ? { keep } : { keep, fill: fill.map((value, i) => value * mask[i]!) };
}

/** Where the units come from: a ranking by t, or one mask. */
export interface UnitSource {
  readonly layers: number;
  readonly width: number;
  /** f64 [layers, width] */
  readonly t?: Float64Array;
  /** u8 [layers, width], where there is no ranking. */
  readonly mask?: Uint8Array;
  /** Mean |activation| of every unit, f64 [layers, width]. */
  readonly magnitude: Float64Array;
}

/** A fraction's selected units and their controls. */
export interface Sweep {
  readonly fraction: number;
  /** Units silenced. */
  readonly size: number;
  /** Massive units among them. */
  readonly massive: number;
}

/** Everything that is silenced in a study, in the order in which results list it. */
export interface Study {
  readonly sweeps: readonly Sweep[];
  readonly conditions: readonly Condition[];
}

/**
 * Whether a study can be made at all, which needs no forward pass: to be asked before one.
 * @returns fractions that select no unit and are left out
 * @throws UserError where all fractions select none, or one leaves too few for a control
 */
export function requireStudy(source: Omit<UnitSource, 'magnitude'>, spec: StudySettings): number[] {
  const { layers, width } = source;
  for (const { fraction, mask } of selections(source, spec)) {
    for (const kind of controlKinds(spec)) {
      const obstacle = obstacleTo(kind, { selected: mask, layers, width });
      if (obstacle === undefined) continue;
      throw new UserError(
        `Not enough units for the control ${kind} at fraction ${number(fraction, 3)}: ${obstacle}`,
        'Lower --fractions, leave that kind out of --controls, or go without controls (--random-seeds 0).',
      );
    }
  }
  return source.t === undefined ? [] : emptyFractions(spec, layers * width);
}

/**
 * All conditions of a study: for every fraction the units of largest t, the same without massive units and those alone
 * (where some but not all are massive), and the controls' draws.
 * @throws UserError where all fractions select none, or one leaves too few for a control
 */
export function studyOf(source: UnitSource, spec: StudySettings, seed: number): Study {
  const { layers, width, magnitude } = source;
  const massive = massiveUnits(magnitude, layers, width);
  const units = layers * width;
  const sweeps: Sweep[] = [];
  const conditions: Condition[] = [];
  for (const { fraction, mask } of selections(source, spec)) {
    const alone = mask.map((bit, i) => bit & massive[i]!);
    const without = mask.map((bit, i) => bit & (1 - massive[i]!));
    sweeps.push({ fraction, size: sizeOf(mask), massive: sizeOf(alone) });
    conditions.push({ fraction, units: 'selected', mask });
    if (sizeOf(alone) > 0 && sizeOf(without) > 0) {
      conditions.push({ fraction, units: 'selected-without-massive', mask: without });
      conditions.push({ fraction, units: 'massive-alone', mask: alone });
    }
    const random = new Random(seed).fork(`ablation/${fraction}`);
    for (const kind of controlKinds(spec)) {
      const { masks } = drawControls(kind, { selected: mask, magnitude, layers, width }, spec.randomSeeds, random);
      for (let draw = 0; draw < spec.randomSeeds; draw += 1) {
        conditions.push({ fraction, units: kind, seed: draw, mask: masks.subarray(draw * units, (draw + 1) * units) });
      }
    }
  }
  return { sweeps, conditions };
}

/** The usual share of units [LLN]. */
const USUAL_FRACTION = 0.01;

/** The fraction of bars, flips and the share of massive units: the one nearest 0.01. */
export function mainSweep({ sweeps }: Pick<Study, 'sweeps'>): Sweep {
  const distance = ({ fraction }: Sweep): number => Math.abs(fraction - USUAL_FRACTION);
  return sweeps.reduce((nearest, sweep) => (distance(sweep) < distance(nearest) ? sweep : nearest));
}

/** The settings that masks follow from. */
export type StudySettings = Pick<AblationSpec, 'fractions' | 'randomSeeds' | 'controls'>;

/** Kinds of controls in the order in which they were asked for, each once. */
export function controlKinds({ controls, randomSeeds }: StudySettings): ControlKind[] {
  return randomSeeds === 0 ? [] : [...new Set(controls)];
}

/** What tells a condition apart: in checkpoints and in maps. */
export function keyOf({ fraction, units, seed }: Pick<Condition, 'fraction' | 'units' | 'seed'>): string {
  return `${fraction}/${units}${seed === undefined ? '' : `/${seed}`}`;
}

function selections(
  { t, mask, layers, width }: Omit<UnitSource, 'magnitude'>,
  spec: StudySettings,
): { fraction: number; mask: Uint8Array }[] {
  const units = layers * width;
  if (t === undefined) return [{ fraction: sizeOf(mask!) / units, mask: mask! }];
  const empty = emptyFractions(spec, units);
  const fractions = [...new Set(spec.fractions)].filter((fraction) => !empty.includes(fraction));
  if (fractions.length === 0) {
    throw new UserError(
      `No fraction selects a unit: the largest, ${Math.max(...empty)}, is less than one of ${units}`,
      'Raise --fractions.',
    );
  }
  return fractions.map((fraction) => {
    const k = countOf({ fraction }, units);
    const selected = selectLargest(t, k);
    const found = sizeOf(selected);
    if (found === k) return { fraction, mask: selected };
    throw new UserError(
      `A fraction of ${fraction} asks for ${k} units, but only ${found} have a t`,
      'Lower --fractions.',
    );
  });
}

function emptyFractions({ fractions }: StudySettings, units: number): number[] {
  return [...new Set(fractions)].filter((fraction) => shareOf(fraction, units) === 0);
}
