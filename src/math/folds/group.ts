import { UserError } from '../../shared/errors';
import { INNER_FOLDS } from '../folds';
import type { FoldPlan, InnerRule } from '../folds';
import { heldOut, planOf } from './contiguous';

/**
 * `group:COLUMN:K`: whole groups (passages, stories) are held out together. Groups go, largest first (ties: the one
 * that appears first), to the fold with the fewest rows so far (ties: the lowest), as in scikit-learn's `GroupKFold` but
 * for its ties. Inner folds are made the same way from the training groups: five, or as many as there are groups.
 * @param labels one per row
 * @throws UserError for fewer groups than folds, a single row held out alone, or training groups that allow no inner folds
 */
export function groupPlan(labels: readonly string[], column: string, k: number): FoldPlan {
  const rows = Int32Array.from(labels, (_, row) => row);
  const groups = new Set(labels).size;
  if (groups < k) {
    throw new UserError(
      `Column "${column}" has ${groups} groups, fewer than ${k} folds`,
      'Ask for fewer folds (--folds).',
    );
  }
  const innerOf: InnerRule = (train) => {
    const parts = groupParts(train, labels, INNER_FOLDS);
    const splits = parts.length < 2 ? [] : heldOut(train, parts);
    return splits.every((split) => split.train.length > 1) ? splits : [];
  };
  const parts = groupParts(rows, labels, k);
  const single = parts.find((part) => part.length < 2);
  if (single !== undefined) {
    throw new UserError(
      `group:${column}:${k}: group "${labels[single[0]!]!}" has one row and is held out alone: nothing to correlate`,
      `Ask for fewer folds (--folds group:${column}:${Math.max(2, k - 1)}), or join it with another group.`,
    );
  }
  return planOf(`group:${column}:${k}`, labels.length, parts, innerOf);
}

/** At most `k` test sets of whole groups, balanced by rows; rows ascending within each. */
function groupParts(rows: Int32Array, labels: readonly string[], k: number): Int32Array[] {
  const members = new Map<string, number[]>();
  for (const row of rows) {
    const label = labels[row]!;
    const list = members.get(label);
    if (list === undefined) members.set(label, [row]);
    else list.push(row);
  }
  const parts = Array.from({ length: Math.min(k, members.size) }, (): number[] => []);
  for (const list of [...members.values()].sort((a, b) => b.length - a.length)) {
    const smallest = parts.reduce((best, part) => (part.length < best.length ? part : best));
    for (const row of list) smallest.push(row);
  }
  return parts.map((part) => Int32Array.from(part).sort());
}
