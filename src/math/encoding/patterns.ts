import { UserError } from '../../shared/errors';
import type { FoldPlan, OuterFold, Split } from '../folds';
import type { Dense } from '../gemm';
import type { Targets } from './encoding';

/** Units of one batch that miss the same training rows. */
export interface Pattern {
  readonly key: string;
  readonly present: Int32Array;
  readonly units: number[];
}

/** @throws UserError for a fold with fewer than two test rows, or too few training rows for its inner folds */
export function checkPlan(plan: FoldPlan): void {
  plan.outer.forEach((fold, index) => {
    if (fold.test.length >= 2 && innerFolds(plan, fold, fold.train) !== undefined) return;
    throw new UserError(
      `${plan.name}: fold ${index} has ${fold.train.length} rows for training and ${fold.test.length} for testing`,
      'Use fewer folds or more rows.',
    );
  });
}

/** Inner folds of the rows that are there; undefined where they are too few. */
export function innerFolds(plan: FoldPlan, fold: OuterFold, present: Int32Array): readonly Split[] | undefined {
  let inner: readonly Split[];
  if (present.length === fold.train.length) inner = fold.inner;
  else if (plan.innerOf !== undefined) inner = plan.innerOf(present);
  else {
    const kept = new Set(present);
    inner = fold.inner
      .map(({ train, test }) => ({
        train: train.filter((row) => kept.has(row)),
        test: test.filter((row) => kept.has(row)),
      }))
      .filter(({ test }) => test.length > 0);
  }
  return inner.length >= 2 && inner.every(({ train }) => train.length >= 2) ? inner : undefined;
}

/** f64 [units, rows] of the given rows and units. */
export function trainingTargets(targets: Targets, rows: Int32Array, units: readonly number[]): Dense {
  const data = new Float64Array(units.length * rows.length);
  for (let target = 0; target < units.length; target++) {
    const unit = units[target]!;
    for (let i = 0; i < rows.length; i++) {
      data[target * rows.length + i] = targets.data[rows[i]! * targets.units + unit]!;
    }
  }
  return { data, dims: [units.length, rows.length] };
}

/** Groups units by the training rows that they miss. */
export function patternsOf({ data, units }: Targets, train: Int32Array): Pattern[] {
  const patterns = new Map<string, Pattern>();
  const gaps = new Uint8Array(units);
  for (const row of train)
    for (let unit = 0; unit < units; unit++) gaps[unit]! |= Number(isGap(data[row * units + unit]!));
  for (let unit = 0; unit < units; unit++) {
    const missing = gaps[unit] === 0 ? NONE : train.filter((row) => isGap(data[row * units + unit]!));
    const key = missing.join(' ');
    const known = patterns.get(key);
    if (known !== undefined) {
      known.units.push(unit);
      continue;
    }
    const present = missing.length === 0 ? train : train.filter((row) => !isGap(data[row * units + unit]!));
    patterns.set(key, { key, present, units: [unit] });
  }
  return [...patterns.values()];
}

const NONE = new Int32Array(0);

const isGap = (value: number): boolean => Number.isNaN(value);
