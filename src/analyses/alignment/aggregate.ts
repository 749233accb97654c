import { mean, percentile } from '../../math/statistics';
import type { Target } from './data';

export type Average = 'median' | 'mean';

/** The targets of every subject, summary columns left out. */
export interface Subjects {
  readonly names: readonly string[];
  /** Indices of targets, by subject. */
  readonly members: readonly Int32Array[];
}

/** Groups targets by subject, in order of appearance; summary columns contain others and stay out. */
export function subjectsOf(targets: readonly Target[]): Subjects {
  const members = new Map<string, number[]>();
  targets.forEach(({ subject, summary }, i) => {
    if (summary) return;
    const known = members.get(subject);
    if (known === undefined) members.set(subject, [i]);
    else known.push(i);
  });
  return { names: [...members.keys()], members: [...members.values()].map((list) => Int32Array.from(list)) };
}

/**
 * One score per subject: median or mean over its units that have one.
 * @param scores f64 [targets], NaN = none
 * @returns f64 [subjects], NaN where a subject has no score
 */
export function subjectScores(scores: ArrayLike<number>, { members }: Subjects, average: Average): Float64Array {
  return Float64Array.from(members, (indices) => {
    const present = Float64Array.from(indices, (i) => scores[i]!).filter((value) => !Number.isNaN(value));
    return average === 'median' ? percentile(present, 50) : mean(present);
  });
}

/** Mean over the subjects that have a score; NaN where none has. @param bySubject f64 [subjects] */
export function overSubjects(bySubject: Float64Array): number {
  return mean(bySubject.filter((value) => !Number.isNaN(value)));
}

/** Median (or mean) over units within subject, then mean over subjects. @param scores f64 [targets] */
export function aggregateOf(scores: ArrayLike<number>, subjects: Subjects, average: Average): number {
  return overSubjects(subjectScores(scores, subjects, average));
}

/** r/ceiling, not clipped; NaN where a target has no positive ceiling. @returns f64 [targets] */
export function normalise(scores: ArrayLike<number>, targets: readonly Target[]): Float64Array {
  return Float64Array.from(targets, ({ ceiling }, i) => (ceiling > 0 ? scores[i]! / ceiling : NaN));
}

/** Mean over folds of f64 [folds, targets], folds without a score left out. @returns f64 [targets] */
export function overFolds(foldScores: Float64Array, folds: number, targets: number): Float64Array {
  return Float64Array.from({ length: targets }, (_, u) => {
    let sum = 0;
    let count = 0;
    for (let f = 0; f < folds; f += 1) {
      const score = foldScores[f * targets + u]!;
      if (Number.isNaN(score)) continue;
      sum += score;
      count += 1;
    }
    return sum / count;
  });
}

/** Index of the largest value, the first of equal ones; −1 where all are NaN. */
export function largest(values: ArrayLike<number>): number {
  let best = -1;
  for (let i = 0; i < values.length; i += 1) {
    if (!Number.isNaN(values[i]!) && (best < 0 || values[i]! > values[best]!)) best = i;
  }
  return best;
}
