import { shiftStretches, shuffleGroups, shuffleRows } from '../../math/permutation';
import type { Shuffle } from '../../math/permutation';
import type { Random } from '../../math/random';
import { UserError } from '../../shared/errors';
import type { RunContext } from '../contract';
import type { Recording } from './data';
import type { Folds } from './folds';

/** What folds say of rows that belong together. */
type Together = Omit<Folds, 'plan'>;

/** One more than the fewest draws that can give p ≤ 0.05. */
const FEWEST = 20;

/** The draws of a null, and what they do in words. */
export interface Null {
  readonly draws: readonly Int32Array[];
  readonly how: string;
}

/**
 * How responses are torn away from their stimuli: a circular shift within each run of a time series (or of rows in time,
 * where folds are blocks), whole groups under `group`, single rows otherwise.
 * @throws UserError where a run is too short for a shift
 */
export function nullOfResponses(
  permutations: number,
  recording: Recording,
  folds: Together,
  random: Random,
  context: RunContext,
): Null {
  if (permutations === 0) return { draws: [], how: 'none' };
  const { shuffle, how } = shuffleFor(recording, folds);
  const stream = random.fork('permutations');
  // More draws than there are outcomes would only repeat them, and promise a smaller p than they can give.
  const many = Math.min(permutations, shuffle.outcomes);
  const draws = Array.from({ length: many }, () => shuffle.draw(stream));
  const least = round(1 / (1 + many));
  if (many < permutations) {
    const useless = many < FEWEST - 1 ? ', which cannot reach 0.05' : '';
    context.warn(
      `Only ${many} different permutations (${how}) exist: as many are drawn instead of ${permutations}, and p is at least ${least}${useless}.`,
    );
  } else if (many < FEWEST - 1) {
    context.warn(`${many} permutations cannot give p below ${least}: use at least 19 for 0.05.`);
  }
  warnOfExchange(recording, folds, context);
  return { draws, how };
}

/** Rows that depend on one another, yet change places one by one, make p too small. */
function warnOfExchange({ runs, stretches, groups }: Recording, folds: Together, context: RunContext): void {
  if (runs.length > 0 || folds.kind === 'blocked' || folds.groups !== undefined) return;
  const what = groups !== undefined ? 'rows of one group' : stretches.length > 0 ? 'words of running text' : undefined;
  if (what === undefined) return;
  context.warn(
    `Permutations exchange single rows, and ${what} are alike: p is too small. Hold whole groups or blocks out (stimuli.group of the manifest, --folds).`,
  );
}

function shuffleFor(recording: Recording, folds: Together): { shuffle: Shuffle; how: string } {
  const { rows, runs, span } = recording;
  const stretches = runs.length > 0 ? runs : folds.kind === 'blocked' ? blocks(folds, rows) : undefined;
  if (stretches !== undefined) {
    const gap = Math.max(span, folds.gap);
    const shuffle = shiftStretches(stretches, gap);
    if (shuffle !== undefined) return { shuffle, how: `circular shifts by more than ${gap} rows within runs` };
    const shortest = Math.min(...stretches.map(({ length }) => length));
    throw new UserError(
      `A run of ${shortest} rows allows no circular shift by more than ${gap}`,
      'Go without permutations (--permutations 0), or join the runs.',
    );
  }
  if (folds.groups !== undefined) return { shuffle: shuffleGroups(folds.groups), how: 'whole groups change places' };
  return { shuffle: shuffleRows(rows), how: 'rows change places' };
}

function blocks({ stretches }: Together, rows: number): readonly { start: number; length: number }[] {
  return stretches === undefined || stretches.length === 0 ? [{ start: 0, length: rows }] : stretches;
}

function round(value: number): string {
  return String(Number(value.toPrecision(2)));
}
