import { UserError } from '../../shared/errors';
import type { FoldPlan } from '../folds';
import { blockedPlan } from './blocked';
import type { Span } from './blocked';
import { givenPlan, kfoldPlan } from './contiguous';
import { groupPlan } from './group';

/** What `--folds` says. */
export type FoldChoice =
  | { readonly kind: 'kfold'; readonly k: number; readonly seed: number }
  | { readonly kind: 'group'; readonly column: string; readonly k: number }
  | { readonly kind: 'blocked'; readonly k: number; readonly gap: number }
  | { readonly kind: 'file'; readonly path: string };

/** What plans are made from; a choice that needs what is not there is an error. */
export interface FoldSource {
  readonly rows: number;
  /** The labels of a column by its name, one per row; undefined where there is no such column. */
  readonly column?: (name: string) => readonly string[] | undefined;
  readonly columns?: readonly string[];
  /** Without runs all rows are one. */
  readonly runs?: readonly Span[];
  /** The content of the file of fold numbers. */
  readonly assigned?: ArrayLike<number>;
}

/**
 * Reads `kfold:K[:SEED]` (seed 0), `group:COLUMN[:K]` (K 5), `blocked:K:GAP` or a path.
 * @throws UserError for a rule with wrong numbers
 */
export function parseFolds(text: string): FoldChoice {
  const [rule, ...rest] = text.split(':');
  const remedy = 'Write kfold:5:0, group:COLUMN:5, blocked:5:GAP or the path of a .npy file.';
  const whole = (value: string | undefined, least: number): number => {
    if (value === undefined || !/^\d+$/.test(value) || Number(value) < least || !Number.isSafeInteger(Number(value))) {
      throw new UserError(`--folds ${text}: "${value ?? ''}" is not a whole number of at least ${least}`, remedy);
    }
    return Number(value);
  };
  if (rule === 'kfold' && rest.length <= 2) {
    return { kind: 'kfold', k: whole(rest[0], 2), seed: whole(rest[1] ?? '0', 0) };
  }
  if (rule === 'group' && rest.length > 0) {
    // A column's name may hold colons.
    const counted = rest.length > 1;
    const column = (counted ? rest.slice(0, -1) : rest).join(':');
    if (column !== '') return { kind: 'group', column, k: counted ? whole(rest.at(-1), 2) : 5 };
  }
  if (rule === 'blocked' && rest.length === 2) {
    return { kind: 'blocked', k: whole(rest[0], 2), gap: whole(rest[1], 0) };
  }
  if (['kfold', 'group', 'blocked'].includes(rule ?? '') || text === '') {
    throw new UserError(`--folds ${text} is not understood`, remedy);
  }
  return { kind: 'file', path: text };
}

/** Columns that a message names. */
const NAMED_COLUMNS = 8;

/** The plan of a choice. @throws UserError where rows, groups, runs or the file do not allow it */
export function makeFolds(choice: FoldChoice, source: FoldSource): FoldPlan {
  switch (choice.kind) {
    case 'kfold':
      return kfoldPlan(source.rows, choice.k, choice.seed);
    case 'group': {
      const labels = source.column?.(choice.column);
      if (labels === undefined) {
        const columns = source.columns ?? [];
        const more = columns.length > NAMED_COLUMNS ? ', …' : '';
        const named = columns.slice(0, NAMED_COLUMNS).join(', ');
        const known = columns.length > 0 ? `; there are ${named}${more}` : '';
        throw new UserError(`There is no column "${choice.column}" to group by${known}`, 'Name another (--folds).');
      }
      return groupPlan(labels, choice.column, choice.k);
    }
    case 'blocked':
      return blockedPlan(source.runs?.length ? source.runs : [{ start: 0, length: source.rows }], choice.k, choice.gap);
    case 'file': {
      const count = source.assigned?.length ?? 0;
      if (source.assigned === undefined || count !== source.rows) {
        throw new UserError(
          `${choice.path} has ${count} fold numbers for ${source.rows} rows`,
          'Give one number per row.',
        );
      }
      return givenPlan(source.assigned, choice.path);
    }
  }
}
