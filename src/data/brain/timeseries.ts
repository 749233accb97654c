import { UserError } from '../../shared/errors';
import type { Manifest } from '../../shared/manifest';
import { counted } from '../../shared/words';
import type { DatasetWord, RunSpan } from './dataset';
import { firstFive } from './reading';
import type { Reading } from './reading';
import { selectRows } from './responses';
import type { ResponseMatrix } from './response-matrix';

type TimingOf = NonNullable<Manifest['timing']>;

/**
 * Rows of one run together, runs in order of first appearance, and where each lies.
 * @returns `order`: for every row, the one that it was
 */
export function inRuns(matrix: ResponseMatrix): {
  readonly matrix: ResponseMatrix;
  readonly runs: readonly RunSpan[];
  readonly order: readonly number[];
} {
  const rowsOf = new Map<string, number[]>();
  matrix.runs.forEach((run, row) => {
    const rows = rowsOf.get(run);
    if (rows === undefined) rowsOf.set(run, [row]);
    else rows.push(row);
  });
  let start = 0;
  const runs = [...rowsOf].map(([run, rows]) => {
    const span = { run, start, length: rows.length };
    start += rows.length;
    return span;
  });
  const order = [...rowsOf.values()].flat();
  return { matrix: selectRows(matrix, order), runs, order };
}

/** @throws UserError for a run of another number of scans than the manifest says, with both numbers */
export function checkScans(source: string, runs: readonly RunSpan[], { scans }: TimingOf): void {
  const other = runs.find(({ length }) => scans !== undefined && length !== scans);
  if (other === undefined) return;
  const which = other.run === '' ? source : `${source}, run ${other.run},`;
  throw new UserError(
    `${which} has ${counted(other.length, 'scan')}, but timing.scans is ${scans}`,
    'Mend one of them.',
  );
}

/**
 * Holds words against the recording of their run.
 * @param step seconds from row to row
 * @throws UserError for words without times, of unknown runs, and later than the recording, with both numbers
 */
export function checkWords(
  reading: Reading,
  words: readonly DatasetWord[],
  runs: readonly RunSpan[],
  step: number,
): void {
  if (words.some(({ onset }) => onset === undefined)) {
    throw new UserError(
      'The words have no times',
      'Name their columns with words.onset and words.offset, or give a TextGrid.',
    );
  }
  const known = new Map(runs.map((run) => [run.run, run]));
  const strange = [...new Set(words.map(({ run }) => run))].filter((run) => !known.has(run));
  if (strange.length > 0) {
    throw new UserError(
      `Runs of the words (${firstFive(strange.map((run) => run || 'no name'))}) are not among those of the responses (${firstFive([...known.keys()].map((run) => run || 'no name'))})`,
      'Check words.run and responses.run.',
    );
  }
  for (const { run, length } of runs) {
    const ofRun = words.filter((word) => word.run === run);
    const name = run === '' ? '' : ` of run ${run}`;
    if (ofRun.length === 0) reading.warnings.push(`No words in run ${run}: its scans have empty features.`);
    const last = ofRun.reduce((latest, { onset, offset }) => Math.max(latest, offset ?? onset!), -Infinity);
    if (last > length * step) {
      throw new UserError(
        `${length} rows × ${step} s${name} are ${seconds(length * step)} s, but the last word ends at ${seconds(last)} s`,
        'Check timing; timing.start is the time of the first row on the clock of the words.',
      );
    }
    const early = ofRun.filter(({ onset }) => onset! < 0).length;
    if (early > 0)
      reading.warnings.push(`${counted(early, 'word')}${name} before the first row: heard, but not recorded.`);
  }
}

function seconds(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/**
 * Mean of a continuous recording over each word's window: samples i with onset + from ≤ i / rate < onset + to; missing
 * samples are left out, and a window without any is NaN.
 * @returns f64 [words, units]
 */
export function averageWindows(
  matrix: ResponseMatrix,
  runs: readonly RunSpan[],
  words: readonly DatasetWord[],
  { rate, window }: { readonly rate: number; readonly window: readonly [number, number] },
): Float64Array {
  const units = matrix.units.length;
  const out = new Float64Array(words.length * units).fill(NaN);
  const spans = new Map(runs.map((run) => [run.run, run]));
  words.forEach(({ run, onset }, w) => {
    const { start, length } = spans.get(run)!;
    const first = Math.max(0, firstSample((onset! + window[0]) * rate));
    const end = Math.min(length, firstSample((onset! + window[1]) * rate));
    for (let unit = 0; unit < units; unit++) {
      let sum = 0;
      let n = 0;
      for (let i = first; i < end; i++) {
        const value = matrix.data[(start + i) * units + unit]!;
        if (Number.isNaN(value)) continue;
        sum += value;
        n += 1;
      }
      if (n > 0) out[w * units + unit] = sum / n;
    }
  });
  return out;
}

/** The first whole number that is not below `position`, rounding errors of times aside. */
function firstSample(position: number): number {
  return Math.ceil(position - 1e-6);
}
