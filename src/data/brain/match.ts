import { UserError } from '../../shared/errors';
import { counted } from '../../shared/words';
import type { DatasetStimulus } from './dataset';
import { countedNames, firstFive } from './reading';
import type { Reading } from './reading';
import { selectRows } from './responses';
import type { ResponseMatrix } from './response-matrix';

/** Stimuli that have responses, in the order of their file, with a row of responses each. */
export interface Matched {
  readonly stimuli: readonly DatasetStimulus[];
  /** Row of each in the stimulus file. */
  readonly kept: readonly number[];
  readonly matrix: ResponseMatrix;
  readonly unmatchedStimuli: number;
  readonly unmatchedResponses: number;
}

/**
 * Gives every stimulus its row of responses: by id, or by order where responses have none.
 * @throws UserError where no id matches (the first five of each side), and where numbers of rows differ without ids
 */
export function matchRows(
  reading: Reading,
  stimuli: readonly DatasetStimulus[],
  stimulusFile: string,
  matrix: ResponseMatrix,
): Matched {
  const { ids, source } = matrix;
  if (ids === undefined) {
    if (matrix.runs.length !== stimuli.length) {
      throw new UserError(
        `${source} has ${counted(matrix.runs.length, 'row')} of responses, ${stimulusFile} ${stimuli.length} stimuli`,
        'Without ids they go by order and must be as many; else name the column of the ids with responses.id and stimuli.id.',
      );
    }
    return { stimuli, kept: stimuli.map((_, i) => i), matrix, unmatchedStimuli: 0, unmatchedResponses: 0 };
  }
  const rows = new Map(ids.map((id, row) => [id, row]));
  const kept = stimuli.flatMap(({ id }, i) => (rows.has(id) ? [i] : []));
  if (kept.length === 0) {
    throw new UserError(
      `No id of ${source} (${firstFive(ids)}) is an id of ${stimulusFile} (${firstFive(stimuli.map(({ id }) => id))})`,
      'Check responses.id and stimuli.id.',
    );
  }
  const known = new Set(stimuli.map(({ id }) => id));
  const lonely = stimuli.filter(({ id }) => !rows.has(id)).map(({ id }) => id);
  const strangers = ids.filter((id) => !known.has(id));
  if (lonely.length > 0) {
    reading.warnings.push(
      `${lonely.length} ${lonely.length === 1 ? 'stimulus' : 'stimuli'} (${firstFive(lonely)}) of ${stimuli.length} without responses: left out.`,
    );
  }
  if (strangers.length > 0) {
    reading.warnings.push(`${countedNames(strangers, 'response')} of ${ids.length} without a stimulus: left out.`);
  }
  return {
    stimuli: kept.map((i) => stimuli[i]!),
    kept,
    matrix: selectRows(
      matrix,
      kept.map((i) => rows.get(stimuli[i]!.id)!),
    ),
    unmatchedStimuli: lonely.length,
    unmatchedResponses: strangers.length,
  };
}
