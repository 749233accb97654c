import { UserError } from '../../shared/errors';
import { INNER_FOLDS } from '../folds';
import type { FoldPlan, InnerRule, Split } from '../folds';
import { contiguousParts, withInner } from './contiguous';

/** A recording without a break: its first row and how many. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

/**
 * `blocked:K:GAP`: K contiguous blocks of rows are held out in turn; rows closer than or at GAP rows to a tested row of
 * the same run are in neither set, so that no delayed response of a tested moment trains the model. A block that reaches
 * over the end of a run goes on in the next one; a gap never does. Inner folds: the same rule on the training rows.
 * @param runs cover the rows in order
 * @throws UserError for fewer rows than folds, blocks shorter than the gap, or no training rows left
 */
export function blockedPlan(runs: readonly Span[], k: number, gap: number): FoldPlan {
  const rows = runs.reduce((sum, run) => sum + run.length, 0);
  const name = `blocked:${k}:${gap}`;
  if (rows < k) throw new UserError(`${rows} rows are fewer than ${k} folds`, 'Ask for fewer folds (--folds).');
  const shortest = Math.floor(rows / k);
  if (shortest < gap) {
    throw new UserError(
      `${name}: blocks of ${shortest} rows are shorter than the gap of ${gap}`,
      'Ask for fewer folds or a smaller gap (--folds).',
    );
  }
  const runOf = new Int32Array(rows);
  runs.forEach(({ start, length }, run) => runOf.fill(run, start, start + length));
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const innerOf: InnerRule = (train) => {
    const splits = train.length < INNER_FOLDS ? [] : gapped(train, INNER_FOLDS, gap, runOf);
    return splits.every((split) => split.train.length > 1) ? splits : [];
  };
  return withInner(name, rows, gapped(all, k, gap, runOf), innerOf);
}

function gapped(rows: Int32Array, k: number, gap: number, runOf: Int32Array): Split[] {
  return contiguousParts(rows, k).map((test) => {
    const near = new Uint8Array(runOf.length);
    for (const row of test) {
      for (let other = Math.max(0, row - gap); other <= Math.min(runOf.length - 1, row + gap); other++) {
        if (runOf[other] === runOf[row]) near[other] = 1;
      }
    }
    return { train: rows.filter((row) => near[row] === 0), test };
  });
}
