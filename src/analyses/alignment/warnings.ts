import { count, counted } from '../../shared/words';
import type { RunContext } from '../contract';
import type { Recording } from './data';
import type { Subjects } from './aggregate';

/** Names in a warning at most. */
const NAMED = 5;
/** Below so many subjects a bootstrap over them says little. */
const FEWEST_SUBJECTS = 5;

/** Missing values in all. Warns of them, and of targets that no row or only one value speaks for. */
export function checkResponses({ responses, targets, rows }: Recording, context: RunContext): number {
  const width = targets.length;
  const empty: string[] = [];
  const constant: string[] = [];
  const partial: string[] = [];
  let missing = 0;
  targets.forEach(({ id }, u) => {
    let [n, low, high] = [0, Infinity, -Infinity];
    for (let row = 0; row < rows; row += 1) {
      const value = responses[row * width + u]!;
      if (Number.isNaN(value)) continue;
      n += 1;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    missing += rows - n;
    if (n === 0) empty.push(id);
    else if (low === high) constant.push(id);
    else if (n < rows) partial.push(id);
  });
  if (empty.length > 0) context.warn(`${units(empty)} no response at all and no score: ${names(empty)}.`);
  if (constant.length > 0)
    context.warn(
      `${units(constant)} the same response everywhere and score 0, which enters the aggregate: ${names(constant)}.`,
    );
  if (partial.length > 0) {
    context.warn(`${units(partial)} missing responses, fitted on the rows that are there: ${names(partial)}.`);
  }
  return missing;
}

/** Warns of units that could not be scored in some or all folds, and of subjects too few for their interval. */
export function warnOfScores(
  foldScores: Float64Array,
  folds: number,
  { targets, responses, rows }: Recording,
  subjects: Subjects,
  context: RunContext,
): void {
  const width = targets.length;
  const short = targets.filter((_, u) => {
    const scored = Array.from({ length: folds }, (__, f) => foldScores[f * width + u]!);
    const answered = Array.from({ length: rows }, (__, row) => responses[row * width + u]!).some(
      (y) => !Number.isNaN(y),
    );
    return answered && scored.some(Number.isNaN);
  });
  if (short.length > 0) {
    const ids = short.map(({ id }) => id);
    context.warn(`${units(ids)} too few rows for some folds, which are left out of their mean: ${names(ids)}.`);
  }
  const many = subjects.names.length;
  if (many === 0 && targets.length > 0) {
    context.warn('All units are summary columns, which stay out of aggregates: there is no score over units.');
  }
  if (many > 1 && many < FEWEST_SUBJECTS) {
    context.warn(`Intervals are a bootstrap over ${many} subjects: too few to trust their width.`);
  }
}

/** Leave-one-out knows neither groups nor gaps: a left-out row's like stay among the training rows. */
export function warnOfLeaveOneOut({ runs, groups }: Recording, context: RunContext): void {
  if (runs.length === 0 && groups === undefined) return;
  const like = runs.length > 0 ? 'its neighbours in time' : 'the rest of its group';
  context.warn(
    `--alpha loo leaves out one row and trains on ${like}: penalties come out too small (nested holds groups and gaps out).`,
  );
}

/** "3 of 12 units have no ceiling": those are left out of the normalised aggregate. */
export function warnOfCeilings(without: number, of: number, context: RunContext): void {
  if (without > 0 && without < of) {
    context.warn(
      `${count(without)} of ${counted(of, 'unit')} have no ceiling and are left out of the normalised scores.`,
    );
  }
}

function units(ids: readonly string[]): string {
  return ids.length === 1 ? '1 unit has' : `${count(ids.length)} units have`;
}

function names(ids: readonly string[]): string {
  const more = ids.length - NAMED;
  return `${ids.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}`;
}
