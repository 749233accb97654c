import { UserError } from '../../shared/errors';
import { readTable, type Table } from '../tables';
import { isMissing, numericColumn, requireColumn } from './numeric';

/** A BIDS `events.tsv`, in the order of the file. */
export interface BidsEvents {
  /** Seconds from the first sample of the run. */
  readonly onset: Float64Array;
  /** Seconds; NaN where the file has n/a. */
  readonly duration: Float64Array;
  /** All columns as text (`trial_type`, `word`, …), `n/a` included. */
  readonly table: Table;
}

/** A BIDS `electrodes.tsv`, in the order of the file. */
export interface BidsElectrodes {
  readonly names: readonly string[];
  /** f64 [electrodes, 3] in the units of the recording's coordsystem.json (as a rule mm); NaN where the file has n/a. */
  readonly positions: Float64Array;
  readonly table: Table;
}

/**
 * Reads `events.tsv` (BIDS 1.9, Task events).
 * @throws UserError for missing columns, an onset that is missing or no number, a negative duration
 */
export async function readBidsEvents(file: string): Promise<BidsEvents> {
  const table = await readTable(file);
  const onset = numericColumn(table, 'onset');
  const duration = numericColumn(table, 'duration');
  for (let row = 0; row < table.length; row++) {
    if (!Number.isFinite(onset[row]!)) {
      throw new UserError(`${file}, ${table.place(row)} has no onset`, 'BIDS asks for seconds in every row.');
    }
    if (duration[row]! < 0) {
      throw new UserError(
        `${file}, ${table.place(row)}: duration ${duration[row]} is negative`,
        'Give seconds, or n/a where it is unknown.',
      );
    }
  }
  return { onset, duration, table };
}

/**
 * Reads `electrodes.tsv` (BIDS 1.9, iEEG and EEG).
 * @throws UserError for missing columns, text in a coordinate, an electrode without a name or one that is there twice
 */
export async function readBidsElectrodes(file: string): Promise<BidsElectrodes> {
  const table = await readTable(file);
  requireColumn(table, 'name');
  const names = electrodeNames(table);
  const positions = new Float64Array(names.length * 3);
  ['x', 'y', 'z'].forEach((axis, i) => {
    numericColumn(table, axis).forEach((value, row) => {
      positions[row * 3 + i] = value;
    });
  });
  return { names, positions, table };
}

function electrodeNames(table: Table): string[] {
  const rows = new Map<string, number>();
  for (let row = 0; row < table.length; row++) {
    const value = table.value(row, 'name');
    if (isMissing(value)) {
      throw new UserError(`${table.file}, ${table.place(row)}: the electrode has no name`, 'Name every electrode.');
    }
    const name = String(value);
    const first = rows.get(name);
    if (first !== undefined) {
      throw new UserError(
        `${table.file}, ${table.place(row)}: electrode "${name}" is there already in ${table.place(first)}`,
        'Give every electrode a name of its own.',
      );
    }
    rows.set(name, row);
  }
  return [...rows.keys()];
}
