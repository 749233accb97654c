import { mean, standardError } from '../../math/statistics';
import type { Moments } from '../../math/welch';
import type { Condition, Role } from './contrast';
import { HALVES, halfOf } from './halves';
import type { Half } from './halves';
import type { Responses } from './responses';
import { unitsIn } from '../../math/units/selection';

/** Mean ± s.e.m. over stimuli. */
export interface Response {
  readonly n: number;
  readonly mean: number;
  /** NaN for a single stimulus. */
  readonly sem: number;
}

/** The response of a unit set to one condition, in s.d. of each unit over all stimuli. */
export interface ConditionResponse extends Response {
  readonly condition: string;
  readonly role: Role;
}

/** Responses to held-out stimuli: both halves together, and each alone. */
export interface ProfileRow extends ConditionResponse {
  readonly halves: readonly (Response & { readonly chosenOn: Half; readonly measuredOn: Half })[];
}

/** Mean and s.d. (ddof 0) of every unit over all stimuli, for z-scores. */
export interface UnitScale {
  readonly mean: Float64Array;
  readonly sd: Float64Array;
}

/** @param moments over all stimuli */
export function unitScale({ n, mean: centre, variance }: Moments): UnitScale {
  return { mean: centre, sd: variance.map((v) => Math.sqrt((v * (n - 1)) / n)) };
}

/**
 * Cross-validated response profile: every stimulus is answered by the units that were chosen on the other half. Every
 * condition present has its row.
 * @param chosen u8 [units] by the half on which the units were chosen
 */
export function heldOutProfile(
  responses: Responses,
  scale: UnitScale,
  conditions: readonly Condition[],
  chosen: Readonly<Record<Half, Uint8Array>>,
): ProfileRow[] {
  const answers = {
    odd: meanResponses(responses, scale, chosen.even),
    even: meanResponses(responses, scale, chosen.odd),
  };
  return conditions.map((condition) => {
    const values = HALVES.map((half) => Float64Array.from(halfOf(condition, half), (row) => answers[half][row]!));
    const halves = HALVES.map((half, i) => ({
      chosenOn: half === 'odd' ? ('even' as const) : ('odd' as const),
      measuredOn: half,
      ...describe(values[i]!),
    }));
    const together = Float64Array.from([...values[0]!, ...values[1]!]);
    return { condition: condition.name, role: condition.role, ...describe(together), halves };
  });
}

/**
 * Response profile of control sets: every stimulus' response is averaged over the sets first.
 * @param masks u8 [sets, units]
 */
export function controlProfile(
  responses: Responses,
  scale: UnitScale,
  conditions: readonly Condition[],
  masks: Uint8Array,
): ConditionResponse[] {
  const { units, n } = responses;
  const sets = masks.length / units;
  const answers = new Float64Array(n);
  for (let set = 0; set < sets; set++) {
    const response = meanResponses(responses, scale, masks.subarray(set * units, (set + 1) * units));
    for (let row = 0; row < n; row++) answers[row]! += response[row]! / sets;
  }
  return conditions.map(({ name, role, rows }) => ({
    condition: name,
    role,
    ...describe(Float64Array.from(rows, (row) => answers[row]!)),
  }));
}

/** Mean z-score over a mask's units for every stimulus, f64 [n]; a unit without spread or with a non-finite value counts as 0. */
function meanResponses({ values, n, units }: Responses, scale: UnitScale, mask: Uint8Array): Float64Array {
  const chosen = unitsIn(mask);
  const answers = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    let sum = 0;
    for (const unit of chosen) {
      if (scale.sd[unit]! > 0) sum += (values[row * units + unit]! - scale.mean[unit]!) / scale.sd[unit]!;
    }
    answers[row] = sum / chosen.length;
  }
  return answers;
}

function describe(values: Float64Array): Response {
  return { n: values.length, mean: mean(values), sem: standardError(values) };
}
