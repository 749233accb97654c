import { Random } from '../../math/random';
import { drawControls } from '../../math/units/controls';
import type { ControlKind } from '../../math/units/controls';
import { massiveUnits } from '../../math/units/massive';
import { countOf, selectLargest, sizeOf } from '../../math/units/selection';
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

/**
 * All conditions of a study: for every fraction the units of largest t, the same without massive units and those alone
 * (where some but not all are massive), and the controls' draws.
 * @throws UserError where a fraction selects none or leaves too few for a control
 */
export function conditionsOf(source: UnitSource, spec: AblationSpec, seed: number): Condition[] {
  const { layers, width, magnitude } = source;
  const massive = massiveUnits(magnitude, layers, width);
  return selections(source, spec).flatMap(({ fraction, mask }) => {
    const conditions: Condition[] = [{ fraction, units: 'selected', mask }];
    const alone = mask.map((bit, i) => bit & massive[i]!);
    if (sizeOf(alone) > 0) {
      conditions.push({ fraction, units: 'massive-alone', mask: alone });
      const without = mask.map((bit, i) => bit & (1 - massive[i]!));
      if (sizeOf(without) > 0) conditions.push({ fraction, units: 'selected-without-massive', mask: without });
    }
    const random = new Random(seed).fork(`ablation/${fraction}`);
    for (const kind of spec.randomSeeds === 0 ? [] : spec.controls) {
      const { masks } = drawControls(kind, { selected: mask, magnitude, layers, width }, spec.randomSeeds, random);
      for (let draw = 0; draw < spec.randomSeeds; draw += 1) {
        const units = layers * width;
        conditions.push({ fraction, units: kind, seed: draw, mask: masks.subarray(draw * units, (draw + 1) * units) });
      }
    }
    return conditions;
  });
}

function selections({ t, mask, layers, width }: UnitSource, spec: AblationSpec): { fraction: number; mask: Uint8Array }[] {
  const units = layers * width;
  if (t === undefined) return [{ fraction: sizeOf(mask!) / units, mask: mask! }];
  return spec.fractions.map((fraction) => ({ fraction, mask: selectLargest(t, countOf({ fraction }, units)) }));
}
