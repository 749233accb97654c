import { UserError } from '../../shared/errors';
import { INNER_FOLDS } from '../folds';
import type { FoldPlan, InnerRule, Split } from '../folds';
import { Random } from '../random';

/**
 * The test sets of scikit-learn's `KFold(k)` without shuffling: contiguous parts in the order given, the first
 * `rows.length % k` of them one longer.
 */
export function contiguousParts(rows: Int32Array, k: number): Int32Array[] {
  const size = Math.floor(rows.length / k);
  const longer = rows.length % k;
  return Array.from({ length: k }, (_, part) => {
    const start = part * size + Math.min(part, longer);
    return rows.slice(start, start + size + (part < longer ? 1 : 0));
  });
}

/** Every part as a test set, the rows outside it for training. Both ascending where `rows` are. */
export function heldOut(rows: Int32Array, parts: readonly Int32Array[]): Split[] {
  return parts.map((test) => {
    const tested = new Set(test);
    return { train: rows.filter((row) => !tested.has(row)), test };
  });
}

/** Five unshuffled contiguous folds of the training rows, as `KFold(5)` in himalaya's `RidgeCV(cv=5)`. */
export const contiguousInner: InnerRule = (train) =>
  train.length < INNER_FOLDS ? [] : heldOut(train, contiguousParts(train, INNER_FOLDS));

/**
 * `kfold:K:SEED`: a permutation of the rows (xoshiro128**, Fisher–Yates, stream "folds" of the seed; not NumPy's) is
 * cut into K parts, the first `rows % K` of them one longer; each is a test set.
 * @throws UserError for fewer rows than folds, or training rows too few for the inner folds
 */
export function kfoldPlan(rows: number, k: number, seed: number): FoldPlan {
  if (rows < k) throw new UserError(`${rows} rows are fewer than ${k} folds`, 'Ask for fewer folds (--folds).');
  const parts = contiguousParts(new Random(seed, 'folds').permutation(rows), k).map((part) => part.sort());
  return planOf(`kfold:${k}:${seed}`, rows, parts, contiguousInner);
}

/**
 * Folds given by file.
 * @param assigned one number per row: the fold that tests it, −1 = never tested (always in training)
 * @throws UserError for anything but whole numbers ≥ −1, no fold at all, or too few training rows
 */
export function givenPlan(assigned: ArrayLike<number>, name: string): FoldPlan {
  const members = new Map<number, number[]>();
  for (let row = 0; row < assigned.length; row++) {
    const fold = assigned[row]!;
    if (!Number.isInteger(fold) || fold < -1) {
      throw new UserError(
        `${name}: row ${row} has fold ${fold}`,
        'Fold numbers are whole numbers from 0; −1 is never tested.',
      );
    }
    if (fold >= 0) members.set(fold, [...(members.get(fold) ?? []), row]);
  }
  if (members.size === 0) throw new UserError(`${name} tests no row`, 'Give rows fold numbers from 0.');
  const parts = [...members].sort(([a], [b]) => a - b).map(([, list]) => Int32Array.from(list));
  return planOf(name, assigned.length, parts, contiguousInner);
}

/** A plan whose training rows are all rows outside the test part. @throws UserError for too few training rows */
export function planOf(name: string, rows: number, parts: readonly Int32Array[], innerOf: InnerRule): FoldPlan {
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  return withInner(name, rows, heldOut(all, parts), innerOf);
}

/** A plan of the splits with their inner folds. @throws UserError where a split's training rows allow none */
export function withInner(name: string, rows: number, splits: readonly Split[], innerOf: InnerRule): FoldPlan {
  const outer = splits.map((split, fold) => {
    const inner = innerOf(split.train);
    if (inner.length < 2) {
      throw new UserError(
        `${name}: fold ${fold} leaves ${split.train.length} rows for training, too few to choose α by inner folds`,
        'Use fewer folds, a smaller gap or more rows.',
      );
    }
    return { ...split, inner };
  });
  return { rows, outer, name, innerOf };
}
