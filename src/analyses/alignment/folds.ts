import { basename } from 'node:path';
import { readNpyFile } from '../../data/npy-file';
import type { FoldPlan } from '../../math/folds';
import { blockedPlan } from '../../math/folds/blocked';
import type { Span } from '../../math/folds/blocked';
import { makeFolds, parseFolds } from '../../math/folds/choice';
import type { FoldChoice } from '../../math/folds/choice';
import { kfoldPlan } from '../../math/folds/contiguous';
import { groupPlan } from '../../math/folds/group';
import { UserError } from '../../shared/errors';
import type { RunContext } from '../contract';
import type { Recording } from './data';

/** How rows are held out, and what that says of which rows belong together. */
export interface Folds {
  readonly plan: FoldPlan;
  readonly kind: FoldChoice['kind'];
  /** Group of every row, where whole groups are held out. */
  readonly groups?: readonly string[];
  /** Stretches of rows in time, and how far apart rows must be: where folds are blocks. */
  readonly stretches?: readonly Span[];
  readonly gap: number;
}

const FOLDS = 5;

/**
 * The folds of `--folds`; by default whole groups where there are groups, whole runs of a time series (blocks where it
 * has few), else `kfold:5:0`.
 * @param text `--folds`; a path is absolute
 * @throws UserError where rows, groups or runs do not allow them
 */
export async function foldsOf(text: string | undefined, recording: Recording, context: RunContext): Promise<Folds> {
  if (text === undefined) return defaultFolds(recording, context);
  const choice = parseFolds(text);
  const { rows, labels, stretches, span } = recording;
  const assigned = choice.kind === 'file' ? await readAssigned(choice.path, context) : undefined;
  if (choice.kind === 'blocked' && choice.gap < span) {
    throw new UserError(
      `--folds ${text}: a gap of ${choice.gap} scans is shorter than the longest delay, ${span}: test scans would leak`,
      `Use blocked:${choice.k}:${span}.`,
    );
  }
  if (choice.kind === 'kfold' && span > 0) {
    context.warn(
      'Neighbouring scans are alike: shuffled folds of a time series overstate scores (--folds blocked:5:GAP).',
    );
  }
  const plan = makeFolds(choice.kind === 'file' ? { kind: 'file', path: basename(choice.path) } : choice, {
    rows,
    column: (name) => labels[name],
    columns: Object.keys(labels),
    runs: stretches,
    ...(assigned && { assigned }),
  });
  return {
    plan,
    kind: choice.kind,
    gap: choice.kind === 'blocked' ? choice.gap : span,
    ...(choice.kind === 'group' && { groups: labels[choice.column]! }),
    ...(choice.kind === 'blocked' && { stretches }),
  };
}

function defaultFolds({ rows, groups, runs, stretches, span }: Recording, context: RunContext): Folds {
  if (runs.length >= FOLDS) {
    const labels = runs.flatMap(({ run, length }) => Array<string>(length).fill(run));
    return { plan: groupPlan(labels, 'run', FOLDS), kind: 'group', groups: labels, gap: span };
  }
  if (runs.length > 0) return { plan: blockedPlan(runs, FOLDS, span), kind: 'blocked', stretches: runs, gap: span };
  const distinct = new Set(groups).size;
  if (groups !== undefined && distinct >= 3) {
    const plan = groupPlan(groups, 'group', Math.min(FOLDS, distinct));
    return { plan, kind: 'group', groups, gap: 0 };
  }
  if (groups !== undefined) {
    context.warn(
      `${distinct} groups are too few to hold whole groups out: folds are over single rows (kfold:5:0), and rows of one group lie on both sides.`,
    );
  }
  if (stretches.length > 0) {
    context.warn(
      'Words stand in running text and there are no groups: neighbours lie on both sides of a fold (--folds blocked:5:GAP).',
    );
  }
  return { plan: kfoldPlan(rows, FOLDS, 0), kind: 'kfold', gap: 0 };
}

async function readAssigned(path: string, context: RunContext): Promise<ArrayLike<number>> {
  context.recordInput(path, 'folds');
  const { data, shape } = await readNpyFile(path);
  if (shape.length === 1) return data;
  throw new UserError(`${path} has shape (${shape.join(', ')})`, 'Give one fold number per row: shape (rows,).');
}
