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
import { counted } from '../../shared/words';
import type { RunContext } from '../contract';
import { subjectsOf } from './aggregate';
import { clustersOf } from './clusters';
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
/** Fewer groups are not held out whole by default: one of two would leave a single group to train on. */
export const FEWEST_GROUPS = 3;
/** Below so many clusters a bootstrap over them says little. */
const FEWEST_CLUSTERS = 5;
/** Below so many held-out rows a warning: Pearson's r has a standard error of 1/√(rows − 1). */
const FEWEST_TESTED = 8;

/**
 * The folds of `--folds`; by default whole groups where there are groups, whole runs of a time series (blocks where it
 * has few), else `kfold:5:0`.
 * @param text `--folds`; a path is absolute
 * @throws UserError where rows, groups or runs do not allow them
 */
export async function foldsOf(text: string | undefined, recording: Recording, context: RunContext): Promise<Folds> {
  const folds = text === undefined ? defaultFolds(recording, context) : await chosenFolds(text, recording, context);
  warnOfFolds(folds.plan, recording, context);
  warnOfClusters(folds, recording, context);
  return folds;
}

/** Warns where one subject's intervals come from too few groups, runs or rows. */
function warnOfClusters({ groups }: Folds, recording: Recording, context: RunContext): void {
  if (subjectsOf(recording.targets).names.length !== 1) return;
  const { count, what } = clustersOf(recording, groups);
  if (count < FEWEST_CLUSTERS) {
    context.warn(`Intervals are a bootstrap over ${count} ${what}: too few to trust their width.`);
  }
}

/** Warns of what folds leave on both sides, and of test rows too few for a correlation. */
function warnOfFolds(plan: FoldPlan, { runs, span, groups }: Recording, context: RunContext): void {
  const fewest = plan.outer.reduce((least, { test }) => Math.min(least, test.length), Infinity);
  if (fewest < FEWEST_TESTED) {
    context.warn(
      `A fold holds out only ${fewest} rows: correlations over so few are mostly noise (${plan.name}; fewer folds hold out more).`,
    );
  }
  if (runs.length > 0) {
    const near = leaking(plan, runs, Math.max(1, span));
    if (near > 0) {
      context.warn(
        `${counted(near, 'held-out scan')} of ${plan.name} lie within ${counted(Math.max(1, span), 'scan')} of training scans of the same run: neighbours are alike, and scores are overstated (--folds blocked:5:GAP).`,
      );
    }
  }
  const split = groups === undefined ? 0 : splitGroups(plan, groups);
  if (split > 0) {
    context.warn(
      `${counted(split, 'group')} of ${new Set(groups).size} have rows on both sides of a fold of ${plan.name}: scores may be overstated.`,
    );
  }
}

/** Test rows with a training row at most `span` rows away in their run. */
function leaking({ outer, rows }: FoldPlan, runs: Recording['runs'], span: number): number {
  const runOf = new Int32Array(rows);
  runs.forEach(({ start, length }, r) => runOf.fill(r, start, start + length));
  let count = 0;
  for (const { train, test } of outer) {
    const trained = new Uint8Array(rows);
    for (const row of train) trained[row] = 1;
    for (const row of test) {
      let near = false;
      for (let at = Math.max(0, row - span); at <= Math.min(rows - 1, row + span); at += 1) {
        near ||= trained[at] === 1 && runOf[at] === runOf[row];
      }
      count += Number(near);
    }
  }
  return count;
}

async function chosenFolds(text: string, recording: Recording, context: RunContext): Promise<Folds> {
  const choice = parseFolds(text);
  const { rows, labels, stretches, span } = recording;
  const assigned = choice.kind === 'file' ? await readAssigned(choice.path, context) : undefined;
  if (choice.kind === 'blocked' && choice.gap < span) {
    throw new UserError(
      `--folds ${text}: a gap of ${choice.gap} scans is shorter than the longest delay, ${span}: test scans would leak`,
      `Use blocked:${choice.k}:${span}.`,
    );
  }
  const plan = makeFolds(choice.kind === 'file' ? { kind: 'file', path: basename(choice.path) } : choice, {
    rows,
    column: (name) => (Object.hasOwn(labels, name) ? labels[name] : undefined),
    columns: Object.keys(labels),
    runs: stretches,
    ...(assigned && { assigned }),
  });
  const groups = choice.kind === 'group' ? labels[choice.column]! : wholeGroups(plan, recording);
  return {
    plan,
    kind: choice.kind,
    gap: choice.kind === 'blocked' ? choice.gap : span,
    ...(groups && { groups }),
    ...(choice.kind === 'blocked' && { stretches }),
  };
}

/** The recording's groups where folds given by file, or blocks, happen to hold each of them out whole. */
function wholeGroups(plan: FoldPlan, { groups }: Recording): readonly string[] | undefined {
  return groups !== undefined && splitGroups(plan, groups) === 0 ? groups : undefined;
}

/** Groups with rows on both sides of a fold. */
function splitGroups({ outer }: FoldPlan, groups: readonly string[]): number {
  const split = new Set<string>();
  for (const { train, test } of outer) {
    const tested = new Set(Array.from(test, (row) => groups[row]!));
    for (const row of train) if (tested.has(groups[row]!)) split.add(groups[row]!);
  }
  return split.size;
}

function defaultFolds({ rows, groups, runs, stretches, span }: Recording, context: RunContext): Folds {
  if (runs.length >= FOLDS) {
    const labels = runs.flatMap(({ run, length }) => Array<string>(length).fill(run));
    return { plan: groupPlan(labels, 'run', FOLDS), kind: 'group', groups: labels, gap: span };
  }
  if (runs.length > 0) return { plan: blockedPlan(runs, FOLDS, span), kind: 'blocked', stretches: runs, gap: span };
  const distinct = new Set(groups).size;
  if (groups !== undefined && distinct >= FEWEST_GROUPS) {
    const plan = groupPlan(groups, 'group', Math.min(FOLDS, distinct));
    return { plan, kind: 'group', groups, gap: 0 };
  }
  if (groups !== undefined) {
    context.warn(
      `${counted(distinct, 'group')} ${distinct === 1 ? 'is' : 'are'} too few to hold whole groups out: folds are over single rows (kfold:5:0).`,
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
