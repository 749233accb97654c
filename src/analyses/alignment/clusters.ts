import type { Recording } from './data';

/** What a bootstrap within one subject draws. */
export interface Clusters {
  /** i32 [rows], numbered from 0. */
  readonly of: Int32Array;
  readonly count: number;
  /** For results: "stimuli", "groups", "runs", "blocks of 40 scans". */
  readonly what: string;
}

/** Below so many runs, blocks within them are drawn instead. */
const FEWEST_RUNS = 5;
/** Below so many groups, single rows are drawn unless folds hold groups out. */
const FEWEST_GROUPS = 5;
/** Rows of a block where runs are few, as multiples of the FIR span; at least so many blocks must come of it. */
const SPANS_PER_BLOCK = 10;
const FEWEST_BLOCKS = 10;

/**
 * What may be drawn independently: whole groups where rows go by group, whole runs of a time series, or contiguous blocks
 * of it where there are few runs; single stimuli otherwise.
 * @param byGroup the group of every row, where folds hold whole groups out
 */
export function clustersOf(recording: Recording, byGroup: readonly string[] | undefined): Clusters {
  const { rows, runs } = recording;
  if (runs.length > 0) return runs.length < FEWEST_RUNS ? blocksOf(recording) : runsOf(recording);
  const groups = byGroup ?? enoughGroups(recording);
  if (groups !== undefined) return labelled(groups, 'groups');
  return { of: Int32Array.from({ length: rows }, (_, row) => row), count: rows, what: 'stimuli' };
}

/** Rows of a group are alike however folds are made, so groups are drawn whole where there are enough of them. */
function enoughGroups({ groups }: Recording): readonly string[] | undefined {
  return new Set(groups).size >= FEWEST_GROUPS ? groups : undefined;
}

function runsOf({ rows, runs }: Recording): Clusters {
  const of = new Int32Array(rows);
  runs.forEach(({ start, length }, r) => of.fill(r, start, start + length));
  return { of, count: runs.length, what: 'runs' };
}

function blocksOf({ rows, runs, span }: Recording): Clusters {
  const size = Math.max(1, Math.min(SPANS_PER_BLOCK * (span + 1), Math.floor(rows / FEWEST_BLOCKS)));
  const of = new Int32Array(rows);
  let count = 0;
  for (const { start, length } of runs) {
    for (let at = 0; at < length; at += size) {
      of.fill(count, start + at, start + Math.min(length, at + size));
      count += 1;
    }
  }
  return { of, count, what: `blocks of ${size} scans` };
}

function labelled(labels: readonly string[], what: string): Clusters {
  const numbers = new Map<string, number>();
  const of = Int32Array.from(labels, (label) => {
    if (!numbers.has(label)) numbers.set(label, numbers.size);
    return numbers.get(label)!;
  });
  return { of, count: numbers.size, what };
}
