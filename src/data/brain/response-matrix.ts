import { UserError } from '../../shared/errors';
import { firstFive } from './reading';

/** A unit as the response files name it. */
export interface UnitName {
  readonly id: string;
  readonly subject: string;
}

/** Responses as read, before they are matched with stimuli. */
export interface ResponseMatrix {
  /** Files they came from, for messages. */
  readonly source: string;
  /** Id of each row's stimulus; absent where rows are in the order of the stimuli. */
  readonly ids?: readonly string[];
  /** Run of each row (`''` where there are none). */
  readonly runs: readonly string[];
  readonly units: readonly UnitName[];
  readonly lags: number;
  /** What the lags are, in seconds, where the file itself says so. */
  readonly lagAxis?: { readonly start: number; readonly step: number };
  /** f64 [rows, units, lags]; NaN = missing. */
  readonly data: Float64Array;
  /** Single values that went into averages. */
  readonly repetitions: number;
  /** What the files themselves say of units, by `keyOf(subject, id)`. */
  readonly facts: ReadonlyMap<string, UnitFacts>;
}

/** What a file of responses says of a unit besides its name. */
export interface UnitFacts {
  /** Millimetres. */
  readonly position?: readonly [number, number, number];
  readonly covariates?: Readonly<Record<string, number>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** One file's responses as a grid: every row has one value (or row of lags) per unit. */
export interface Block {
  readonly file: string;
  /** What the row stands for: the id of a stimulus, or run and number in it. Repeated keys are repetitions. */
  readonly rowKeys: readonly string[];
  readonly unitKeys: readonly string[];
  /** For each value: index into `rowKeys`, `unitKeys`. */
  readonly row: Int32Array;
  readonly unit: Int32Array;
  /** Flat, `lags` values for each. */
  readonly values: Float64Array;
  readonly lags: number;
  /** Label of the repetition of each value, where the manifest names its column. */
  readonly repetition?: readonly string[];
}

const SEPARATOR = '\u0000';

export function keyOf(...parts: readonly string[]): string {
  return parts.join(SEPARATOR);
}

export function partsOf(key: string): string[] {
  return key.split(SEPARATOR);
}

export interface Averaged {
  readonly rowKeys: readonly string[];
  readonly unitKeys: readonly string[];
  readonly lags: number;
  readonly data: Float64Array;
  readonly repetitions: number;
}

/**
 * Rows × units from the values of all files, in order of first appearance: the mean over repetitions, missing ones left
 * out; NaN where there is none.
 * @param repeated whether the manifest names a column of repetitions; without it a second value for a row and unit is
 * refused
 * @throws UserError that names the first five duplicates
 */
export function average(blocks: readonly Block[], repeated: boolean): Averaged {
  const rows = indexOf(blocks.flatMap(({ rowKeys }) => rowKeys));
  const units = indexOf(blocks.flatMap(({ unitKeys }) => unitKeys));
  const lags = blocks[0]?.lags ?? 1;
  const cells = rows.size * units.size;
  const data = new Float64Array(cells * lags);
  const counts = new Int32Array(cells * lags);
  const seen = new Int32Array(cells);
  const seenRepetitions = new Set<string>();
  const duplicates = new Set<string>();
  for (const block of blocks) {
    const rowOf = block.rowKeys.map((key) => rows.get(key)!);
    const unitOf = block.unitKeys.map((key) => units.get(key)!);
    for (let i = 0; i < block.row.length; i++) {
      const cell = rowOf[block.row[i]!]! * units.size + unitOf[block.unit[i]!]!;
      const repetition = repeated ? keyOf(String(cell), block.repetition?.[i] ?? '') : '';
      const again = repeated ? seenRepetitions.has(repetition) : seen[cell]! > 0;
      if (again) duplicates.add(readable(block.rowKeys[block.row[i]!]!));
      if (repeated) seenRepetitions.add(repetition);
      seen[cell]! += 1;
      for (let lag = 0; lag < lags; lag++) {
        const value = block.values[i * lags + lag]!;
        if (Number.isNaN(value)) continue;
        data[cell * lags + lag]! += value;
        counts[cell * lags + lag]! += 1;
      }
    }
  }
  refuseDuplicates(blocks, [...duplicates], repeated);
  for (let i = 0; i < data.length; i++) data[i] = counts[i] === 0 ? NaN : data[i]! / counts[i]!;
  const repetitions = seen.reduce((sum, times) => (times > 1 ? sum + times : sum), 0);
  return { rowKeys: [...rows.keys()], unitKeys: [...units.keys()], lags, data, repetitions };
}

function refuseDuplicates(blocks: readonly Block[], duplicates: readonly string[], repeated: boolean): void {
  if (duplicates.length === 0) return;
  const where = [...new Set(blocks.map(({ file }) => file))];
  throw new UserError(
    `${firstFive(where)}: more than one response of the same unit to ${firstFive(duplicates)}`,
    repeated
      ? 'Give each repetition a label of its own.'
      : 'If these are repetitions, name their column with responses.repetition; of several subjects, with responses.subject.',
  );
}

function readable(key: string): string {
  return partsOf(key).filter(Boolean).join(', row ') || key;
}

function indexOf(keys: Iterable<string>): Map<string, number> {
  const index = new Map<string, number>();
  for (const key of keys) if (!index.has(key)) index.set(key, index.size);
  return index;
}
