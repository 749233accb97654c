import { shiftStretches, shuffleGroups, shuffleRows } from '../../math/permutation';
import type { Shuffle } from '../../math/permutation';
import type { Random } from '../../math/random';
import { UserError } from '../../shared/errors';
import type { RunContext } from '../contract';
import type { Recording } from './data';
import type { Folds } from './folds';

/** Fewest outcomes, and draws, that can give p < 0.05. */
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
  folds: Folds,
  random: Random,
  context: RunContext,
): Null {
  if (permutations === 0) return { draws: [], how: 'none' };
  const { shuffle, how } = shuffleFor(recording, folds);
  const stream = random.fork('permutations');
  const draws = Array.from({ length: permutations }, () => shuffle.draw(stream));
  if (permutations < FEWEST - 1) {
    context.warn(
      `${permutations} permutations cannot give p below ${round(1 / (1 + permutations))}: use at least 19 for 0.05.`,
    );
  } else if (shuffle.outcomes < FEWEST) {
    context.warn(`Only ${shuffle.outcomes} different permutations (${how}) exist: p cannot fall below 0.05.`);
  }
  return { draws, how };
}

function shuffleFor(recording: Recording, folds: Folds): { shuffle: Shuffle; how: string } {
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

function blocks({ stretches }: Folds, rows: number): readonly { start: number; length: number }[] {
  return stretches === undefined || stretches.length === 0 ? [{ start: 0, length: rows }] : stretches;
}

function round(value: number): string {
  return String(Number(value.toPrecision(2)));
}
